// What may stand for the value of an option, by the name that help gives the value: the words that
// shell completion offers.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_VALUE_WORDS_H_
#define RHUMB_CONTROLLER_CLI_FRAME_VALUE_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rhumb {

// Names of values whose words depend on what is installed, so that completion asks for them when it
// is used: "T" (a network), "F" (traffic), "POLICIES" (a list with commas), "POLICY", "CHECKPOINT".
bool HasWords(absl::string_view value);
// The words of such a value, empty for any other.
std::vector<std::string> WordsOf(absl::string_view value);

// Values that are files, whole or beside words.
bool TakesFiles(absl::string_view value);
bool TakesDirectories(absl::string_view value);  // and nothing else

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_VALUE_WORDS_H_
