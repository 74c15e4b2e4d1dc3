// All policies by the name that the command line uses, in one explicit table.
#ifndef RHUMB_AGENTS_REGISTRY_POLICY_REGISTRY_H_
#define RHUMB_AGENTS_REGISTRY_POLICY_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/routing_policy.h"

namespace rhumb {

struct PolicyInfo {
  std::string name;     // "ecmp"
  std::string options;  // what may follow a colon, for people: "igp|hops|delay|inverse-capacity";
                        // empty when nothing may
  std::string summary;  // one line
  // Every fixed spelling that MakePolicy accepts, the default first: "ecmp", "ecmp:hops", ... One
  // entry for policies with free options.
  std::vector<std::string> specs;
  bool needs_module = false;  // lives in a shared object that may not be installed
  // The policy whose plan it takes when it has none of its own (Decision::fell_back), as a spec;
  // empty for policies that always have one.
  std::string fallback;
};

// In the order in which they are shown.
std::vector<PolicyInfo> KnownPolicies();

// PolicyInfo::fallback of the policy that `spec` names, options or not; empty when there is none.
std::string FallbackOf(absl::string_view spec);

// A policy from "name" or "name:option". InvalidArgument, listing what is known, for another name
// or option; FailedPrecondition when the policy's module is missing or refuses.
absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakePolicy(absl::string_view spec);

// As MakePolicy, and also policy modules by their path, "./librhumb_NAME.so:option": see
// MakePolicyFromModuleFile. Loads code, so it is for specs that whoever started the program wrote;
// what callers send over the network goes to MakePolicy.
absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakeLocalPolicy(absl::string_view spec);

// The policies of a comma-separated list. Options have commas too, so "key=value" belongs to the
// policy before it: "ecmp,neural:packet,iterations=8,guard=off,cspf" are three. Blanks around a
// comma do not count; nothing between two commas is nothing.
std::vector<std::string> SplitPolicyList(absl::string_view list);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_REGISTRY_POLICY_REGISTRY_H_
