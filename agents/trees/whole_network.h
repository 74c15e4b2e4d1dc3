// Decides for a whole large network: observation in, plan and proof out. What `trees` and the
// learned agent on large networks share; they differ in the demands that they expect.
#ifndef RHUMB_AGENTS_TREES_WHOLE_NETWORK_H_
#define RHUMB_AGENTS_TREES_WHOLE_NETWORK_H_

#include <functional>

#include "absl/status/statusor.h"
#include "agents/routing_policy.h"
#include "agents/trees/tree_planner.h"

namespace rhumb::trees {

// Takes the rates of a matrix, in bits per second.
void FillDemands(const TrafficMatrix& matrix, double unit_per_bps, TreeDemands* demands);

// Owned by one thread. Keeps trees, splits and proofs between decisions.
class WholeNetwork {
 public:
  // Fills in what the next matrix is expected to be, in the planner's units.
  using Forecast =
      std::function<void(const Observation&, double unit_per_bps, TreeDemands* demands)>;

  // `forecast` empty: the latest matrix. `forecast_name` says in the note what is expected.
  WholeNetwork(const TreePlannerOptions& options, Forecast forecast, std::string forecast_name);

  // InvalidArgument when a past matrix is of another network. Without any matrix every pair takes
  // its path of least inverse capacity, and the decision says that it fell back.
  absl::StatusOr<Decision> Decide(const Observation& observation);

 private:
  TreePlanner planner_;
  Forecast forecast_;
  std::string forecast_name_;
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_WHOLE_NETWORK_H_
