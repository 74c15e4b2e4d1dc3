#include "agents/baselines/lp/edge_formulation.h"

#include <algorithm>
#include <utility>

namespace rhumb {

// minimise u
//   for every destination t and node v != t:  sum_out f[t, l] - sum_in f[t, l] = demand(v, t) /
//   unit for every link l:                         sum_t f[t, l] - capacity(l) / capacity_unit * u
//   <= 0
// The unit of traffic is that of capacity times a factor per matrix, so that flows are of order 1
// for any load.
EdgeFormulation::EdgeFormulation(Topology topology) : topology_(std::move(topology)) {
  capacity_unit_bps_ = 0;
  for (const Link& link : topology_.links()) {
    capacity_unit_bps_ = std::max(capacity_unit_bps_, link.capacity_bps);
  }
  const int nodes = topology_.num_nodes();
  for (int i = 0; i < nodes * nodes; ++i) {
    // The balance of the destination itself follows from the others.
    const bool free = i / nodes == i % nodes;
    program_.AddRow(free ? -kLpInfinity : 0, free ? kLpInfinity : 0);
  }
  std::vector<int> rows;
  std::vector<double> coefficients;
  for (const Link& link : topology_.links()) {
    const int row = program_.AddRow(-kLpInfinity, 0);
    if (!link.usable()) continue;
    rows.push_back(row);
    coefficients.push_back(-link.capacity_bps / capacity_unit_bps_);
  }
  program_.AddColumn(1, 0, kLpInfinity, rows, coefficients);
  for (NodeId t = 0; t < nodes; ++t) {
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      const Link& link = topology_.link(l);
      // Flow that leaves its destination would only come back.
      if (!link.usable() || link.source == t) continue;
      const int in_rows[] = {BalanceRow(t, link.source), BalanceRow(t, link.destination),
                             nodes * nodes + l};
      program_.AddColumn(0, 0, kLpInfinity, in_rows, {1, -1, 1});
    }
  }
}

absl::StatusOr<double> EdgeFormulation::Solve(const TrafficMatrix& demands,
                                              const LpLimits& limits) {
  const int nodes = topology_.num_nodes();
  const double unit = demands.max_bps() > 0 ? demands.max_bps() : 1;
  for (NodeId t = 0; t < nodes; ++t) {
    for (NodeId v = 0; v < nodes; ++v) {
      const double rate = v == t ? 0 : demands.rate_bps(v, t) / unit;
      if (v != t) program_.SetRowBounds(BalanceRow(t, v), rate, rate);
    }
  }
  absl::Status solved =
      program_.Solve(LinearProgram::Method::kDual, limits, "the minimum-MLU program over links");
  if (!solved.ok()) return solved;
  return program_.objective() * unit / capacity_unit_bps_;
}

}  // namespace rhumb
