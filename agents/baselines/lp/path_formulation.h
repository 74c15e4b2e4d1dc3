// Minimum MLU over given paths as one plain linear program with all paths in it: a column a path, a
// row a demand and a link. What CLP needs for it is the solve time that other methods are compared
// with.
#ifndef RHUMB_AGENTS_BASELINES_LP_PATH_FORMULATION_H_
#define RHUMB_AGENTS_BASELINES_LP_PATH_FORMULATION_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/baselines/lp/linear_program.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// Keeps the program between matrices: only right-hand sides change, so each solution starts from
// the last basis. Topology and paths are those it was made for; make another after a link changed.
class PathFormulation {
 public:
  PathFormulation(const Topology& topology, std::shared_ptr<const PathSet> paths);

  struct Solution {
    double mlu = 0;
    std::vector<double> ratios;  // [paths]; 0 for all paths of a pair without demand
  };

  // Every demand above 0 that has no usable path is left out.
  absl::StatusOr<Solution> Solve(const TrafficMatrix& demands, const LpLimits& limits);

 private:
  std::shared_ptr<const PathSet> paths_;
  double capacity_unit_bps_;
  std::vector<int> row_of_pair_;     // [pairs], -1 without a usable path
  std::vector<int> column_of_path_;  // [paths], -1 when not usable
  LinearProgram program_;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_PATH_FORMULATION_H_
