// SPDX-License-Identifier: GPL-2.0-only
#include "path_choice.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "simulator/traffic_model/weighted_turns.h"

namespace rhumb_ns3 {
namespace {

using rhumb::worker::PathSet;

// What is wrong with a path set, or nothing.
std::string Check(const PathSet& set, uint32_t num_nodes, const std::vector<FifoLink>& links) {
  const int pairs = set.pair_source_size();
  const int paths = set.link_begin_size() - 1;
  if (set.pair_destination_size() != pairs || set.path_begin_size() != pairs + 1 || paths < 0 ||
      set.path_begin(0) != 0 || set.link_begin(0) != 0 ||
      set.path_begin(pairs) != static_cast<uint32_t>(paths) ||
      set.link_begin(paths) != static_cast<uint32_t>(set.links_size())) {
    return "the path set's arrays do not fit each other";
  }
  for (int pair = 0; pair < pairs; ++pair) {
    if (set.pair_source(pair) >= num_nodes || set.pair_destination(pair) >= num_nodes ||
        set.path_begin(pair) > set.path_begin(pair + 1)) {
      return "pair " + std::to_string(pair) + " has a bad node or range";
    }
    for (uint32_t path = set.path_begin(pair); path < set.path_begin(pair + 1); ++path) {
      if (path >= static_cast<uint32_t>(paths) ||
          set.link_begin(path) >= set.link_begin(path + 1) ||
          set.link_begin(path + 1) > static_cast<uint32_t>(set.links_size())) {
        return "path " + std::to_string(path) + " has no links or a bad range";
      }
      uint32_t node = set.pair_source(pair);
      for (uint32_t i = set.link_begin(path); i < set.link_begin(path + 1); ++i) {
        if (set.links(i) >= links.size() || links[set.links(i)].source != node) {
          return "path " + std::to_string(path) + " is not a chain of links";
        }
        node = links[set.links(i)].destination;
      }
      if (node != set.pair_destination(pair)) {
        return "path " + std::to_string(path) + " does not end at its destination";
      }
    }
  }
  return "";
}

// Of the demand's latest arrival, in [0, 1).
double Hash(const Demand& demand) {
  return ToUnit(Mix(demand.salt, Mix(demand.destination, demand.num_arrivals)));
}

}  // namespace

PathChoice::PathChoice(const rhumb::worker::Reset& reset, const std::vector<FifoLink>* links,
                       PathTable* paths, DemandTable* demands, std::deque<Flow>* flows,
                       WindowCounts* counts)
    : poisson_(reset.flow_sizes() == rhumb::worker::POISSON_PACKETS),
      num_nodes_(reset.num_nodes()),
      links_(*links),
      paths_(*paths),
      demands_(*demands),
      flows_(*flows),
      counts_(*counts) {}

std::string PathChoice::SetPlan(const rhumb::worker::Plan& plan) {
  const PathSet& set = plan.has_path_set() ? plan.path_set() : path_set_;
  if (plan.has_path_set()) {
    if (std::string fault = Check(set, num_nodes_, links_); !fault.empty()) return fault;
  }
  if (plan.ratios_size() != std::max(0, set.link_begin_size() - 1)) {
    return "the plan has " + std::to_string(plan.ratios_size()) + " ratios for " +
           std::to_string(set.link_begin_size() - 1) + " paths";
  }
  for (const double ratio : plan.ratios()) {
    if (!std::isfinite(ratio) || ratio < 0) return "a ratio of the plan is negative or not finite";
  }
  if (plan.has_path_set()) {
    path_set_ = set;
    path_ids_.clear();
    for (int path = 0; path + 1 < set.link_begin_size(); ++path) {
      const uint32_t begin = set.link_begin(path);
      path_ids_.push_back(
          paths_.Intern(path_set_.links().data() + begin, set.link_begin(path + 1) - begin));
    }
    for (Demand* demand : plan_demands_) {
      demand->plan_paths.clear();
      demand->plan_ratios.clear();
      UpdatePaths(demand);
    }
    plan_demands_.clear();
    for (int pair = 0; pair < set.pair_source_size(); ++pair) {
      plan_demands_.push_back(demands_.Get(set.pair_source(pair), set.pair_destination(pair)));
    }
  }
  for (size_t pair = 0; pair < plan_demands_.size(); ++pair) {
    Demand* demand = plan_demands_[pair];
    const uint32_t begin = path_set_.path_begin(static_cast<int>(pair));
    const uint32_t end = path_set_.path_begin(static_cast<int>(pair) + 1);
    demand->plan_paths.assign(path_ids_.begin() + begin, path_ids_.begin() + end);
    demand->plan_ratios.assign(plan.ratios().begin() + begin, plan.ratios().begin() + end);
    UpdatePaths(demand);
  }
  RerouteFlows();
  return "";
}

bool PathChoice::Usable(PathId path) const {
  return std::all_of(paths_.begin(path), paths_.end(path),
                     [this](uint32_t link) { return links_[link].usable; });
}

void PathChoice::UpdatePaths(Demand* demand) {
  counts_.CountUnrouted(demand);
  std::vector<PathId> paths;
  std::vector<double> cumulative;
  double sum = 0;
  for (size_t i = 0; i < demand->plan_paths.size(); ++i) {
    if (demand->plan_ratios[i] <= 0 || !Usable(demand->plan_paths[i])) continue;
    sum += demand->plan_ratios[i];
    paths.push_back(demand->plan_paths[i]);
    cumulative.push_back(sum);
  }
  for (double& value : cumulative) value /= sum;
  if (paths != demand->paths) demand->credit.assign(paths.size(), 0);
  demand->paths = std::move(paths);
  demand->cumulative = std::move(cumulative);
}

void PathChoice::LinksChanged() {
  for (Demand* demand : demands_.in_order()) UpdatePaths(demand);
  RerouteFlows();
}

PathId PathChoice::Pick(const Demand& demand, double hash) const {
  if (demand.paths.empty()) return kNoPath;
  const auto it = std::upper_bound(demand.cumulative.begin(), demand.cumulative.end() - 1, hash);
  return demand.paths[it - demand.cumulative.begin()];
}

// Acknowledgements are traffic of the opposite pair. Where the plan does not route it, they take
// the links beside those of the flow's path.
PathId PathChoice::PickReturn(const Flow& flow) const {
  const Demand* opposite = demands_.Find(flow.demand->destination, flow.demand->source);
  if (opposite != nullptr && !opposite->paths.empty()) return Pick(*opposite, flow.hash);
  if (flow.path == kNoPath) return kNoPath;
  std::vector<uint32_t> back;
  for (const uint32_t* link = paths_.end(flow.path); link-- != paths_.begin(flow.path);) {
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < links_.size() && found == UINT32_MAX; ++i) {
      if (links_[i].source == links_[*link].destination &&
          links_[i].destination == links_[*link].source && links_[i].usable) {
        found = i;
      }
    }
    if (found == UINT32_MAX) return kNoPath;
    back.push_back(found);
  }
  return paths_.Intern(back.data(), back.size());
}

void PathChoice::Place(uint32_t index) {
  Flow& flow = flows_[index];
  flow.hash = Hash(*flow.demand);
  PutOnPath(&flow);
  running_.push_back(index);
}

void PathChoice::PutOnPath(Flow* flow) {
  flow->path = Pick(*flow->demand, flow->hash);
  if (flow->tcp) flow->return_path = PickReturn(*flow);
}

// A running flow stays where it is unless its path is no longer among those its demand uses.
void PathChoice::RerouteFlows() {
  size_t kept = 0;
  for (const uint32_t index : running_) {
    Flow& flow = flows_[index];
    // A UDP flow that lost a packet has failed but goes on sending.
    if (!flow.running && (flow.tcp || flow.sent >= flow.bytes)) continue;
    running_[kept++] = index;
    const std::vector<PathId>& paths = flow.demand->paths;
    if (std::find(paths.begin(), paths.end(), flow.path) == paths.end()) {
      const PathId before = flow.path;
      PutOnPath(&flow);
      if (flow.path != before && flow.path != kNoPath && before != kNoPath) counts_.CountRerouted();
    } else if (flow.tcp && (flow.return_path == kNoPath || !Usable(flow.return_path))) {
      flow.return_path = PickReturn(flow);
    }
  }
  running_.resize(kept);
}

// Deals packets out by smooth weighted round robin, so that a constant stream is split exactly;
// Poisson streams are thinned at random instead and stay Poisson on every path.
PathId PathChoice::NextStreamPath(Demand* demand) {
  if (demand->paths.size() < 2) return demand->paths.empty() ? kNoPath : demand->paths[0];
  if (poisson_) return Pick(*demand, Hash(*demand));
  return demand->paths[rhumb::traffic_model::NextInTurn(demand->cumulative, &demand->credit)];
}

}  // namespace rhumb_ns3
