// The linear program over the paths that column generation has found so far (the restricted
// master).
//
// Every demand has a key path, its cheapest, and only the other paths are columns: what they carry
// is taken off the key path. So a demand that nothing competes with costs neither a row nor a
// column, and programs stay small: 30 nodes need some hundred rows where the plain formulation has
// a thousand.
//
//   columns  x[p] >= 0 for every path p that is not a key path, u for the MLU
//   rows     for every link l:  (sum over p of (p crosses l) - (key path of p's demand crosses l))
//   x[p] / C(l) - u
//                                   <= -(load of the key paths on l) / C(l)
//            for every demand k with other paths:  sum over its p of x[p] <= rate(k)
//   minimise u, or the cost of the paths over that of the key paths with u bounded
//
// A new matrix changes right-hand sides only: the last basis stays dual feasible.
#ifndef RHUMB_AGENTS_BASELINES_LP_ROUTING_MASTER_H_
#define RHUMB_AGENTS_BASELINES_LP_ROUTING_MASTER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "agents/baselines/lp/linear_program.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

class RoutingMaster {
 public:
  enum class Objective { kMlu, kCost };

  // `link_cost` [links] prices paths for kCost and should be of order 1.
  RoutingMaster(const Topology& topology, std::vector<double> link_cost, Objective objective);

  // Demands are numbered in the order in which they are added. With kCost the key path must be the
  // cheapest one.
  int AddDemand(Path key_path);
  int num_demands() const { return static_cast<int>(demands_.size()); }
  // False, and nothing changes, when the demand has this path already.
  bool AddPath(int demand, const Path& path);
  // All but the key paths.
  int num_added_paths() const { return program_.num_columns() - 1; }
  // All paths of a demand, the key path first.
  absl::Span<const Path> paths(int demand) const { return demands_[demand].paths; }

  // Rates of all demands, in bits per second. Forgets the MLU limit.
  void SetRates(absl::Span<const double> rates_bps);
  void SetMluLimit(double mlu);

  absl::Status Solve(LinearProgram::Method method, const LpLimits& limits);

  // Of the last solution:
  double mlu() const;
  // Total cost in link cost times bits per second, of all demands; what kCost minimises.
  double cost() const;
  // Dual prices of the links per unit of flow, at least 0.
  const std::vector<double>& link_prices() const { return prices_; }  // [links]
  // A path of this demand improves the solution if link prices (plus link costs with kCost) along
  // it sum to less.
  double PathPriceLimit(int demand) const;
  // What PathPriceLimit limits.
  double PathPrice(const Path& path) const;
  // Share of the demand on each of its paths, in [0, 1], summing to 1; all on the key path when its
  // rate is 0.
  std::vector<double> Ratios(int demand) const;
  int iterations() const { return iterations_; }

 private:
  struct Demand {
    std::vector<Path> paths;   // the key path first
    std::vector<int> columns;  // of paths[1], paths[2], ...
    int row = -1;
    double rate = 0;  // in rate units
  };

  Topology topology_;
  std::vector<double> link_cost_;
  Objective objective_;
  std::vector<double> capacity_;  // [links] over the mean capacity
  double capacity_unit_bps_ = 0;
  // One unit of flow. Chosen for every matrix so that the key paths have an MLU of 1.
  double rate_unit_bps_ = 1;
  double key_cost_ = 0;
  LinearProgram program_;
  int mlu_column_ = 0;
  std::vector<Demand> demands_;
  std::vector<double> prices_;
  int iterations_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_ROUTING_MASTER_H_
