// What every JSON reader checks before it builds anything.
#ifndef RHUMB_TOPOLOGIES_FORMATS_JSON_SYNTAX_H_
#define RHUMB_TOPOLOGIES_FORMATS_JSON_SYNTAX_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/input.h"

namespace rhumb {

// Deeper nesting is refused: no format here needs more than 6, and parsers recurse.
inline constexpr int kMaxJsonDepth = 32;

// InvalidArgument with line and column unless the input is one well-formed JSON value (RFC 8259, so
// neither NaN nor comments) nested at most kMaxJsonDepth deep,
// or when an object has a key twice. O(bytes), builds nothing.
absl::Status CheckJsonSyntax(const Input& input);

// The same document with the words NaN, Infinity and -Infinity, where a value stands, in quotes;
// empty when there is none. Python's json and R write them, though JSON has no such numbers.
std::string QuoteNotANumber(absl::string_view bytes);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_JSON_SYNTAX_H_
