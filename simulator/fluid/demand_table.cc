#include "simulator/fluid/demand_table.h"

#include <algorithm>

#include "simulator/traffic_model/weighted_turns.h"

namespace rhumb::fluid {

void DemandTable::Clear(uint32_t num_nodes, uint64_t seed, bool regular) {
  num_nodes_ = num_nodes;
  seed_ = seed;
  regular_ = regular;
  num_demands_ = 0;
  by_pair_.assign(size_t{num_nodes} * num_nodes, kNone);
  plan_demands_.clear();
  plan_given_ = false;
}

uint32_t DemandTable::FindOrAdd(uint32_t source, uint32_t destination) {
  uint32_t& index = by_pair_[size_t{source} * num_nodes_ + destination];
  if (index != kNone) return index;
  index = num_demands_++;
  if (index == demands_.size()) demands_.emplace_back();
  Demand& demand = demands_[index];
  demand.source = source;
  demand.destination = destination;
  demand.rate_bps = 0;
  demand.clock = traffic_model::ArrivalClock(seed_, source, destination, regular_);
  demand.next_arrival_ns = traffic_model::ArrivalClock::kNever;
  demand.plan_begin = demand.plan_end = 0;
  demand.paths.clear();
  demand.cumulative.clear();
  demand.credit.clear();
  demand.unrouted_since_s = 0;
  demand.counters = DemandCounters();
  return index;
}

void DemandTable::SetPlan(const RoutingPlan& plan, const std::vector<FluidLink>& links) {
  const PathSet& set = plan.paths();
  if (!plan_given_ || plan.shared_paths() != interned_) {
    if (plan.shared_paths() != interned_) {
      // Flows of this episode may still use paths of earlier plans.
      if (!plan_given_) paths_.Clear();
      path_ids_.clear();
      for (int path = 0; path < set.num_paths(); ++path) {
        const absl::Span<const LinkId> on_path = set.links(path);
        path_ids_.push_back(paths_.Intern(on_path.begin(), on_path.end()));
      }
      interned_ = plan.shared_paths();
    }
    plan_given_ = true;
    for (const uint32_t index : plan_demands_) {
      demands_[index].plan_begin = demands_[index].plan_end = 0;
      UpdatePaths(&demands_[index], links);
    }
    plan_demands_.clear();
    for (int pair = 0; pair < set.num_pairs(); ++pair) {
      const uint32_t index = FindOrAdd(set.pair(pair).source, set.pair(pair).destination);
      plan_demands_.push_back(index);
      const PathSet::Range range = set.paths_of(pair);
      demands_[index].plan_begin = range.begin;
      demands_[index].plan_end = range.end;
    }
  }
  ratios_.assign(plan.ratios().begin(), plan.ratios().end());
  for (const uint32_t index : plan_demands_) UpdatePaths(&demands_[index], links);
}

void DemandTable::UpdatePaths(const std::vector<FluidLink>& links) {
  for (uint32_t i = 0; i < num_demands_; ++i) UpdatePaths(&demands_[i], links);
}

bool DemandTable::Usable(uint32_t path, const std::vector<FluidLink>& links) const {
  return std::all_of(paths_.begin(path), paths_.end(path),
                     [&links](uint32_t link) { return links[link].usable; });
}

void DemandTable::UpdatePaths(Demand* demand, const std::vector<FluidLink>& links) {
  new_paths_.clear();
  demand->cumulative.clear();
  double sum = 0;
  for (uint32_t i = demand->plan_begin; i < demand->plan_end; ++i) {
    if (ratios_[i] <= 0 || !Usable(path_ids_[i], links)) continue;
    sum += ratios_[i];
    new_paths_.push_back(path_ids_[i]);
    demand->cumulative.push_back(sum);
  }
  for (double& value : demand->cumulative) value /= sum;
  if (new_paths_ != demand->paths) {
    demand->credit.assign(new_paths_.size(), 0);
    demand->paths.assign(new_paths_.begin(), new_paths_.end());
  }
}

uint32_t DemandTable::Pick(const Demand& demand, double hash) const {
  if (demand.paths.empty()) return kNone;
  const auto it = std::upper_bound(demand.cumulative.begin(), demand.cumulative.end() - 1, hash);
  return demand.paths[it - demand.cumulative.begin()];
}

uint32_t DemandTable::PickInTurn(Demand* demand) {
  if (demand->paths.size() < 2) return demand->paths.empty() ? kNone : demand->paths[0];
  return demand->paths[traffic_model::NextInTurn(demand->cumulative, &demand->credit)];
}

}  // namespace rhumb::fluid
