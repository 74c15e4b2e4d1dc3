// The word that somebody meant who typed another one.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_NEAREST_WORD_H_
#define RHUMB_CONTROLLER_CLI_FRAME_NEAREST_WORD_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rhumb {

// The first of `words` that begins with `typed` (of 2 characters or more), else the one at the
// least distance in letters left out, added, replaced or swapped with their neighbour (Damerau
// 1964), if that is at most 2 and less than half of what was typed.
std::optional<std::string> NearestWord(absl::string_view typed,
                                       const std::vector<std::string>& words);

// "; did you mean X?" or "".
std::string DidYouMean(absl::string_view typed, const std::vector<std::string>& words);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_NEAREST_WORD_H_
