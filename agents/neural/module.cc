// What the policy registry finds in librhumb_neural.so.
#include <string>

#include "absl/strings/str_cat.h"
#include "agents/neural/neural_policy.h"
#include "agents/policy_module_entry.h"

namespace {

absl::StatusOr<std::unique_ptr<rhumb::RoutingPolicy>> MakeNeural(absl::string_view text) {
  const auto options = rhumb::neural::ParseNeuralPolicyOptions(text);
  if (!options.ok()) return options.status();
  return rhumb::neural::NeuralPolicy::Create(
      text.empty() ? "neural" : absl::StrCat("neural:", text), *options);
}

}  // namespace

RHUMB_POLICY_MODULE(neural, MakeNeural)
