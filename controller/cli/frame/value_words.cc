#include "controller/cli/frame/value_words.h"

#include "agents/registry/policy_registry.h"
#include "topologies/formats/shipped_data.h"

namespace rhumb {
namespace {

std::vector<std::string> Policies() {
  std::vector<std::string> words;
  for (const PolicyInfo& policy : KnownPolicies()) {
    words.insert(words.end(), policy.specs.begin(), policy.specs.end());
  }
  return words;
}

// Those that are compiled into the agent's module; loading it for their names would take a third of
// a second a keystroke.
std::vector<std::string> Checkpoints() { return {"default", "packet", "plan"}; }

struct Kind {
  const char* value;
  std::vector<std::string> (*words)();  // null: none
  bool files;
};

constexpr Kind kKinds[] = {{"T", &ShippedTopologies, true},    {"F", &ShippedTraffic, true},
                           {"POLICIES", &Policies, false},     {"POLICY", &Policies, false},
                           {"CHECKPOINT", &Checkpoints, true}, {"FILE", nullptr, true}};

const Kind* Find(absl::string_view value) {
  for (const Kind& kind : kKinds) {
    if (value == kind.value) return &kind;
  }
  return nullptr;
}

}  // namespace

bool HasWords(absl::string_view value) {
  const Kind* kind = Find(value);
  return kind != nullptr && kind->words != nullptr;
}

std::vector<std::string> WordsOf(absl::string_view value) {
  return HasWords(value) ? Find(value)->words() : std::vector<std::string>();
}

bool TakesFiles(absl::string_view value) {
  const Kind* kind = Find(value);
  return kind != nullptr && kind->files;
}

bool TakesDirectories(absl::string_view value) { return value == "DIR"; }

}  // namespace rhumb
