#include "agents/trees/tree_split.h"

#include <algorithm>
#include <limits>

namespace rhumb::trees {
namespace {

// A path that is cheaper by less than this share is not worth a move.
constexpr float kLeastGain = 1e-3F;
// A tree that makes all demands together cheaper by less is not worth its memory.
constexpr double kLeastTreeGain = 1e-4;
// A demand that would fill this share of the network's fullest link, over the capacity of a link on
// its way, and finds no tree for all of it, is large.
constexpr float kLarge = 1e-3F;

}  // namespace

TreeSplit::Scratch::Scratch(const TreeNetwork& network, int max_trees, const SplitLimits& limits)
    : cost(static_cast<size_t>(network.num_nodes()) * max_trees),
      next(static_cast<size_t>(network.num_nodes()) * max_trees),
      best(network.num_nodes()),
      to(network.num_nodes()),
      flow(static_cast<size_t>(network.num_nodes()) * max_trees, 0.0F),
      used(256, 0),
      seen(network.num_links(), 0),
      splitter(network.num_links(), limits) {}

TreeSplit::TreeSplit(const TreeNetwork* network, int max_trees, const SplitLimits& limits)
    : network_(network),
      max_trees_(max_trees),
      limits_(limits),
      num_nodes_(network->num_nodes()),
      stride_(static_cast<size_t>(std::max(num_nodes_ - 1, 1))),
      links_(static_cast<size_t>(num_nodes_) * max_trees * stride_),
      size_(static_cast<size_t>(num_nodes_) * max_trees),
      num_trees_(num_nodes_, 0),
      choice_(static_cast<size_t>(num_nodes_) * num_nodes_, kNoTree),
      split_(num_nodes_) {}

// Most of the time of every round is spent here, so what it reads at random lies side by side, and
// no branch has to be foreseen.
void TreeSplit::PriceTrees(NodeId destination, absl::Span<const float> price,
                           Scratch* scratch) const {
  std::fill(scratch->best.begin(), scratch->best.end(), kUnreachable);
  std::fill(scratch->to.begin(), scratch->to.end(), kNoTree);
  const TreeNetwork::Ends* const ends = network_->ends.data();
  const float* const prices = price.data();
  float* const best = scratch->best.data();
  uint8_t* const to = scratch->to.data();
  for (int t = 0; t < num_trees_[destination]; ++t) {
    float* const cost = scratch->cost.data() + static_cast<size_t>(t) * num_nodes_;
    LinkId* const next = scratch->next.data() + static_cast<size_t>(t) * num_nodes_;
    const absl::Span<const LinkId> links = tree(destination, t);
    if (links.size() < stride_) std::fill(cost, cost + num_nodes_, kUnreachable);
    cost[destination] = 0;
    const auto slot = static_cast<uint8_t>(t);
    for (const LinkId l : links) {
      const auto [tail, head] = ends[l];
      const float here = cost[head] + prices[l];
      const float least = best[tail];
      const uint8_t at = to[tail];
      cost[tail] = here;
      next[tail] = l;
      best[tail] = here < least ? here : least;
      to[tail] = here < least ? slot : at;
    }
  }
}

void TreeSplit::FindUsed(NodeId destination, absl::Span<const float> rates,
                         Scratch* scratch) const {
  const uint8_t* const choice = choice_.data() + static_cast<size_t>(destination) * num_nodes_;
  uint8_t* const used = scratch->used.data();
  std::fill(scratch->used.begin(), scratch->used.end(), 0);
  if (rates.empty()) {
    for (NodeId s = 0; s < num_nodes_; ++s) used[choice[s]] = 1;
  } else {
    for (NodeId s = 0; s < num_nodes_; ++s) used[choice[s]] |= rates[s] > 0 ? 1 : 0;
  }
}

double TreeSplit::CostOf(NodeId destination, absl::Span<const float> rates,
                         absl::Span<const float> price, Scratch* scratch) const {
  const uint8_t* const choice = choice_.data() + static_cast<size_t>(destination) * num_nodes_;
  const TreeNetwork::Ends* const ends = network_->ends.data();
  FindUsed(destination, rates, scratch);
  for (int t = 0; t < num_trees_[destination]; ++t) {
    if (scratch->used[t] == 0) continue;
    float* const cost = scratch->cost.data() + static_cast<size_t>(t) * num_nodes_;
    cost[destination] = 0;
    for (const LinkId l : tree(destination, t)) cost[ends[l].tail] = cost[ends[l].head] + price[l];
  }
  double sum = 0;
  for (NodeId s = 0; s < num_nodes_; ++s) {
    if (choice[s] >= max_trees_ || rates[s] <= 0) continue;
    sum += static_cast<double>(rates[s]) *
           scratch->cost[static_cast<size_t>(choice[s]) * num_nodes_ + s];
  }
  for (const SplitDemand& demand : split_[destination]) {
    for (const OwnPath& path : demand.paths) {
      double cost = 0;
      for (const LinkId l : path.links) cost += price[l];
      sum += cost * path.share * rates[demand.source];
    }
  }
  return sum;
}

// `scratch` holds the costs of the trees.
int TreeSplit::MakeRoom(NodeId destination, absl::Span<const float> rates, const Scratch& scratch) {
  if (num_trees_[destination] < max_trees_) return num_trees_[destination]++;
  std::vector<double> carried(max_trees_, 0.0);
  uint8_t* choice = Choices(destination);
  for (NodeId s = 0; s < num_nodes_; ++s) {
    if (choice[s] < max_trees_) carried[choice[s]] += rates[s];
  }
  const int slot =
      static_cast<int>(std::min_element(carried.begin(), carried.end()) - carried.begin());
  for (NodeId s = 0; s < num_nodes_; ++s) {
    if (choice[s] != slot) continue;
    float least = kUnreachable;
    for (int t = 0; t < max_trees_; ++t) {
      const float cost = scratch.cost[static_cast<size_t>(t) * num_nodes_ + s];
      if (t == slot || !(cost < least)) continue;
      least = cost;
      choice[s] = static_cast<uint8_t>(t);
    }
    // Whom no other tree serves goes on in the one that takes this place.
  }
  return slot;
}

bool TreeSplit::OfferTree(NodeId destination, absl::Span<const LinkId> tree,
                          absl::Span<const float> distance, absl::Span<const float> rates,
                          absl::Span<const float> price, Scratch* scratch) {
  PriceTrees(destination, price, scratch);
  bool reaches_more = num_trees_[destination] == 0;
  double gain = 0, all = 0;
  for (const LinkId l : tree) {
    const NodeId s = network_->tail[l];
    if (scratch->best[s] == kUnreachable) {
      reaches_more = true;
      break;
    }
    gain += static_cast<double>(rates[s]) * (scratch->best[s] - distance[s]);
    all += static_cast<double>(rates[s]) * distance[s];
  }
  if (!reaches_more && gain <= kLeastTreeGain * all) return false;
  const int slot = MakeRoom(destination, rates, *scratch);
  const size_t at = Slot(destination, slot);
  std::copy(tree.begin(), tree.end(), links_.begin() + static_cast<ptrdiff_t>(at * stride_));
  size_[at] = static_cast<int>(tree.size());
  return true;
}

bool TreeSplit::Release(NodeId destination, Scratch* scratch) {
  uint8_t* choice = Choices(destination);
  const auto lost = [&](LinkId l) { return network_->usable[l] == 0; };
  std::vector<SplitDemand>& split = split_[destination];
  for (SplitDemand& demand : split) {
    float alive = 0;
    for (OwnPath& path : demand.paths) {
      if (std::any_of(path.links.begin(), path.links.end(), lost)) path.share = 0;
      alive += path.share;
    }
    demand.paths.erase(std::remove_if(demand.paths.begin(), demand.paths.end(),
                                      [](const OwnPath& path) { return path.share <= 0; }),
                       demand.paths.end());
    for (OwnPath& path : demand.paths) path.share /= alive;
    if (demand.paths.empty()) choice[demand.source] = kNoTree;
  }
  split.erase(std::remove_if(split.begin(), split.end(),
                             [](const SplitDemand& demand) { return demand.paths.empty(); }),
              split.end());
  FindUsed(destination, {}, scratch);
  uint8_t* const cut = scratch->to.data();
  for (int t = 0; t < num_trees_[destination]; ++t) {
    const absl::Span<const LinkId> links = tree(destination, t);
    if (scratch->used[t] == 0 || std::none_of(links.begin(), links.end(), lost)) continue;
    cut[destination] = 0;
    for (const LinkId l : links) {
      const auto [tail, head] = network_->ends[l];
      cut[tail] = lost(l) || cut[head] != 0 ? 1 : 0;
      if (cut[tail] != 0 && choice[tail] == t) choice[tail] = kNoTree;
    }
  }
  for (NodeId s = 0; s < num_nodes_; ++s) {
    if (s != destination && choice[s] == kNoTree) return false;
  }
  return true;
}

void TreeSplit::TakeCheapest(NodeId destination, absl::Span<const float> rates,
                             absl::Span<const float> price, absl::Span<float> load,
                             Scratch* scratch) {
  PriceTrees(destination, price, scratch);
  std::fill(scratch->used.begin(), scratch->used.end(), 0);
  uint8_t* choice = Choices(destination);
  for (NodeId s = 0; s < num_nodes_; ++s) {
    const uint8_t to = scratch->to[s];
    if (s == destination || choice[s] != kNoTree || to == kNoTree) continue;
    choice[s] = to;
    if (rates[s] <= 0) continue;
    scratch->flow[static_cast<size_t>(to) * num_nodes_ + s] = rates[s];
    scratch->used[to] = 1;
  }
  PushDown(destination, load, scratch);
}

void TreeSplit::AddLoads(NodeId destination, absl::Span<const float> rates, absl::Span<float> load,
                         Scratch* scratch) const {
  const uint8_t* choice = choice_.data() + static_cast<size_t>(destination) * num_nodes_;
  FindUsed(destination, rates, scratch);
  for (NodeId s = 0; s < num_nodes_; ++s) {
    if (rates[s] > 0 && choice[s] < max_trees_) {
      scratch->flow[static_cast<size_t>(choice[s]) * num_nodes_ + s] = rates[s];
    }
  }
  PushDown(destination, load, scratch);
  for (const SplitDemand& demand : split_[destination]) {
    for (const OwnPath& path : demand.paths) {
      for (const LinkId l : path.links) load[l] += path.share * rates[demand.source];
    }
  }
}

void TreeSplit::PushDown(NodeId destination, absl::Span<float> load, Scratch* scratch) const {
  for (int t = 0; t < num_trees_[destination]; ++t) {
    if (scratch->used[t] == 0) continue;
    float* flow = scratch->flow.data() + static_cast<size_t>(t) * num_nodes_;
    const absl::Span<const LinkId> links = tree(destination, t);
    for (size_t i = links.size(); i-- > 0;) {
      const LinkId l = links[i];
      float& here = flow[network_->ends[l].tail];
      if (here == 0) continue;
      load[l] += here;
      flow[network_->ends[l].head] += here;
      here = 0;
    }
    flow[destination] = 0;
  }
}

void TreeSplit::WalkPath(NodeId source, NodeId destination, int slot, const Scratch& scratch,
                         std::vector<LinkId>* path) const {
  path->clear();
  const LinkId* next = scratch.next.data() + static_cast<size_t>(slot) * num_nodes_;
  for (NodeId at = source; at != destination; at = network_->head[path->back()]) {
    path->push_back(next[at]);
  }
}

void TreeSplit::Consider(NodeId source, NodeId destination, float rate, bool must,
                         LinkPrices* prices, Scratch* scratch) {
  uint8_t& choice = Choices(destination)[source];
  std::vector<LinkId>& entering = scratch->entering;
  std::vector<LinkId>& leaving = scratch->leaving;
  WalkPath(source, destination, scratch->to[source], *scratch, &entering);
  leaving.clear();
  if (choice != kNoTree) WalkPath(source, destination, choice, *scratch, &leaving);
  // Links that both paths share stay as they are.
  const uint32_t entered = ++scratch->round, shared = ++scratch->round;
  for (const LinkId l : entering) scratch->seen[l] = entered;
  for (const LinkId l : leaving) {
    if (scratch->seen[l] == entered) scratch->seen[l] = shared;
  }
  float raise = 0, narrowest = std::numeric_limits<float>::infinity();
  for (const LinkId l : entering) {
    if (scratch->seen[l] == shared) continue;
    raise += prices->Raise(l, rate);
    narrowest = std::min(narrowest, network_->capacity[l]);
  }
  for (const LinkId l : leaving) {
    if (scratch->seen[l] == shared) continue;
    raise += prices->Raise(l, -rate);
    narrowest = std::min(narrowest, network_->capacity[l]);
  }
  if (must || raise < 0) {
    for (const LinkId l : entering) {
      if (scratch->seen[l] != shared) prices->Add(l, rate);
    }
    for (const LinkId l : leaving) {
      if (scratch->seen[l] != shared) prices->Add(l, -rate);
    }
    choice = scratch->to[source];
    return;
  }
  if (rate < kLarge * prices->level() * narrowest) return;
  choice = kOwnPaths;
  split_[destination].push_back({source, {{leaving, 1.0F}}});
}

void TreeSplit::Improve(NodeId destination, absl::Span<const float> rates, double passed_over,
                        LinkPrices* prices, Scratch* scratch) {
  PriceTrees(destination, prices->price(), scratch);
  const uint8_t* choice = Choices(destination);
  for (NodeId s = 0; s < num_nodes_; ++s) {
    const uint8_t to = scratch->to[s];
    if (to == kNoTree || to == choice[s] || choice[s] == kOwnPaths || s == destination) continue;
    const float now = choice[s] == kNoTree
                          ? kUnreachable
                          : scratch->cost[static_cast<size_t>(choice[s]) * num_nodes_ + s];
    const bool must = now == kUnreachable;
    const float gain = now - scratch->best[s];
    if (!must && (rates[s] <= 0 || gain <= kLeastGain * now || rates[s] * gain < passed_over))
      continue;
    Consider(s, destination, rates[s], must, prices, scratch);
  }
  for (SplitDemand& demand : split_[destination]) {
    const uint8_t to = scratch->to[demand.source];
    scratch->entering.clear();
    if (to != kNoTree) WalkPath(demand.source, destination, to, *scratch, &scratch->entering);
    scratch->splitter.Improve(rates[demand.source], scratch->entering, &demand, prices);
  }
}

TreeSplit::OnPath TreeSplit::Dearest(NodeId destination, absl::Span<const float> rates,
                                     const LinkPrices& prices) const {
  OnPath dearest;
  float most = 0;
  for (const SplitDemand& demand : split_[destination]) {
    for (const OwnPath& path : demand.paths) {
      const float rate = path.share * rates[demand.source];
      const float pays = rate * PathPrice(prices, path.links);
      if (!(pays > most)) continue;
      most = pays;
      dearest = {demand.source, rate};
    }
  }
  return dearest;
}

void TreeSplit::OfferPath(NodeId source, NodeId destination, float rate,
                          absl::Span<const LinkId> path, LinkPrices* prices, Scratch* scratch) {
  for (SplitDemand& demand : split_[destination]) {
    if (demand.source == source) scratch->splitter.Improve(rate, path, &demand, prices);
  }
}

}  // namespace rhumb::trees
