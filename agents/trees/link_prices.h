// What links carry and what carrying more would cost: the gradient of a soft maximum of the
// utilizations.
//
// The potential is the sum over links of exp(sharpness * (utilization / level - 1)), plus a small
// part that grows with the delay of traffic and decides where no full link does. Its derivative by
// a link's load is the price. Any prices prove a lower bound of the MLU, see price_bound.h; those
// of a nearly best split prove nearly its MLU (Garg and Koenemann 2007).
#ifndef RHUMB_AGENTS_TREES_LINK_PRICES_H_
#define RHUMB_AGENTS_TREES_LINK_PRICES_H_

#include <vector>

#include "absl/types/span.h"
#include "agents/trees/tree_network.h"

namespace rhumb::trees {

// Owned by one thread. Loads are in units of the network's mean capacity.
class LinkPrices {
 public:
  explicit LinkPrices(const TreeNetwork* network);

  void SetNetwork(const TreeNetwork* network) { network_ = network; }
  // Takes `load` [links] and prices it. `sharpness` says how much fuller links count more.
  void Set(absl::Span<const float> load, float sharpness);

  absl::Span<const float> load() const { return load_; }
  // [links]; infinite for links that must not be used.
  absl::Span<const float> price() const { return price_; }
  // Largest utilization of `load` when it was set.
  float level() const { return level_; }
  // Largest utilization now. O(links).
  float Mlu() const;

  // What all traffic pays: the sum of load times price. O(links).
  double Paid() const;

  // How much the potential would rise if a link carried `by` more (or less, below 0). 0 for an
  // unusable link.
  float Raise(LinkId link, float by) const;
  // Its price then.
  float PriceAfter(LinkId link, float by) const;
  // Puts it there and prices the link again.
  void Add(LinkId link, float by);

 private:
  float Weight(float load, LinkId link) const;
  void Price(LinkId link);

  const TreeNetwork* network_;
  float sharpness_ = 1, level_ = 1;
  float delay_price_ = 0;  // per second
  std::vector<float> load_, weight_, price_;
  std::vector<float> steepness_;  // [links] sharpness over capacity and level
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_LINK_PRICES_H_
