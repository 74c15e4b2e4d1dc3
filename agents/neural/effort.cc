#include "agents/neural/effort.h"

#include <algorithm>
#include <cmath>

namespace rhumb::neural {
namespace {

// The unit of work is one link of one path, visited once. An iteration also runs a small network
// for every path and every link, which cost as much as so many visits.
constexpr double kPathUpdate = 8;
constexpr double kLinkUpdate = 40;
// Visits that a decision may spend on iterations, and on refinements, which only visit.
constexpr double kIterationBudget = 1.0e6;
constexpr double kRefinementBudget = 1.2e6;
constexpr double kFastPathBudget = 4e6;

int Affordable(double budget, double cost, int least, int most) {
  return std::clamp(static_cast<int>(budget / std::max(cost, 1.0)), least, most);
}

}  // namespace

Effort EffortFor(const PathGraph& graph) {
  const double visits = static_cast<double>(graph.links.size());
  const double iteration =
      visits + kPathUpdate * graph.num_paths() + kLinkUpdate * graph.num_links();
  return {Affordable(kIterationBudget, iteration, 3, 24),
          Affordable(kRefinementBudget, visits, 2, 60), Affordable(kFastPathBudget, visits, 1, 4)};
}

}  // namespace rhumb::neural
