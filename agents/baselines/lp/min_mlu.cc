#include "agents/baselines/lp/min_mlu.h"

#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "agents/baselines/lp/edge_formulation.h"
#include "agents/baselines/lp/path_formulation.h"

namespace rhumb {
namespace {

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

absl::Status CheckSize(const Topology& topology, const TrafficMatrix& demands) {
  if (demands.num_nodes() == topology.num_nodes()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "the traffic matrix has %d nodes and topology %s has %d; use TrafficSeries::ForTopology",
      demands.num_nodes(), topology.name(), topology.num_nodes()));
}

absl::Status NoPath(const Topology& topology, NodePair pair, double rate_bps,
                    absl::string_view where) {
  return absl::FailedPreconditionError(absl::StrFormat(
      "demand %s>%s (%.4g bit/s) has no usable path %s; leave unroutable demands out or restore a "
      "link",
      topology.node(pair.source).name, topology.node(pair.destination).name, rate_bps, where));
}

std::vector<bool> ReachableFrom(const Topology& topology, NodeId source) {
  std::vector<bool> reached(topology.num_nodes());
  std::vector<NodeId> stack{source};
  reached[source] = true;
  while (!stack.empty()) {
    const NodeId at = stack.back();
    stack.pop_back();
    for (LinkId l : topology.out_links(at)) {
      const Link& link = topology.link(l);
      if (!link.usable() || reached[link.destination]) continue;
      reached[link.destination] = true;
      stack.push_back(link.destination);
    }
  }
  return reached;
}

}  // namespace

absl::StatusOr<LpSolution> MinimizeMluOverPaths(const Topology& topology,
                                                std::shared_ptr<const PathSet> paths,
                                                const TrafficMatrix& demands,
                                                const MinMluOptions& options) {
  if (absl::Status size = CheckSize(topology, demands); !size.ok()) return size;
  const double start_s = CpuSeconds();
  LpSolution result;
  std::vector<int> first_usable(paths->num_pairs(), -1);
  for (int i = 0; i < paths->num_pairs(); ++i) {
    const PathSet::Range range = paths->paths_of(i);
    for (int p = range.begin; p < range.end && first_usable[i] < 0; ++p) {
      if (IsUsable(topology, paths->links(p))) first_usable[i] = p;
    }
  }
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      const double rate = demands.rate_bps(s, d);
      if (rate == 0) continue;
      const std::optional<int> pair = paths->Find(s, d);
      if (pair && first_usable[*pair] >= 0) continue;
      if (!options.leave_out_unroutable) {
        return NoPath(topology, {s, d}, rate, "among the candidate paths");
      }
      result.unrouted_bps += rate;
    }
  }

  PathFormulation program(topology, paths);
  absl::StatusOr<PathFormulation::Solution> solution = program.Solve(demands, options.limits);
  if (!solution.ok()) return solution.status();
  for (int i = 0; i < paths->num_pairs(); ++i) {
    const NodePair pair = paths->pair(i);
    if (first_usable[i] >= 0 && demands.rate_bps(pair.source, pair.destination) == 0) {
      solution->ratios[first_usable[i]] = 1;
    }
  }
  result.mlu = solution->mlu;
  result.plan = RoutingPlan(std::move(paths), std::move(solution->ratios), topology.version());
  result.solve_s = CpuSeconds() - start_s;
  return result;
}

absl::StatusOr<double> OptimalMlu(const Topology& topology, const TrafficMatrix& demands,
                                  const MinMluOptions& options) {
  if (absl::Status size = CheckSize(topology, demands); !size.ok()) return size;
  TrafficMatrix routable = demands;
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    const std::vector<bool> reached = ReachableFrom(topology, s);
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (reached[d] || demands.rate_bps(s, d) == 0) continue;
      if (!options.leave_out_unroutable) {
        return NoPath(topology, {s, d}, demands.rate_bps(s, d), "in the topology");
      }
      routable.set_rate_bps(s, d, 0);
    }
  }
  return EdgeFormulation(topology).Solve(routable, options.limits);
}

}  // namespace rhumb
