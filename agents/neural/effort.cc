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
constexpr double kIterationBudget = 2.4e7;
constexpr double kRefinementBudget = 5e5;
constexpr int kMostIterations = 24;
constexpr int kMostRefinements = 40;

int Affordable(double budget, double cost, int least, int most) {
  return std::clamp(static_cast<int>(budget / std::max(cost, 1.0)), least, most);
}

}  // namespace

Effort EffortFor(const PathGraph& graph) {
  const double visits = static_cast<double>(graph.links.size());
  const double iteration =
      visits + kPathUpdate * graph.num_paths() + kLinkUpdate * graph.num_links();
  Effort effort;
  effort.iterations = Affordable(kIterationBudget, iteration, 3, kMostIterations);
  effort.refinements = Affordable(kRefinementBudget, visits, 2, kMostRefinements);
  return effort;
}

}  // namespace rhumb::neural
