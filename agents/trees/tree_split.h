// How the demands of a whole large network are routed: a few trees towards every destination, and
// for every demand the tree that it takes.
//
// A tree holds a path from every node in one number a node, so a few trees hold millions of paths;
// and with thousands of demands towards every destination, choosing one tree for each comes as near
// to the best split as anybody can measure. Demands that are large beside links have paths of their
// own (split_demands.h).
#ifndef RHUMB_AGENTS_TREES_TREE_SPLIT_H_
#define RHUMB_AGENTS_TREES_TREE_SPLIT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "agents/trees/link_prices.h"
#include "agents/trees/split_demands.h"
#include "agents/trees/tree_network.h"

namespace rhumb::trees {

// Rates are in units of the network's mean capacity, [nodes] towards one destination. Different
// destinations may be worked on by different threads, except where prices are changed. Memory: 4
// bytes a node, destination and tree.
class TreeSplit {
 public:
  static constexpr uint8_t kNoTree = 0xff;    // of a node that reaches the destination over none
  static constexpr uint8_t kOwnPaths = 0xfe;  // of a demand that is split over paths of its own

  // Working memory of a thread.
  struct Scratch {
    Scratch(const TreeNetwork& network, int max_trees, const SplitLimits& limits);

    std::vector<float> cost;     // [max_trees][nodes] to the destination
    std::vector<LinkId> next;    // [max_trees][nodes]
    std::vector<float> best;     // [nodes] least cost over the trees
    std::vector<uint8_t> to;     // [nodes] the tree that has it, or kNoTree
    std::vector<float> flow;     // [max_trees][nodes], all 0 between calls
    std::vector<uint8_t> used;   // [max_trees] whether a demand takes it
    std::vector<uint32_t> seen;  // [links] the last demand whose path held it
    uint32_t round = 0;
    std::vector<LinkId> leaving, entering;
    DemandSplitter splitter;
  };

  // `max_trees` a destination, at most 250.
  TreeSplit(const TreeNetwork* network, int max_trees, const SplitLimits& limits);
  Scratch MakeScratch() const { return Scratch(*network_, max_trees_, limits_); }

  // The same trees and choices on another state of the same network.
  void SetNetwork(const TreeNetwork* network) { network_ = network; }

  // Adds a tree towards `destination` that costs `distance` [nodes] at `price` [links], unless the
  // others are about as cheap. When there is no room it takes the place of the tree that carries
  // least, whose demands go where it is cheapest for them. Returns whether it was added.
  bool OfferTree(NodeId destination, absl::Span<const LinkId> tree,
                 absl::Span<const float> distance, absl::Span<const float> rates,
                 absl::Span<const float> price, Scratch* scratch);

  // Takes demands off paths over links that must not be used. False when there are demands without
  // a path after.
  bool Release(NodeId destination, Scratch* scratch);

  // Gives demands without a path the tree that is cheapest for them at `price`, where any serves
  // them, and puts them on `load` [links].
  void TakeCheapest(NodeId destination, absl::Span<const float> rates,
                    absl::Span<const float> price, absl::Span<float> load, Scratch* scratch);

  // Puts the demands towards `destination` on `load` [links].
  void AddLoads(NodeId destination, absl::Span<const float> rates, absl::Span<float> load,
                Scratch* scratch) const;

  // What all demands towards `destination` pay at `price` on the paths that they take.
  double CostOf(NodeId destination, absl::Span<const float> rates, absl::Span<const float> price,
                Scratch* scratch) const;

  // Moves demands towards `destination` to cheaper trees as far as that lowers the potential of
  // `prices`, and keeps the loads there up to date. Leaves those that would gain less than
  // `passed_over` of what they pay together. O(trees * nodes).
  void Improve(NodeId destination, absl::Span<const float> rates, double passed_over,
               LinkPrices* prices, Scratch* scratch);

  // The path that pays most of those that demands towards `destination` have to themselves.
  struct OnPath {
    NodeId source = -1;  // -1: there is none
    float rate = 0;
  };
  OnPath Dearest(NodeId destination, absl::Span<const float> rates, const LinkPrices& prices) const;
  // Offers a path to a demand that has paths of its own.
  void OfferPath(NodeId source, NodeId destination, float rate, absl::Span<const LinkId> path,
                 LinkPrices* prices, Scratch* scratch);

  int num_trees(NodeId destination) const { return num_trees_[destination]; }
  absl::Span<const LinkId> tree(NodeId destination, int slot) const {
    const size_t at = Slot(destination, slot);
    return absl::MakeConstSpan(links_).subspan(at * stride_, size_[at]);
  }
  // Which tree a demand takes, kNoTree or kOwnPaths.
  uint8_t choice(NodeId source, NodeId destination) const {
    return choice_[static_cast<size_t>(destination) * num_nodes_ + source];
  }
  absl::Span<const uint8_t> choices(NodeId destination) const {  // [nodes]
    return absl::MakeConstSpan(choice_).subspan(static_cast<size_t>(destination) * num_nodes_,
                                                num_nodes_);
  }
  // Towards a destination, in the order in which they were found to be large.
  const std::vector<SplitDemand>& split_demands(NodeId destination) const {
    return split_[destination];
  }

 private:
  size_t Slot(NodeId destination, int slot) const {
    return static_cast<size_t>(destination) * max_trees_ + slot;
  }
  uint8_t* Choices(NodeId destination) {
    return choice_.data() + static_cast<size_t>(destination) * num_nodes_;
  }
  void PriceTrees(NodeId destination, absl::Span<const float> price, Scratch* scratch) const;
  // Says which trees are taken by demands, of those alone that have a rate where `rates` are given.
  void FindUsed(NodeId destination, absl::Span<const float> rates, Scratch* scratch) const;
  // Puts the flows of used trees on `load`, and forgets them.
  void PushDown(NodeId destination, absl::Span<float> load, Scratch* scratch) const;
  int MakeRoom(NodeId destination, absl::Span<const float> rates, const Scratch& scratch);
  // Moves one demand when that lowers the potential, or when it `must`.
  void Consider(NodeId source, NodeId destination, float rate, bool must, LinkPrices* prices,
                Scratch* scratch);
  void WalkPath(NodeId source, NodeId destination, int slot, const Scratch& scratch,
                std::vector<LinkId>* path) const;

  const TreeNetwork* network_;
  int max_trees_;
  SplitLimits limits_;
  int num_nodes_;
  size_t stride_;                                // links of a slot
  std::vector<LinkId> links_;                    // [destinations][max_trees_][stride_]
  std::vector<int> size_;                        // [destinations][max_trees_]
  std::vector<uint8_t> num_trees_;               // [destinations]
  std::vector<uint8_t> choice_;                  // [destinations][nodes]
  std::vector<std::vector<SplitDemand>> split_;  // [destinations]
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_TREE_SPLIT_H_
