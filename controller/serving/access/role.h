// What a caller may do.
#ifndef RHUMB_CONTROLLER_SERVING_ACCESS_ROLE_H_
#define RHUMB_CONTROLLER_SERVING_ACCESS_ROLE_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace rhumb {

// Each role may do what those before it may.
enum class Role {
  kViewer,    // read and ask
  kAdapter,   // declare a network, report telemetry, receive plans
  kOperator,  // change what the controller does
};

inline bool Allows(Role held, Role needed) {
  return static_cast<int>(held) >= static_cast<int>(needed);
}

inline absl::string_view RoleName(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kAdapter:
      return "adapter";
    case Role::kOperator:
      return "operator";
  }
  return "?";
}

inline std::optional<Role> ParseRole(absl::string_view name) {
  for (Role role : {Role::kViewer, Role::kAdapter, Role::kOperator}) {
    if (RoleName(role) == name) return role;
  }
  return std::nullopt;
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ACCESS_ROLE_H_
