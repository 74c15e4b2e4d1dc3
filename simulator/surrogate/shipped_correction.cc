// The shipped correction as bytes of the program, so that it cannot be lost or mixed up.
#include <cstdlib>
#include <iostream>

#include "simulator/surrogate/correction.h"

__asm__(
    ".section .rodata\n"
    "rhumb_shipped_correction_begin:\n"
    ".incbin \"" RHUMB_SURROGATE
    "/surrogate.txt\"\n"
    "rhumb_shipped_correction_end:\n"
    ".byte 0\n"
    ".text\n");

extern "C" {
__attribute__((visibility("hidden"))) extern const char rhumb_shipped_correction_begin[];
__attribute__((visibility("hidden"))) extern const char rhumb_shipped_correction_end[];
}

namespace rhumb::surrogate {

const Correction& ShippedCorrection() {
  static const Correction* correction = [] {
    const absl::string_view text(
        rhumb_shipped_correction_begin,
        static_cast<size_t>(rhumb_shipped_correction_end - rhumb_shipped_correction_begin));
    auto parsed = ParseCorrection(text, "the shipped correction");
    if (!parsed.ok()) {
      std::cerr << parsed.status().message() << "\n";  // a promise of the build is broken
      std::abort();
    }
    return new Correction(*std::move(parsed));
  }();
  return *correction;
}

}  // namespace rhumb::surrogate
