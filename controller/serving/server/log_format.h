// Log lines that stay lines, whatever names and messages of callers are in them.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_LOG_FORMAT_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_LOG_FORMAT_H_

#include <spdlog/formatter.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace rhumb {

// `text` without what could end a line or talk to a terminal: control characters of ASCII and
// Unicode, the two separators of lines and paragraphs, and bytes that are not UTF-8 become \n, \t,
// \x1b and so on. Everything else stays as it is.
std::string OnOneLine(absl::string_view text);

// Time, level and message, which goes through OnOneLine: the one place where all of them pass.
std::unique_ptr<spdlog::formatter> MakeLogFormatter();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_LOG_FORMAT_H_
