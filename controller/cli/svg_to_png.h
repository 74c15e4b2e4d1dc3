// Pictures of dots from drawings.
#ifndef RHUMB_CONTROLLER_CLI_SVG_TO_PNG_H_
#define RHUMB_CONTROLLER_CLI_SVG_TO_PNG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// The bytes of a PNG file of that drawing, `width` dots wide (1 to 16,384), with the fonts of the
// system. InvalidArgument for what is not a drawing; Internal when it cannot be painted.
absl::StatusOr<std::string> SvgToPng(absl::string_view svg, int width);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_SVG_TO_PNG_H_
