// Demands on paths of their own: those that are large beside the links that they cross, so that no
// choice of one tree for each would do.
#ifndef RHUMB_AGENTS_TREES_SPLIT_DEMANDS_H_
#define RHUMB_AGENTS_TREES_SPLIT_DEMANDS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "agents/trees/link_prices.h"
#include "agents/trees/tree_network.h"

namespace rhumb::trees {

struct SplitLimits {
  // A demand; absent: 4, and more where another path is much cheaper than those in use, as for a
  // demand that is larger than any four links.
  std::optional<int> max_paths;
  float min_share = 0.05F;  // of every path, in [0, 0.5]
};

struct OwnPath {
  std::vector<LinkId> links;
  float share = 0;
};

// One demand and its paths. Shares sum to 1, unless there is no path.
struct SplitDemand {
  NodeId source = -1;
  std::vector<OwnPath> paths;
};

// Cost of a path at present prices.
float PathPrice(const LinkPrices& prices, absl::Span<const LinkId> links);

// Moves traffic of one demand from its dearest path to its cheapest, `offered` among them, as far
// as that lowers the potential and the limits allow; and off paths that cannot be used. Keeps the
// loads up to date. Scratch memory is the object's; one thread.
class DemandSplitter {
 public:
  DemandSplitter(int num_links, const SplitLimits& limits);

  void Improve(float rate, absl::Span<const LinkId> offered, SplitDemand* demand,
               LinkPrices* prices);

 private:
  struct Change {
    LinkId link;
    float sign;  // +1 for links of the path that gets traffic, -1 of the one that loses it
  };
  void Compare(absl::Span<const LinkId> from, absl::Span<const LinkId> to);
  float Raise(float by, const LinkPrices& prices) const;
  float BestStep(float rate, float most, const LinkPrices& prices) const;
  void Move(float rate, float share, int from, int to, SplitDemand* demand, LinkPrices* prices);

  SplitLimits limits_;
  std::vector<Change> changes_;
  std::vector<uint32_t> seen_;  // [links]
  uint32_t round_ = 0;
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_SPLIT_DEMANDS_H_
