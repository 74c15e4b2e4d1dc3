#include "controller/cli/svg_to_png.h"

#include <cairo.h>
#include <librsvg/rsvg.h>

#include <cmath>
#include <memory>

#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

template <typename T, auto Free>
struct Freed {
  void operator()(T* value) const { Free(value); }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Freed<T, Free>>;

void FreeHandle(RsvgHandle* handle) { g_object_unref(handle); }

cairo_status_t Append(void* out, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

absl::Status Fault(absl::StatusCode code, absl::string_view what, GError* error) {
  const Owned<GError, g_error_free> freed(error);
  return absl::Status(code, absl::StrCat(what, ": ", error == nullptr ? "" : error->message));
}

}  // namespace

absl::StatusOr<std::string> SvgToPng(absl::string_view svg, int width) {
  GError* error = nullptr;
  const Owned<RsvgHandle, FreeHandle> handle(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error));
  if (handle == nullptr) {
    return Fault(absl::StatusCode::kInvalidArgument, "this is not an SVG drawing", error);
  }
  double across = 0, down = 0;
  if (!rsvg_handle_get_intrinsic_size_in_pixels(handle.get(), &across, &down) || !(across > 0)) {
    return absl::InvalidArgumentError("this SVG drawing has no size");
  }
  const int height = std::max(1, static_cast<int>(std::lround(width * down / across)));
  const Owned<cairo_surface_t, cairo_surface_destroy> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  const Owned<cairo_t, cairo_destroy> context(cairo_create(surface.get()));
  const RsvgRectangle all{0, 0, static_cast<double>(width), static_cast<double>(height)};
  if (!rsvg_handle_render_document(handle.get(), context.get(), &all, &error)) {
    return Fault(absl::StatusCode::kInternal, "the drawing cannot be painted", error);
  }
  std::string png;
  const cairo_status_t status = cairo_surface_write_to_png_stream(surface.get(), Append, &png);
  if (status != CAIRO_STATUS_SUCCESS) {
    return absl::InternalError(
        absl::StrCat("the picture cannot be made: ", cairo_status_to_string(status)));
  }
  return png;
}

}  // namespace rhumb
