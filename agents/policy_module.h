// Policies that live in a shared object, loaded when they are asked for: LibTorch takes a third of
// a second to load, and commands that do not use the learned agent should not pay for it.
//
// A module librhumb_NAME.so exports one function with C linkage:
//
//   extern "C" rhumb::RoutingPolicy* rhumb_make_NAME_policy(const char* options, char* error,
//   size_t error_size);
//
// It returns a policy that the caller deletes, or null with the reason, terminated, in `error`. It
// must not throw. Program and module come from one build. The module links what it needs of Rhumb's
// static libraries; it must not contain generated protocol buffer code, which registers itself once
// a process.
#ifndef RHUMB_AGENTS_POLICY_MODULE_H_
#define RHUMB_AGENTS_POLICY_MODULE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/routing_policy.h"

namespace rhumb {

// Where modules are looked for, in this order: $RHUMB_MODULE_DIR, the directory of the running
// program, ../lib/rhumb and
// ../lib beside it, and the library directory of the build tree.
std::vector<std::string> PolicyModuleDirectories();

// Loads librhumb_`name`.so, once a process, and asks it for a policy. FailedPrecondition, with the
// places searched and how to build it, when there is no such module, when it cannot be loaded, or
// when it refuses `options`.
absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakePolicyFromModule(absl::string_view name,
                                                                    absl::string_view options);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_POLICY_MODULE_H_
