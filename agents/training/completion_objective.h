// Flow completion time as a formula that can be differentiated: what the packet agent starts from.
//
// Minimum MLU moves flows for nothing while their shortest path has room; what users feel is round
// trips, the share of a bottleneck, and queues near and beyond saturation. The formula adds up, per
// flow of mean size s over a path p,
//
//   8 * propagation(p) + s / bottleneck(p) + sum over links l of p of (s / C_l) * x(u_l)
//
// 8: some four round trips of connecting and slow start, as flows of 10 kB to 5 MB need them; x(u)
// = u / (1 - u), the waiting of processor sharing (M/G/1-PS), continued as a straight line from u =
// 0.9 on, whose slope of 100 is what a backlog of some seconds costs; u counts 5 % of headers. s /
// C_l is 51 ms on the narrowest link, as for 644 kB at 100 Mbit/s, times exp(trade-off): how much
// congestion counts against distance is an input of the network, and reinforcement learning in ns-3
// says which value is right.
#ifndef RHUMB_AGENTS_TRAINING_COMPLETION_OBJECTIVE_H_
#define RHUMB_AGENTS_TRAINING_COMPLETION_OBJECTIVE_H_

#include <torch/types.h>

#include <vector>

#include "agents/neural/torch_network.h"
#include "agents/training/flow_objective.h"
#include "agents/training/random.h"

namespace rhumb::training {

// What a network is trained on: how loaded it is and how much congestion counts there.
struct CompletionCase {
  std::vector<float> load;       // [graphs] MLU of the fastest paths on the latest past matrix
  std::vector<float> trade_off;  // [graphs]
};

struct CompletionDraw {
  double min_load = 0.2, max_load = 2.0;  // uniform in the logarithm
  double largest_trade_off = 1.5;         // uniform in [-this, this]
};
CompletionCase DrawCase(const neural::PathGraph& graph, const CompletionDraw& draw, Random& random);

// `input` with demands scaled and the trade-off set as the case says.
neural::NetworkInput WithCase(const neural::NetworkInput& input, const CompletionCase& drawn);

// [graphs]: mean completion time of the next interval's traffic in units of s over the narrowest
// capacity, for ratios = softmax(logits). `input` has its trade-off set.
torch::Tensor CompletionCost(const neural::NetworkInput& input, const torch::Tensor& logits);

// Mean over networks and iterates (later ones weigh more) of the log of the cost. `log_mlu` of the
// result is the mean log cost of the last iterate.
ObjectiveValue CompletionObjective(const torch::Tensor& weights, const neural::NetworkInput& input,
                                   const ObjectiveOptions& options);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_COMPLETION_OBJECTIVE_H_
