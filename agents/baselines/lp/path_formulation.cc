#include "agents/baselines/lp/path_formulation.h"

#include <algorithm>
#include <utility>

namespace rhumb {

// minimise u
//   for every demand k:  sum_p x[p] >= demand(k) / unit
//   for every link l:    sum_{p through l} x[p] - capacity(l) / capacity_unit * u <= 0
// ">=" gives the same optimum as "=" and spares the dual simplex a sign; what is too much is scaled
// away in the ratios.
PathFormulation::PathFormulation(const Topology& topology, std::shared_ptr<const PathSet> paths)
    : paths_(std::move(paths)),
      capacity_unit_bps_(0),
      row_of_pair_(paths_->num_pairs(), -1),
      column_of_path_(paths_->num_paths(), -1) {
  for (const Link& link : topology.links()) {
    capacity_unit_bps_ = std::max(capacity_unit_bps_, link.capacity_bps);
  }
  std::vector<int> rows;
  std::vector<double> coefficients;
  for (const Link& link : topology.links()) {
    rows.push_back(program_.AddRow(-kLpInfinity, 0));
    coefficients.push_back(-link.capacity_bps / capacity_unit_bps_);
  }
  program_.AddColumn(1, 0, kLpInfinity, rows, coefficients);
  for (int i = 0; i < paths_->num_pairs(); ++i) {
    for (int p = paths_->paths_of(i).begin; p < paths_->paths_of(i).end; ++p) {
      if (!IsUsable(topology, paths_->links(p))) continue;
      if (row_of_pair_[i] < 0) row_of_pair_[i] = program_.AddRow(0, kLpInfinity);
      rows.assign(paths_->links(p).begin(), paths_->links(p).end());
      rows.push_back(row_of_pair_[i]);
      coefficients.assign(rows.size(), 1.0);
      column_of_path_[p] = program_.AddColumn(0, 0, kLpInfinity, rows, coefficients);
    }
  }
}

absl::StatusOr<PathFormulation::Solution> PathFormulation::Solve(const TrafficMatrix& demands,
                                                                 const LpLimits& limits) {
  const double unit = demands.max_bps() > 0 ? demands.max_bps() : 1;
  for (int i = 0; i < paths_->num_pairs(); ++i) {
    if (row_of_pair_[i] < 0) continue;
    const NodePair pair = paths_->pair(i);
    program_.SetRowBounds(row_of_pair_[i], demands.rate_bps(pair.source, pair.destination) / unit,
                          kLpInfinity);
  }
  absl::Status solved = program_.Solve(LinearProgram::Method::kDual, limits,
                                       "the minimum-MLU program over candidate paths");
  if (!solved.ok()) return solved;

  Solution solution;
  solution.mlu = program_.objective() * unit / capacity_unit_bps_;
  solution.ratios.assign(paths_->num_paths(), 0.0);
  const absl::Span<const double> values = program_.values();
  for (int i = 0; i < paths_->num_pairs(); ++i) {
    const PathSet::Range range = paths_->paths_of(i);
    double sum = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (column_of_path_[p] >= 0) sum += std::max(0.0, values[column_of_path_[p]]);
    }
    if (sum == 0) continue;
    for (int p = range.begin; p < range.end; ++p) {
      if (column_of_path_[p] < 0) continue;
      solution.ratios[p] = std::max(0.0, values[column_of_path_[p]]) / sum;
    }
  }
  return solution;
}

}  // namespace rhumb
