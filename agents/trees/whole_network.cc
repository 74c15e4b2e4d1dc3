#include "agents/trees/whole_network.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb::trees {
namespace {

std::string Proven(const TreePlanReport& report) {
  if (report.mlu > 2 * report.bound) {
    return absl::StrFormat("MLU %.4f, nothing worth saying of the best possible is proven yet",
                           report.mlu);
  }
  return absl::StrFormat("MLU %.4f, within %.2f %% of the best possible", report.mlu,
                         100 * (report.mlu / report.bound - 1));
}

}  // namespace

void FillDemands(const TrafficMatrix& matrix, double unit_per_bps, TreeDemands* demands) {
  const int nodes = matrix.num_nodes();
  constexpr int kTile = 32;  // both matrices stay in the cache
  for (NodeId first = 0; first < nodes; first += kTile) {
    const NodeId last = std::min(nodes, first + kTile);
    for (NodeId d = 0; d < nodes; ++d) {
      float* row = demands->row(d);
      for (NodeId s = first; s < last; ++s) {
        row[s] = static_cast<float>(matrix.rate_bps(s, d) * unit_per_bps);
      }
    }
  }
}

WholeNetwork::WholeNetwork(const TreePlannerOptions& options, Forecast forecast,
                           std::string forecast_name)
    : planner_(options), forecast_(std::move(forecast)), forecast_name_(std::move(forecast_name)) {}

absl::StatusOr<Decision> WholeNetwork::Decide(const Observation& observation) {
  const Topology& topology = observation.topology;
  const auto& past = observation.past_demands;
  for (const auto& matrix : past) {
    if (matrix->num_nodes() == topology.num_nodes()) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "a past matrix has %d nodes, topology %s has %d; give demands of the same network",
        matrix->num_nodes(), topology.name(), topology.num_nodes()));
  }
  planner_.SetTopology(topology);
  TreeDemands demands(topology.num_nodes());
  if (!past.empty()) {
    if (forecast_) {
      forecast_(observation, planner_.unit_per_bps(), &demands);
    } else {
      FillDemands(*past.back(), planner_.unit_per_bps(), &demands);
    }
  }
  Stop stop;
  TreePlanner::Progress progress;
  if (observation.control) {
    stop = observation.control->stop;
    if (observation.control->progress) {
      progress = [&](const TreePlanReport& report) {
        observation.control->progress(
            absl::StrFormat("round %d: %s", report.rounds, Proven(report)));
      };
    }
  }
  const TreePlanReport report = planner_.Improve(demands, stop, progress);
  Decision decision;
  decision.plan = planner_.Plan(topology.version());
  if (past.empty()) {
    decision.fell_back = true;
    decision.note = "no demands were measured yet: paths of least inverse capacity";
    return decision;
  }
  decision.predicted_mlu = report.mlu;
  if (forecast_) {
    TreeDemands latest(topology.num_nodes());
    FillDemands(*past.back(), planner_.unit_per_bps(), &latest);
    decision.predicted_mlu = planner_.MluOf(latest);
  }
  decision.note = absl::StrFormat("large network: %s for %s; %d rounds, %d demands split%s",
                                  Proven(report), forecast_name_, report.rounds,
                                  report.split_demands, report.stopped ? ", stopped early" : "");
  return decision;
}

}  // namespace rhumb::trees
