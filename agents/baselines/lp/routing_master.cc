#include "agents/baselines/lp/routing_master.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace rhumb {
namespace {

double Sum(absl::Span<const double> per_link, const Path& path) {
  double sum = 0;
  for (LinkId l : path) sum += per_link[l];
  return sum;
}

bool Crosses(const Path& path, LinkId link) {
  return std::find(path.begin(), path.end(), link) != path.end();
}

}  // namespace

// Row l of the program is that of link l.
RoutingMaster::RoutingMaster(const Topology& topology, std::vector<double> link_cost,
                             Objective objective)
    : topology_(topology), link_cost_(std::move(link_cost)), objective_(objective) {
  for (const Link& link : topology_.links()) capacity_unit_bps_ += link.capacity_bps;
  capacity_unit_bps_ = topology_.num_links() > 0 ? capacity_unit_bps_ / topology_.num_links() : 1;
  std::vector<int> rows(topology_.num_links());
  std::iota(rows.begin(), rows.end(), 0);
  for (const Link& link : topology_.links()) {
    capacity_.push_back(link.capacity_bps / capacity_unit_bps_);
    program_.AddRow(-kLpInfinity, 0);
  }
  mlu_column_ = program_.AddColumn(objective == Objective::kMlu ? 1 : 0, 0, kLpInfinity, rows,
                                   std::vector<double>(rows.size(), -1.0));
  prices_.assign(topology_.num_links(), 0.0);
}

int RoutingMaster::AddDemand(Path key_path) {
  demands_.emplace_back();
  demands_.back().paths.push_back(std::move(key_path));
  return num_demands() - 1;
}

bool RoutingMaster::AddPath(int demand, const Path& path) {
  Demand& d = demands_[demand];
  if (std::find(d.paths.begin(), d.paths.end(), path) != d.paths.end()) return false;
  if (d.row < 0) d.row = program_.AddRow(-kLpInfinity, d.rate);
  const Path& key = d.paths.front();
  std::vector<int> rows;
  std::vector<double> coefficients;
  for (LinkId l : path) {
    if (Crosses(key, l)) continue;
    rows.push_back(l);
    coefficients.push_back(1 / capacity_[l]);
  }
  for (LinkId l : key) {
    if (Crosses(path, l)) continue;
    rows.push_back(l);
    coefficients.push_back(-1 / capacity_[l]);
  }
  rows.push_back(d.row);
  coefficients.push_back(1);
  const double cost =
      objective_ == Objective::kCost ? Sum(link_cost_, path) - Sum(link_cost_, key) : 0;
  d.columns.push_back(program_.AddColumn(cost, 0, kLpInfinity, rows, coefficients));
  d.paths.push_back(path);
  return true;
}

void RoutingMaster::SetRates(absl::Span<const double> rates_bps) {
  std::vector<double> key_load_bps(topology_.num_links(), 0.0);
  for (int k = 0; k < num_demands(); ++k) {
    for (LinkId l : demands_[k].paths.front()) key_load_bps[l] += rates_bps[k];
  }
  double key_mlu = 0;
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    key_mlu = std::max(key_mlu, key_load_bps[l] / topology_.link(l).capacity_bps);
  }
  rate_unit_bps_ = key_mlu > 0 ? key_mlu * capacity_unit_bps_ : 1;
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    program_.SetRowBounds(l, -kLpInfinity, -key_load_bps[l] / rate_unit_bps_ / capacity_[l]);
  }
  key_cost_ = 0;
  for (int k = 0; k < num_demands(); ++k) {
    Demand& d = demands_[k];
    d.rate = rates_bps[k] / rate_unit_bps_;
    if (d.row >= 0) program_.SetRowBounds(d.row, -kLpInfinity, d.rate);
    if (objective_ == Objective::kCost) key_cost_ += d.rate * Sum(link_cost_, d.paths.front());
  }
  program_.SetColumnBounds(mlu_column_, 0, kLpInfinity);
}

void RoutingMaster::SetMluLimit(double mlu) {
  program_.SetColumnBounds(mlu_column_, 0, mlu * capacity_unit_bps_ / rate_unit_bps_);
}

absl::Status RoutingMaster::Solve(LinearProgram::Method method, const LpLimits& limits) {
  absl::Status solved = program_.Solve(method, limits, "the minimum-MLU program over paths");
  if (!solved.ok()) return solved;
  iterations_ = program_.iterations();
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    prices_[l] = std::max(0.0, -program_.row_duals()[l]) / capacity_[l];
  }
  return absl::OkStatus();
}

double RoutingMaster::mlu() const {
  return program_.values()[mlu_column_] * rate_unit_bps_ / capacity_unit_bps_;
}

double RoutingMaster::cost() const { return (key_cost_ + program_.objective()) * rate_unit_bps_; }

double RoutingMaster::PathPrice(const Path& path) const {
  double price = Sum(prices_, path);
  if (objective_ == Objective::kCost) price += Sum(link_cost_, path);
  return price;
}

double RoutingMaster::PathPriceLimit(int demand) const {
  const Demand& d = demands_[demand];
  double limit = PathPrice(d.paths.front());
  if (d.row >= 0) limit += program_.row_duals()[d.row];
  return limit;
}

std::vector<double> RoutingMaster::Ratios(int demand) const {
  const Demand& d = demands_[demand];
  std::vector<double> ratios(d.paths.size(), 0.0);
  const absl::Span<const double> values = program_.values();
  ratios[0] = d.rate;
  for (size_t i = 0; i < d.columns.size(); ++i) {
    // Paths that were added after the last solution carry nothing yet.
    if (d.columns[i] >= static_cast<int>(values.size())) break;
    ratios[i + 1] = std::max(0.0, values[d.columns[i]]);
    ratios[0] -= ratios[i + 1];
  }
  // The solver keeps bounds up to its tolerance only.
  ratios[0] = std::max(0.0, ratios[0]);
  const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  if (d.rate == 0 || sum == 0) {
    ratios.assign(d.paths.size(), 0.0);
    ratios[0] = 1;
  } else {
    for (double& ratio : ratios) ratio /= sum;
  }
  return ratios;
}

}  // namespace rhumb
