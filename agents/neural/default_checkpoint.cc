// The shipped checkpoint as bytes of the program, so that it cannot be lost or mixed up.
#include "agents/neural/checkpoint.h"

__asm__(
    ".section .rodata\n"
    ".balign 16\n"
    "rhumb_default_checkpoint_begin:\n"
    ".incbin \"" RHUMB_DEFAULT_CHECKPOINT
    "\"\n"
    "rhumb_default_checkpoint_end:\n"
    ".byte 0\n"
    ".text\n");

extern "C" __attribute__((visibility("hidden"))) const char rhumb_default_checkpoint_begin[];
extern "C" __attribute__((visibility("hidden"))) const char rhumb_default_checkpoint_end[];

namespace rhumb::neural {

absl::StatusOr<Checkpoint> DefaultCheckpoint() {
  const absl::string_view bytes(rhumb_default_checkpoint_begin,
                                rhumb_default_checkpoint_end - rhumb_default_checkpoint_begin);
  return ParseCheckpoint(bytes, "the shipped checkpoint");
}

}  // namespace rhumb::neural
