#include "agents/baselines/lp/min_mlu_solver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/baselines/lp/link_costs.h"
#include "agents/baselines/lp/price_search.h"

namespace rhumb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// The second stage may use this much more MLU, so that its program has an interior. On networks of
// thousands of links the first stage's solution may be off by more within the solver's tolerances:
// then ten times as much, up to the most.
constexpr double kMluSlack = 1e-7;
constexpr double kMostMluSlack = 1e-5;
// Link costs are mixed into dual prices with this weight, so that paths over free links are short
// too. It costs the bound no more than this share.
constexpr double kTieBreak = 1e-7;
// Weight of the best known prices against the solver's when paths are looked for.
constexpr double kSmoothing = 0.5;

// At most so many paths are added in one round.
constexpr size_t kPathsARoundAndLink = 4;
constexpr size_t kPathsARound = 5000;

// Demands times links. Above, programs may take minutes: they start from a search for prices that
// gives a bound, whatever becomes of the simplex method.
constexpr double kLargeProgram = 2e7;
constexpr double kPriceSearchGap = 0.01;
constexpr int kPriceSearchRounds = 200;

// More paths than this, and than ten a demand, start the programs afresh.
constexpr int kEnoughPaths = 10000;

// Costs for a program, which must be finite; unusable links are in none of its paths.
std::vector<double> Finite(std::vector<double> cost) {
  for (double& c : cost) {
    if (c == kInfinity) c = 0;
  }
  return cost;
}

// A limit is told with what is known by then. Infeasible is what the simplex method says when its
// numbers fail it: everything on key paths is always a solution.
absl::Status SayHowFar(const absl::Status& failed, double reached_mlu, double bound) {
  if (absl::IsFailedPrecondition(failed)) {
    return absl::InternalError(
        absl::StrFormat("the simplex method lost its way (%s, which cannot be)", failed.message()));
  }
  if (reached_mlu == kInfinity) return failed;
  const std::string gap =
      bound > 0 ? absl::StrFormat("%.2g %%", 100 * (reached_mlu / bound - 1)) : "unknown";
  return absl::Status(failed.code(),
                      absl::StrFormat("%s. So far: MLU %.6g reached, the optimum is at least %.6g "
                                      "(gap %s)",
                                      failed.message(), reached_mlu, bound, gap));
}

}  // namespace

// What is left of the limits.
class MinMluSolver::Budget {
 public:
  explicit Budget(const LpLimits& limits) : limits_(limits), start_s_(ThreadCpuSeconds()) {}

  LpLimits Left(int iterations_used) const {
    LpLimits left = limits_;
    left.time_s = std::max(0.0, limits_.time_s - (ThreadCpuSeconds() - start_s_));
    left.iterations = std::max(0, limits_.iterations - iterations_used);
    return left;
  }

 private:
  LpLimits limits_;
  double start_s_;
};

MinMluSolver::MinMluSolver(const Topology& topology, std::shared_ptr<const PathSet> listed,
                           const MinMluOptions& options)
    : topology_(topology),
      listed_(std::move(listed)),
      pricing_(listed_ != nullptr ? PriceListedPaths(listed_) : PriceAllPaths(topology)),
      options_(options),
      cost_(LinkCosts(topology)),
      demand_of_pair_(static_cast<size_t>(topology.num_nodes()) * topology.num_nodes(), -1),
      demands_from_(topology.num_nodes()),
      first_(topology, Finite(cost_), RoutingMaster::Objective::kMlu),
      second_(topology, Finite(cost_), RoutingMaster::Objective::kCost) {}

MinMluSolver MinMluSolver::OverAllPaths(const Topology& topology, const MinMluOptions& options) {
  return MinMluSolver(topology, nullptr, options);
}

MinMluSolver MinMluSolver::OverPaths(const Topology& topology, std::shared_ptr<const PathSet> paths,
                                     const MinMluOptions& options) {
  return MinMluSolver(topology, std::move(paths), options);
}

absl::Status MinMluSolver::Prepare(const TrafficMatrix& demands) {
  const int nodes = topology_.num_nodes();
  if (demands.num_nodes() != nodes) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the traffic matrix has %d nodes and topology %s has %d; use TrafficSeries::ForTopology",
        demands.num_nodes(), topology_.name(), nodes));
  }
  unrouted_bps_ = 0;
  rounds_ = 0;
  iterations_ = 0;
  std::fill(rates_bps_.begin(), rates_bps_.end(), 0.0);
  pricing_->SetPrices(cost_);
  Path key;
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      const double rate = demands.rate_bps(s, d);
      if (rate == 0) continue;
      int& demand = demand_of_pair_[static_cast<size_t>(s) * nodes + d];
      if (demand < 0) {
        if (pricing_->Price(s, d) == kInfinity) {
          if (!options_.leave_out_unroutable) {
            return absl::FailedPreconditionError(absl::StrFormat(
                "demand %s>%s (%.4g bit/s) has no usable path %s; restore a link or leave "
                "unroutable demands out",
                topology_.node(s).name, topology_.node(d).name, rate,
                listed_ != nullptr ? "among the candidate paths" : "in the topology"));
          }
          unrouted_bps_ += rate;
          continue;
        }
        pricing_->GetPath(s, d, &key);
        demand = first_.AddDemand(key);
        second_.AddDemand(key);
        pairs_.push_back({s, d});
        rates_bps_.push_back(0);
        demands_from_[s].push_back(demand);
      }
      rates_bps_[demand] = rate;
    }
  }
  return absl::OkStatus();
}

int MinMluSolver::AddImprovingPaths(RoutingMaster* master, absl::Span<const double> prices,
                                    bool smoothed, double tolerance, double* priced_traffic) {
  struct Found {
    double gain;  // how much the objective falls by at most, for a comparison
    int demand;
    Path path;
  };
  std::vector<Found> found;
  pricing_->SetPrices(prices);
  *priced_traffic = 0;
  Path path;
  for (const std::vector<int>& demands : demands_from_) {
    for (int k : demands) {
      if (rates_bps_[k] == 0) continue;
      double price = pricing_->Price(pairs_[k].source, pairs_[k].destination);
      *priced_traffic += price * rates_bps_[k];
      const double limit = master->PathPriceLimit(k) - tolerance;
      if (!smoothed && price >= limit) continue;
      pricing_->GetPath(pairs_[k].source, pairs_[k].destination, &path);
      if (smoothed) price = master->PathPrice(path);
      if (price >= limit) continue;
      found.push_back({(limit - price) * rates_bps_[k], k, path});
    }
  }
  // On large networks a few thousand of the best paths do, and more only make programs slow.
  const size_t most = std::max(kPathsARound, kPathsARoundAndLink * topology_.num_links());
  if (found.size() > most) {
    std::nth_element(found.begin(), found.begin() + most, found.end(),
                     [](const Found& a, const Found& b) {
                       return std::tie(b.gain, a.demand) < std::tie(a.gain, b.demand);
                     });
    found.resize(most);
  }
  int added = 0;
  for (const Found& one : found) added += master->AddPath(one.demand, one.path) ? 1 : 0;
  return added;
}

std::vector<double> MinMluSolver::KeyLoads() const {
  std::vector<double> loads_bps(topology_.num_links(), 0.0);
  for (int k = 0; k < first_.num_demands(); ++k) {
    for (LinkId l : first_.paths(k).front()) loads_bps[l] += rates_bps_[k];
  }
  return loads_bps;
}

// Dual prices jump from one set of bottlenecks to another; paths that are good halfway back to the
// prices of the best bound (Wentges 1997) are good ones more often, and half as many are needed.
//
// Weak duality: for any prices w >= 0, MLU >= sum over demands of rate * distance under w, over the
// sum over links of capacity * w.
absl::Status MinMluSolver::RunFirstStage(const Budget& budget) {
  first_.SetRates(rates_bps_);
  LinearProgram::Method method = LinearProgram::Method::kDual;
  std::vector<double> prices(topology_.num_links());
  double costed_capacity = 0;
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    if (topology_.link(l).usable()) costed_capacity += cost_[l] * topology_.link(l).capacity_bps;
  }
  // The prices that gave the best bound.
  std::vector<double> best_prices;
  double best_bound = 0;
  double reached_mlu = kInfinity;
  if (static_cast<double>(pairs_.size()) * topology_.num_links() > kLargeProgram &&
      first_.num_added_paths() == 0) {
    PriceSearchResult found = SearchPrices(
        topology_, {pairs_, rates_bps_, demands_from_}, KeyLoads(),
        {kPriceSearchGap, kPriceSearchRounds, budget.Left(0).time_s / 3}, pricing_.get());
    best_prices = std::move(found.prices);
    // On the scale of the program's: capacity costs its mean over the links in all.
    double capacity_bps = 0;
    for (const Link& link : topology_.links()) capacity_bps += link.capacity_bps;
    for (double& price : best_prices) price *= capacity_bps / topology_.num_links();
    best_bound = found.bound;
    reached_mlu = found.mlu;
  }
  while (true) {
    absl::Status solved = first_.Solve(method, budget.Left(iterations_));
    if (!solved.ok()) return SayHowFar(solved, reached_mlu, best_bound);
    reached_mlu = std::min(reached_mlu, first_.mlu());
    iterations_ += first_.iterations();
    ++rounds_;
    int added = 0;
    double own_capacity = 0;
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      own_capacity += first_.link_prices()[l] * topology_.link(l).capacity_bps;
    }
    const double tie_break = costed_capacity > 0 ? kTieBreak * own_capacity / costed_capacity : 0;
    // If no path improves at the smoothed prices, the solver's own decide.
    for (const bool smooth : {true, false}) {
      if (smooth && best_prices.empty()) continue;
      double priced_capacity = 0;
      for (LinkId l = 0; l < topology_.num_links(); ++l) {
        prices[l] = cost_[l];
        if (!topology_.link(l).usable()) continue;
        prices[l] = first_.link_prices()[l] + tie_break * cost_[l];
        if (smooth) prices[l] += kSmoothing * (best_prices[l] - prices[l]);
        priced_capacity += prices[l] * topology_.link(l).capacity_bps;
      }
      double priced_traffic;
      added = AddImprovingPaths(&first_, prices, smooth, 1e-10, &priced_traffic);
      const double bound = priced_capacity > 0 ? priced_traffic / priced_capacity : 0;
      if (best_prices.empty() || bound > best_bound) {
        best_bound = bound;
        best_prices = prices;
      }
      if (added > 0) break;
    }
    if (first_.mlu() - best_bound <= kMluGap * first_.mlu()) return absl::OkStatus();
    if (added == 0) {
      if (first_.mlu() - best_bound <= kWorstMluGap * first_.mlu()) return absl::OkStatus();
      return absl::InternalError(absl::StrFormat(
          "column generation stopped at MLU %.9g with lower bound %.9g after %d rounds",
          first_.mlu(), best_bound, rounds_));
    }
    method = LinearProgram::Method::kPrimal;
  }
}

absl::Status MinMluSolver::RunSecondStage(const Budget& budget) {
  // What carries traffic now makes the second program feasible.
  for (int k = 0; k < first_.num_demands(); ++k) {
    if (first_.paths(k).size() < 2 || rates_bps_[k] == 0) continue;
    const std::vector<double> ratios = first_.Ratios(k);
    for (size_t i = 1; i < ratios.size(); ++i) {
      if (ratios[i] > 0) second_.AddPath(k, first_.paths(k)[i]);
    }
  }
  second_.SetRates(rates_bps_);
  double slack = kMluSlack;
  second_.SetMluLimit(first_.mlu() * (1 + slack));
  LinearProgram::Method method = LinearProgram::Method::kDual;
  std::vector<double> prices(topology_.num_links());
  while (true) {
    absl::Status solved = second_.Solve(method, budget.Left(iterations_));
    if (absl::IsFailedPrecondition(solved) && slack < kMostMluSlack / 2) {
      slack *= 10;
      second_.SetMluLimit(first_.mlu() * (1 + slack));
      method = LinearProgram::Method::kDual;
      continue;
    }
    if (!solved.ok()) return solved;
    iterations_ += second_.iterations();
    ++rounds_;
    double priced_capacity = 0;
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      prices[l] = second_.link_prices()[l] + cost_[l];
      priced_capacity += second_.link_prices()[l] * topology_.link(l).capacity_bps;
    }
    double priced_traffic;
    const int added = AddImprovingPaths(&second_, prices, false, 1e-7, &priced_traffic);
    const double bound = priced_traffic - priced_capacity * first_.mlu() * (1 + slack);
    if (added == 0 || second_.cost() - bound <= kCostGap * second_.cost()) return absl::OkStatus();
    method = LinearProgram::Method::kPrimal;
  }
}

RoutingPlan MinMluSolver::MakePlan(const RoutingMaster& master, absl::Span<const double> prices) {
  const int nodes = topology_.num_nodes();
  pricing_->SetPrices(prices);
  PathSet::Builder builder;
  std::vector<double> plan_ratios;
  Path path;
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s == d) continue;
      builder.AddPair(s, d);
      const int k = demand_of_pair_[static_cast<size_t>(s) * nodes + d];
      if (k < 0 || rates_bps_[k] == 0) {
        if (pricing_->Price(s, d) == kInfinity) continue;
        pricing_->GetPath(s, d, &path);
        builder.AddPath(path);
        plan_ratios.push_back(1);
        continue;
      }
      const std::vector<double> ratios = master.Ratios(k);
      for (size_t i = 0; i < ratios.size(); ++i) {
        if (ratios[i] == 0) continue;
        builder.AddPath(master.paths(k)[i]);
        plan_ratios.push_back(ratios[i]);
      }
    }
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(plan_ratios),
                     topology_.version());
}

RoutingPlan MinMluSolver::MakePlanOverListed(const RoutingMaster& master,
                                             absl::Span<const double> prices) {
  pricing_->SetPrices(prices);
  std::vector<double> plan_ratios(listed_->num_paths(), 0.0);
  Path path;
  for (int i = 0; i < listed_->num_pairs(); ++i) {
    const NodePair pair = listed_->pair(i);
    const PathSet::Range range = listed_->paths_of(i);
    auto set_ratio = [&](const Path& links, double ratio) {
      int p = range.begin;
      while (absl::MakeConstSpan(links) != listed_->links(p)) ++p;
      plan_ratios[p] = ratio;
    };
    const int k = demand_of_pair_[static_cast<size_t>(pair.source) * topology_.num_nodes() +
                                  pair.destination];
    if (k < 0 || rates_bps_[k] == 0) {
      if (pricing_->Price(pair.source, pair.destination) == kInfinity) continue;
      pricing_->GetPath(pair.source, pair.destination, &path);
      set_ratio(path, 1);
      continue;
    }
    const std::vector<double> ratios = master.Ratios(k);
    for (size_t j = 0; j < ratios.size(); ++j) set_ratio(master.paths(k)[j], ratios[j]);
  }
  return RoutingPlan(listed_, std::move(plan_ratios), topology_.version());
}

void MinMluSolver::Forget() {
  const std::vector<double> cost = Finite(cost_);
  RoutingMaster first(topology_, cost, RoutingMaster::Objective::kMlu);
  RoutingMaster second(topology_, cost, RoutingMaster::Objective::kCost);
  for (int k = 0; k < first_.num_demands(); ++k) {
    first.AddDemand(first_.paths(k).front());
    second.AddDemand(first_.paths(k).front());
  }
  first_ = std::move(first);
  second_ = std::move(second);
}

absl::Status MinMluSolver::Run(bool both_stages) {
  const Budget budget(options_.limits);
  // A long series may collect paths that only old matrices needed.
  const int enough = kEnoughPaths + 10 * first_.num_demands();
  if (std::max(first_.num_added_paths(), second_.num_added_paths()) > enough) Forget();
  auto run = [&] {
    absl::Status status = RunFirstStage(budget);
    return status.ok() && both_stages ? RunSecondStage(budget) : status;
  };
  auto numerical = [](const absl::Status& status) {
    return absl::IsInternal(status) || absl::IsFailedPrecondition(status);
  };
  least_delay_ = both_stages;
  absl::Status status = run();
  if (numerical(status)) {
    Forget();
    status = run();
  }
  if (numerical(status) && both_stages) {
    least_delay_ = false;
    status = RunFirstStage(budget);
  }
  return status;
}

absl::StatusOr<double> MinMluSolver::SolveMlu(const TrafficMatrix& demands) {
  if (absl::Status status = Prepare(demands); !status.ok()) return status;
  if (absl::Status status = Run(/*both_stages=*/false); !status.ok()) return status;
  return first_.mlu();
}

absl::StatusOr<LpSolution> MinMluSolver::SolvePlan(const TrafficMatrix& demands) {
  const double start_s = ThreadCpuSeconds();
  if (absl::Status status = Prepare(demands); !status.ok()) return status;
  if (absl::Status status = Run(/*both_stages=*/true); !status.ok()) return status;
  LpSolution solution;
  std::vector<double> prices = cost_;
  if (least_delay_) {
    for (LinkId l = 0; l < topology_.num_links(); ++l) prices[l] += second_.link_prices()[l];
  }
  const RoutingMaster& master = least_delay_ ? second_ : first_;
  solution.plan =
      listed_ != nullptr ? MakePlanOverListed(master, prices) : MakePlan(master, prices);
  solution.least_delay = least_delay_;
  solution.mlu =
      MaxLinkUtilization(topology_, ComputeLinkLoads(topology_, solution.plan, demands).load_bps);
  solution.unrouted_bps = unrouted_bps_;
  solution.solve_s = ThreadCpuSeconds() - start_s;
  return solution;
}

}  // namespace rhumb
