#include "agents/baselines/lp/link_costs.h"

#include <limits>

namespace rhumb {
namespace {

constexpr double kHopCost = 0.01;

}  // namespace

std::vector<double> LinkCosts(const Topology& topology) {
  double mean_delay_s = 0;
  for (const Link& link : topology.links()) {
    mean_delay_s += absl::ToDoubleSeconds(link.propagation_delay) / topology.num_links();
  }
  std::vector<double> cost;
  for (const Link& link : topology.links()) {
    double relative = kHopCost;
    if (mean_delay_s > 0) {
      relative += absl::ToDoubleSeconds(link.propagation_delay) / mean_delay_s;
    }
    cost.push_back(link.usable() ? relative : std::numeric_limits<double>::infinity());
  }
  return cost;
}

}  // namespace rhumb
