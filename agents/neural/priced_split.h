// Split ratios from a base plan and a few prices: what the packet level learns to set.
//
// A plan of minimum MLU moves flows for nothing while their fastest path has room, and packets pay
// for it. Here traffic settles where the prices are low: every path costs what its distance, the
// congestion of its links and the base plan's dislike of it cost, and a pair splits by the softmax
// of minus the cost. Costs depend on loads and loads on splits, so the split is the fixed point of
// both, a stochastic user equilibrium, the minimum of a convex objective (Fisk 1980). Pairs settle
// one after another, each with the links as the one before left them and a step that looks at what
// the moved traffic itself would change (block coordinate descent; Jayakrishnan et al. 1994 for
// pairs and paths). Costs are steep where links are nearly full: averaging over rounds in which all
// pairs move at once (Powell, Sheffi 1982) swings there for long, and pairs that settle one by one
// block each other; so the steepness grows from round to round. A handful of numbers for the whole
// network decide it, few enough to be explored against packets.
#ifndef RHUMB_AGENTS_NEURAL_PRICED_SPLIT_H_
#define RHUMB_AGENTS_NEURAL_PRICED_SPLIT_H_

#include <array>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

// All are 0 in the base plan itself, and about 1 where they matter.
enum Price {
  kDistance,    // of delay beyond the pair's fastest path, over the mean delay of the traffic
  kCongestion,  // of what more traffic on the path's links costs all traffic there, see Congestion
  kDetour,      // of leaving the fastest path while it has room
  kSmallness,   // of leaving it with a demand that is small beside the path's capacity
  kDistrust,    // of the base plan: its logits count exp(-distrust) times
  kMargin,      // loads are taken for exp(margin / 2) times what they are
  kNumPrices
};
using Prices = std::array<float, kNumPrices>;

constexpr float kSteep = 0.9F;
// d/du of u / (1 - u), minus 1: the delay that traffic on a link of utilization u adds to all
// traffic there, in service times (M/M/1). Goes on as a line above `steep`: links may be
// overloaded.
float Congestion(float utilization, float steep = kSteep);

// Owned by one thread. All memory is taken in SetGraph.
class PricedSplit {
 public:
  void SetGraph(std::shared_ptr<const PathGraph> graph);

  // `base` [paths] are the base plan's ratios, `demands` [pairs] in units of the graph's mean
  // capacity. With all prices 0 the result is the base plan but for shares below e^-8. O(rounds *
  // path links), 4 to 16 rounds by the size of the network.
  void Run(absl::Span<const float> base, absl::Span<const float> demands, const Prices& prices);

  absl::Span<const float> ratios() const { return ratios_; }  // [paths], of the last Run

  // Utilization [links] under ratios [paths] and demands [pairs].
  void PutOnLinks(absl::Span<const float> ratios, absl::Span<const float> demands,
                  std::vector<float>* utilization) const;
  // The plan that uses every pair's fastest path alone, [paths]. Paths that are much narrower than
  // the pair's widest do not count: a backbone does not send its traffic over an access link.
  absl::Span<const float> fastest_ratios() const { return fastest_ratios_; }
  // Mean over traffic of the delay of ratios [paths], in the graph's unit; 0 without traffic.
  double MeanDelay(absl::Span<const float> ratios, absl::Span<const float> demands) const;

 private:
  // Service times, in units of that of the mean bottleneck of the traffic on its fastest paths.
  void TimeLinks(absl::Span<const float> demands);
  float LinkPrice(int link, float utilization) const;
  // Fills cost_ of the pair's paths.
  void PricePaths(int pair, absl::Span<const float> demands, const Prices& prices);
  // Moves the pair towards the softmax of minus cost_, and utilization_ and congestion_ with it:
  // to the zero of the objective's slope on the way, between its values at both ends (regula
  // falsi), at most `longest_step` of the way. True when there was nothing to move.
  bool Settle(int pair, float demand, float congestion_price, float longest_step);

  std::shared_ptr<const PathGraph> graph_;
  int rounds_ = 0;
  std::vector<int> fastest_;                                  // [pairs] path
  std::vector<float> service_;                                // [links] see TimeLinks
  std::vector<float> fastest_ratios_, base_logits_, ratios_;  // [paths]
  std::vector<float> utilization_, congestion_;               // [links]
  float steep_ = kSteep, load_factor_ = 1;                    // of this round
  std::vector<float> cost_, shift_;                           // [paths of a pair]
  std::vector<float> moved_;                                  // [links] 0 outside of Settle
  std::vector<int> touched_;                                  // links where it is not
  double mean_delay_ = 1;                                     // of the traffic on fastest paths
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_PRICED_SPLIT_H_
