// Policies that live in a shared object, loaded when they are asked for: LibTorch takes a third of
// a second to load, and commands that do not use the learned agent should not pay for it; and
// policies of people who have only the installed package.
//
// A module librhumb_NAME.so is written with policy_module_entry.h and exports two functions with C
// linkage:
//
//   const char* rhumb_module_interface();
//   rhumb::RoutingPolicy* rhumb_make_NAME_policy(const char* options, char* error,
//   size_t error_size);
//
// The first returns PolicyModuleInterface() as it was when the module was compiled. The second
// returns a policy that the caller deletes, or null with the reason, terminated, in `error`; it
// must not throw.
#ifndef RHUMB_AGENTS_REGISTRY_POLICY_MODULE_H_
#define RHUMB_AGENTS_REGISTRY_POLICY_MODULE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/routing_policy.h"

namespace rhumb {

// Loads the shipped module librhumb_`name`.so, once a process, and asks it for a policy.
// FailedPrecondition, with the places searched (topologies/installation.h) and how to build it,
// when there is no such module, when it cannot be loaded, or when it refuses `options`.
absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakePolicyFromModule(absl::string_view name,
                                                                    absl::string_view options);

// The same for "PATH/librhumb_NAME.so" or "PATH/librhumb_NAME.so:options". Runs what the file
// holds, so nothing that came over the network may get here. InvalidArgument when `spec` is spelled
// otherwise, NotFound when there is no such file, else as above.
absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakePolicyFromModuleFile(absl::string_view spec);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_REGISTRY_POLICY_MODULE_H_
