#include "agents/baselines/lp/robust_solver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/baselines/lp/link_costs.h"

namespace rhumb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Of the objective, relative: a row or a path below this is no gain.
constexpr double kTolerance = 1e-6;
// The second stage may use this much more MLU, so that its program has an interior.
constexpr double kMluSlack = 1e-6;
// A round of the second stage that saves less of the delay than this is its last.
constexpr double kCostGap = 1e-4;
// More paths than so many a demand start afresh.
constexpr size_t kEnoughPaths = 10;
constexpr char kWhat[] = "the minimum-MLU program over several matrices";

}  // namespace

RobustSolver::RobustSolver(const Topology& topology, Objective objective, const LpLimits& limits)
    : topology_(topology),
      objective_(objective),
      limits_(limits),
      graph_(topology_),
      search_(graph_),
      cost_(LinkCosts(topology)),
      demand_of_pair_(static_cast<size_t>(topology.num_nodes()) * topology.num_nodes(), -1) {}

absl::StatusOr<LpSolution> RobustSolver::Solve(
    absl::Span<const std::shared_ptr<const TrafficMatrix>> matrices) {
  start_s_ = ThreadCpuSeconds();
  if (absl::Status status = Prepare(matrices); !status.ok()) return status;
  least_delay_ = false;
  StartProgram();
  if (absl::Status status = Generate(); !status.ok()) return status;
  LpSolution solution;
  const double least = program_.objective();
  solution.mlu = least * rate_unit_bps_ / capacity_unit_bps_;

  // The same program, with the first objective as a row and delay as what is minimised.
  const int us = objective_ == Objective::kMean ? matrices_ : 1;
  std::vector<int> columns(us);
  for (int s = 0; s < us; ++s) {
    columns[s] = s;
    program_.SetCost(s, 0);
  }
  program_.AddRow(-kLpInfinity, least * (1 + kMluSlack), columns,
                  std::vector<double>(us, 1.0 / us));
  for (const Demand& d : demands_) {
    for (size_t i = 0; i < d.columns.size(); ++i) {
      program_.SetCost(d.columns[i], d.mean_rate * (CostOf(d.paths[i + 1]) - CostOf(d.paths[0])));
    }
  }
  least_delay_ = true;
  if (absl::Status status = Generate(); !status.ok()) {
    if (!absl::IsInternal(status) && !absl::IsFailedPrecondition(status)) return status;
    solution.least_delay = false;
  }

  PathSet::Builder builder;
  std::vector<double> ratios;
  const absl::Span<const double> values = program_.values();
  Path path;
  for (NodeId s = 0; s < topology_.num_nodes(); ++s) {
    for (NodeId t = 0; t < topology_.num_nodes(); ++t) {
      if (s == t) continue;
      builder.AddPair(s, t);
      const int k = demand_of_pair_[static_cast<size_t>(s) * topology_.num_nodes() + t];
      if (k < 0) {
        if (!search_.Find(cost_, s, t, &path)) continue;
        builder.AddPath(path);
        ratios.push_back(1);
        continue;
      }
      const Demand& d = demands_[k];
      double moved = 0;
      std::vector<double> shares{0};
      for (const int column : d.columns) {
        const bool solved = column < static_cast<int>(values.size());
        shares.push_back(solved ? std::max(values[column], 0.0) : 0.0);
        moved += shares.back();
      }
      // The solver keeps bounds up to its tolerance only.
      shares[0] = std::max(1 - moved, 0.0);
      for (size_t i = 0; i < shares.size(); ++i) {
        if (shares[i] == 0) continue;
        builder.AddPath(d.paths[i]);
        ratios.push_back(shares[i] / (moved + shares[0]));
      }
    }
  }
  solution.plan = RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                              topology_.version());
  solution.unrouted_bps = unrouted_bps_;
  solution.solve_s = ThreadCpuSeconds() - start_s_;
  return solution;
}

absl::Status RobustSolver::Prepare(
    absl::Span<const std::shared_ptr<const TrafficMatrix>> matrices) {
  const int nodes = topology_.num_nodes();
  matrices_ = static_cast<int>(matrices.size());
  unrouted_bps_ = 0;
  for (Demand& d : demands_) d.rates.assign(matrices_, 0.0);
  for (int s = 0; s < matrices_; ++s) {
    if (matrices[s]->num_nodes() != nodes) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "the traffic matrix has %d nodes and topology %s has %d; use TrafficSeries::ForTopology",
          matrices[s]->num_nodes(), topology_.name(), nodes));
    }
    for (NodeId a = 0; a < nodes; ++a) {
      for (NodeId b = 0; b < nodes; ++b) {
        const double rate = matrices[s]->rate_bps(a, b);
        if (rate == 0) continue;
        int& k = demand_of_pair_[static_cast<size_t>(a) * nodes + b];
        if (k < 0) {
          Path key;
          if (!search_.Find(cost_, a, b, &key)) {
            if (s + 1 == matrices_) unrouted_bps_ += rate;
            continue;
          }
          k = static_cast<int>(demands_.size());
          demands_.push_back({{a, b}, {std::move(key)}, {}, {}, 0, -1});
          demands_.back().rates.assign(matrices_, 0.0);
        }
        demands_[k].rates[s] = rate;
      }
    }
  }
  return absl::OkStatus();
}

void RobustSolver::StartProgram() {
  const int links = topology_.num_links();
  capacity_unit_bps_ = 0;
  for (const Link& link : topology_.links()) capacity_unit_bps_ += link.capacity_bps / links;
  key_load_.assign(matrices_, std::vector<double>(links, 0.0));
  double worst = 0;
  for (int s = 0; s < matrices_; ++s) {
    for (const Demand& d : demands_) {
      for (const LinkId l : d.paths.front()) {
        key_load_[s][l] += d.rates[s] / topology_.link(l).capacity_bps;
        worst = std::max(worst, key_load_[s][l]);
      }
    }
  }
  // Everything on its key path has a worst MLU of 1 in the program's units.
  rate_unit_bps_ = worst > 0 ? worst * capacity_unit_bps_ : 1;
  for (std::vector<double>& loads : key_load_) {
    for (double& load : loads) load *= capacity_unit_bps_ / rate_unit_bps_;
  }
  program_ = LinearProgram();
  row_of_.assign(matrices_, std::vector<int>(links, -1));
  crossings_.assign(links, {});
  const int us = objective_ == Objective::kMean ? matrices_ : 1;
  for (int s = 0; s < us; ++s) program_.AddColumn(1.0 / us, 0, kLpInfinity, {}, {});
  for (int k = 0; k < static_cast<int>(demands_.size()); ++k) {
    Demand& d = demands_[k];
    d.columns.clear();
    d.row = -1;
    d.mean_rate = 0;
    for (double& rate : d.rates) d.mean_rate += (rate /= rate_unit_bps_) / matrices_;
    if (d.paths.size() > kEnoughPaths) d.paths.resize(1);
    for (size_t p = 1; p < d.paths.size(); ++p) AddColumn(k, p);
  }
  for (const LinkId link : hot_links_) {
    for (int s = 0; s < matrices_; ++s) AddRow(link, s);
  }
}

absl::Status RobustSolver::Generate() {
  LinearProgram::Method method =
      least_delay_ ? LinearProgram::Method::kPrimal : LinearProgram::Method::kDual;
  double before = kInfinity;
  while (true) {
    absl::Status status = program_.Solve(method, Left(), kWhat);
    if (!status.ok()) return status;
    if (AddViolatedRows()) {
      method = LinearProgram::Method::kDual;
      continue;
    }
    // The columns' part alone: what key paths cost is the same in every solution.
    double key_cost = 0;
    for (const Demand& d : demands_) key_cost += d.mean_rate * CostOf(d.paths.front());
    const double now = program_.objective() + (least_delay_ ? key_cost : 0.0);
    const bool hardly = least_delay_ && before - now <= kCostGap * now;
    before = now;
    if (hardly || !AddImprovingPaths()) break;
    method = LinearProgram::Method::kPrimal;
  }
  hot_links_.clear();
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    bool bound = false;
    for (int s = 0; s < matrices_; ++s) {
      bound = bound || (row_of_[s][l] >= 0 && program_.row_duals()[row_of_[s][l]] < -1e-9);
    }
    if (bound) hot_links_.push_back(l);
  }
  return absl::OkStatus();
}

bool RobustSolver::AddViolatedRows() {
  std::vector<std::pair<LinkId, int>> violated;
  const absl::Span<const double> values = program_.values();
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    for (int s = 0; s < matrices_; ++s) {
      if (row_of_[s][l] >= 0) continue;
      double load = key_load_[s][l];
      for (const Crossing& c : crossings_[l]) {
        load += c.sign * values[c.column] * demands_[c.demand].rates[s] * capacity_unit_bps_ /
                topology_.link(l).capacity_bps;
      }
      if (load > UtilizationOf(s) + kTolerance) violated.emplace_back(l, s);
    }
  }
  for (const auto& [link, matrix] : violated) AddRow(link, matrix);
  return !violated.empty();
}

bool RobustSolver::AddImprovingPaths() {
  const absl::Span<const double> duals = program_.row_duals();
  std::vector<double> prices(topology_.num_links());
  std::vector<std::vector<double>> link_prices(matrices_);  // of links with a row
  std::vector<LinkId> priced;
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    bool any = false;
    for (int s = 0; s < matrices_; ++s) any = any || row_of_[s][l] >= 0;
    if (!any) continue;
    priced.push_back(l);
    for (int s = 0; s < matrices_; ++s) {
      const int row = row_of_[s][l];
      link_prices[s].push_back(row < 0 ? 0.0
                                       : std::max(-duals[row], 0.0) * capacity_unit_bps_ /
                                             topology_.link(l).capacity_bps);
    }
  }
  std::vector<std::pair<int, Path>> found;
  Path path;
  for (int k = 0; k < static_cast<int>(demands_.size()); ++k) {
    const Demand& d = demands_[k];
    if (d.mean_rate <= 0) continue;
    // Cost alone never asks for another path than the key path; a small part of it breaks ties.
    const double weight = least_delay_ ? d.mean_rate : kTolerance * d.mean_rate;
    for (LinkId l = 0; l < topology_.num_links(); ++l) prices[l] = weight * cost_[l];
    for (size_t i = 0; i < priced.size(); ++i) {
      for (int s = 0; s < matrices_; ++s) prices[priced[i]] += d.rates[s] * link_prices[s][i];
    }
    double limit = 0;
    for (const LinkId l : d.paths.front()) limit += prices[l];
    if (d.row >= 0) limit += duals[d.row];
    if (!search_.Find(prices, d.pair.source, d.pair.destination, &path)) continue;
    double price = 0;
    for (const LinkId l : path) price += prices[l];
    if (price >= limit - kTolerance * d.mean_rate) continue;
    if (std::find(d.paths.begin(), d.paths.end(), path) != d.paths.end()) continue;
    found.emplace_back(k, path);
  }
  for (auto& [k, one] : found) {
    demands_[k].paths.push_back(std::move(one));
    AddColumn(k, demands_[k].paths.size() - 1);
  }
  return !found.empty();
}

void RobustSolver::AddColumn(int demand, size_t path) {
  Demand& d = demands_[demand];
  if (d.row < 0) d.row = program_.AddRow(-kLpInfinity, 1);
  std::vector<int> rows{d.row};
  std::vector<double> coefficients{1.0};
  const int column = program_.num_columns();
  const auto cross = [&](const Path& links, const Path& other, double sign) {
    for (const LinkId l : links) {
      if (std::find(other.begin(), other.end(), l) != other.end()) continue;
      crossings_[l].push_back({demand, column, sign});
      for (int s = 0; s < matrices_; ++s) {
        if (row_of_[s][l] < 0 || d.rates[s] == 0) continue;
        rows.push_back(row_of_[s][l]);
        coefficients.push_back(sign * d.rates[s] * capacity_unit_bps_ /
                               topology_.link(l).capacity_bps);
      }
    }
  };
  cross(d.paths[path], d.paths.front(), 1);
  cross(d.paths.front(), d.paths[path], -1);
  const double cost =
      least_delay_ ? d.mean_rate * (CostOf(d.paths[path]) - CostOf(d.paths.front())) : 0;
  d.columns.push_back(program_.AddColumn(cost, 0, kLpInfinity, rows, coefficients));
}

void RobustSolver::AddRow(LinkId link, int matrix) {
  std::vector<int> columns{objective_ == Objective::kMean ? matrix : 0};
  std::vector<double> coefficients{-1.0};
  for (const Crossing& c : crossings_[link]) {
    const double rate = demands_[c.demand].rates[matrix];
    if (rate == 0) continue;
    columns.push_back(c.column);
    coefficients.push_back(c.sign * rate * capacity_unit_bps_ / topology_.link(link).capacity_bps);
  }
  row_of_[matrix][link] =
      program_.AddRow(-kLpInfinity, -key_load_[matrix][link], columns, coefficients);
}

double RobustSolver::UtilizationOf(int matrix) const {
  return program_.values()[objective_ == Objective::kMean ? matrix : 0];
}

double RobustSolver::CostOf(const Path& path) const {
  double cost = 0;
  for (const LinkId l : path) cost += cost_[l];
  return cost;
}

LpLimits RobustSolver::Left() const {
  LpLimits left = limits_;
  left.time_s = std::max(0.0, limits_.time_s - (ThreadCpuSeconds() - start_s_));
  return left;
}

}  // namespace rhumb
