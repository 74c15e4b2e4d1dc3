// What may be asked of the agent, and how it is spelled.
#ifndef RHUMB_AGENTS_NEURAL_NEURAL_POLICY_OPTIONS_H_
#define RHUMB_AGENTS_NEURAL_NEURAL_POLICY_OPTIONS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/neural/inference.h"
#include "agents/neural/plan_settling.h"

namespace rhumb::neural {

struct NeuralPolicyOptions {
  std::string checkpoint = "default";  // see FindCheckpoint
  InferenceOptions inference;
  // In place of that of `inference`. Absent: as much as there is to gain, see delay_price.h, and
  // nothing where the split is not balanced.
  std::optional<double> delay_weight;
  SettlingOptions settling;
  // Without it the network's split is not brought nearer to the best possible, and no candidate
  // path is added. That of checkpoints for packets never is.
  bool balance = true;
  // Without it the plan is that split as it is. Checkpoints for packets are never settled.
  bool settle = true;
  // Somebody asked for the settling's paths or shares. Checkpoints for packets keep all their paths
  // otherwise: what flows of a dead path turn to, before anybody decides, is the others.
  bool few_paths = false;
  // Largest share of the traffic (MovedShare on the latest demands) that a decision may move, in
  // [0, 1].
  double max_move = 1.0;
  // Takes ECMP on inverse capacity, for as few demands as will do, where that has a lower mean MLU
  // over the scenarios that are expected. Absent: unless the checkpoint is one for packets, whose
  // plans are not made for the MLU.
  std::optional<bool> guard;
};

// "CHECKPOINT,key=value,...", everything optional: "default", "a.ckpt,iterations=8",
// "max-move=0.1". Keys: iterations, refinements, delay-weight (a number or auto), balance (on|off),
// settle (on|off), max-paths, min-share, max-move, guard (on|off). InvalidArgument names the bad
// part.
absl::StatusOr<NeuralPolicyOptions> ParseNeuralPolicyOptions(absl::string_view text);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_NEURAL_POLICY_OPTIONS_H_
