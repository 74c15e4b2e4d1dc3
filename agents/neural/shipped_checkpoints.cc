// The shipped checkpoints as bytes of the program, so that they cannot be lost or mixed up.
#include "agents/neural/checkpoint.h"

// Defines rhumb_NAME_checkpoint_begin and _end around the bytes of a file.
#define RHUMB_EMBED(name, file) \
  __asm__(                      \
      ".section .rodata\n"      \
      ".balign 16\n"            \
      "rhumb_" name             \
      "_checkpoint_begin:\n"    \
      ".incbin \"" file         \
      "\"\n"                    \
      "rhumb_" name             \
      "_checkpoint_end:\n"      \
      ".byte 0\n"               \
      ".text\n")

RHUMB_EMBED("default", RHUMB_CHECKPOINTS "/default.ckpt");
RHUMB_EMBED("packet", RHUMB_CHECKPOINTS "/packet.ckpt");
RHUMB_EMBED("plan", RHUMB_CHECKPOINTS "/plan.ckpt");

extern "C" {
__attribute__((visibility("hidden"))) extern const char rhumb_default_checkpoint_begin[];
__attribute__((visibility("hidden"))) extern const char rhumb_default_checkpoint_end[];
__attribute__((visibility("hidden"))) extern const char rhumb_packet_checkpoint_begin[];
__attribute__((visibility("hidden"))) extern const char rhumb_packet_checkpoint_end[];
__attribute__((visibility("hidden"))) extern const char rhumb_plan_checkpoint_begin[];
__attribute__((visibility("hidden"))) extern const char rhumb_plan_checkpoint_end[];
}

namespace rhumb::neural {
namespace {

absl::string_view Between(const char* begin, const char* end) {
  return absl::string_view(begin, static_cast<size_t>(end - begin));
}

}  // namespace

absl::StatusOr<Checkpoint> DefaultCheckpoint() {
  return ParseCheckpoint(Between(rhumb_default_checkpoint_begin, rhumb_default_checkpoint_end),
                         "the shipped checkpoint");
}

absl::StatusOr<Checkpoint> FindCheckpoint(const std::string& name) {
  if (name == "default") return DefaultCheckpoint();
  if (name == "packet") {
    return ParseCheckpoint(Between(rhumb_packet_checkpoint_begin, rhumb_packet_checkpoint_end),
                           "the shipped checkpoint packet");
  }
  if (name == "plan") {
    return ParseCheckpoint(Between(rhumb_plan_checkpoint_begin, rhumb_plan_checkpoint_end),
                           "the shipped checkpoint plan");
  }
  return LoadCheckpoint(name);
}

}  // namespace rhumb::neural
