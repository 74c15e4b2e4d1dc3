// Text in an SVG file.
#ifndef RHUMB_TOPOLOGIES_LAYOUT_SVG_TEXT_H_
#define RHUMB_TOPOLOGIES_LAYOUT_SVG_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace rhumb {

// At most `most` characters of a name, the last an ellipsis when it was cut. What XML forbids, what
// is not UTF-8 and what would reorder the text around it becomes U+FFFD.
std::string PlainName(absl::string_view name, int most);

// With the characters escaped that mean something in XML, in content and attributes alike.
std::string EscapedXml(absl::string_view text);

// Pixels that a text takes at a font size, roughly.
double TextWidth(absl::string_view text, double font_size);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_LAYOUT_SVG_TEXT_H_
