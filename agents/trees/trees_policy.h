// Whole large networks as a RoutingPolicy of its own, without anything learned: minimum MLU for the
// last matrix.
#ifndef RHUMB_AGENTS_TREES_TREES_POLICY_H_
#define RHUMB_AGENTS_TREES_TREES_POLICY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/routing_policy.h"
#include "agents/trees/whole_network.h"

namespace rhumb::trees {

// "key=value,...", everything optional: gap (of the MLU over the proven bound), rounds (from matrix
// to matrix), max-paths, min-share (of demands that are split). InvalidArgument names the bad part.
absl::StatusOr<TreePlannerOptions> ParseTreesOptions(absl::string_view text);

class TreesPolicy : public RoutingPolicy {
 public:
  // `name` as the command line spells it.
  TreesPolicy(std::string name, const TreePlannerOptions& options);

  std::string name() const override { return name_; }
  absl::StatusOr<Decision> Decide(const Observation& observation) override {
    return network_.Decide(observation);
  }

 private:
  std::string name_;
  WholeNetwork network_;
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_TREES_POLICY_H_
