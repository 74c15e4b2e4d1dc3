// What every JSON reader checks before it builds anything.
#ifndef RHUMB_TOPOLOGIES_FORMATS_JSON_SYNTAX_H_
#define RHUMB_TOPOLOGIES_FORMATS_JSON_SYNTAX_H_

#include "absl/status/status.h"
#include "topologies/formats/input.h"

namespace rhumb {

// Deeper nesting is refused: no format here needs more than 6, and parsers recurse.
inline constexpr int kMaxJsonDepth = 32;

// InvalidArgument with line and column unless the input is one well-formed JSON value (RFC 8259, so
// neither NaN nor comments) nested at most kMaxJsonDepth deep. O(bytes), builds nothing.
absl::Status CheckJsonSyntax(const Input& input);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_JSON_SYNTAX_H_
