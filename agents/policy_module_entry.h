// What a policy module defines: one line at the end of a source file makes the shared object one
// that the loader in policy_module.h takes.
//
//   absl::StatusOr<std::unique_ptr<rhumb::RoutingPolicy>> MakeHops(absl::string_view options);
//   RHUMB_POLICY_MODULE(hops, MakeHops)    // in librhumb_hops.so
//
// `options` is what follows the colon in "PATH/librhumb_hops.so:options", empty without one. The
// function may fail with a reason and may throw. The policy's name() is the spec that it was asked
// for by, "hops" or "hops:options".
//
// The module links what it needs of Rhumb's static libraries. It must not contain generated
// protocol buffer code, which registers itself once a process.
#ifndef RHUMB_AGENTS_POLICY_MODULE_ENTRY_H_
#define RHUMB_AGENTS_POLICY_MODULE_ENTRY_H_

#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agents/routing_policy.h"

namespace rhumb {

// What program and module must agree on, as text: objects of these types pass between them. A
// module with another text is refused before it is asked for a policy.
inline std::string PolicyModuleInterface() {
  constexpr int kRevision = 3;  // raised when meaning changes and no size does
  return absl::StrCat("revision ", kRevision, ", sizes ", sizeof(Observation), " ",
                      sizeof(Decision), " ", sizeof(Topology), " ", sizeof(TrafficMatrix), " ",
                      sizeof(RoutingPlan), " ", sizeof(PathSet), " ", sizeof(Link), ", C++ ABI ",
                      __GXX_ABI_VERSION);
}

// Calls `make` for a caller that knows no Status: null, with the reason in `error`, when it fails.
template <typename Make>
RoutingPolicy* MakeForModule(Make make, const char* options, char* error,
                             size_t error_size) noexcept {
  try {
    absl::StatusOr<std::unique_ptr<RoutingPolicy>> policy =
        make(absl::string_view(options == nullptr ? "" : options));
    if (policy.ok() && *policy != nullptr) return policy->release();
    const std::string reason =
        policy.ok() ? "the module made nothing" : std::string(policy.status().message());
    std::snprintf(error, error_size, "%s", reason.c_str());
  } catch (const std::exception& failure) {
    std::snprintf(error, error_size, "%s", failure.what());
  }
  return nullptr;
}

}  // namespace rhumb

#define RHUMB_POLICY_MODULE(name, make)                                                          \
  extern "C" __attribute__((visibility("default"))) const char* rhumb_module_interface() {       \
    static const std::string* const text = new std::string(::rhumb::PolicyModuleInterface());    \
    return text->c_str();                                                                        \
  }                                                                                              \
  extern "C"                                                                                     \
      __attribute__((visibility("default"))) ::rhumb::RoutingPolicy* rhumb_make_##name##_policy( \
          const char* options, char* error, size_t error_size) {                                 \
    return ::rhumb::MakeForModule(&make, options, error, error_size);                            \
  }

#endif  // RHUMB_AGENTS_POLICY_MODULE_ENTRY_H_
