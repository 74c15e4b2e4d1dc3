// Tells a fault in what the user typed from a failure of what the program did.
#ifndef RHUMB_CONTROLLER_TERMINAL_USAGE_ERROR_H_
#define RHUMB_CONTROLLER_TERMINAL_USAGE_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// A fault in what the user typed, found after parsing: exit code 2 instead of 1.
absl::Status UsageError(absl::string_view message);
bool IsUsageError(const absl::Status& status);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_TERMINAL_USAGE_ERROR_H_
