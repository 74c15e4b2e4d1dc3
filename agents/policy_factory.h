// How those who run policies come by them.
#ifndef RHUMB_AGENTS_POLICY_FACTORY_H_
#define RHUMB_AGENTS_POLICY_FACTORY_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/routing_policy.h"

namespace rhumb {

// A policy by its name, as MakePolicy; tests bring their own.
using PolicyFactory =
    std::function<absl::StatusOr<std::unique_ptr<RoutingPolicy>>(absl::string_view spec)>;

}  // namespace rhumb

#endif  // RHUMB_AGENTS_POLICY_FACTORY_H_
