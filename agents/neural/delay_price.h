// What the score pays for delay where nobody said: as much as there is to gain.
//
// Where the plan in force is hardly slower than the fastest paths, demands that must not cross the
// fullest links take so little time that paying for it buys nothing, and costs room: traffic that
// is spread over paths of different length stays balanced when it changes. Where the plan is much
// slower, an operator would rather have a slightly fuller link.
#ifndef RHUMB_AGENTS_NEURAL_DELAY_PRICE_H_
#define RHUMB_AGENTS_NEURAL_DELAY_PRICE_H_

#include "absl/types/span.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

// The traffic's mean delay with these shares [paths] over that on its fastest paths, less 1.
// `demands` is [pairs][kPathDemandRow]; the mean ones count. Pairs without a share are left out, 0
// when that leaves no traffic. O(paths).
double ExcessDelay(const PathGraph& graph, absl::Span<const float> demands,
                   absl::Span<const float> shares);

// The delay weight (see InferenceOptions) after a plan with that excess: none up to 6 %, rising in
// a straight line to a tenth of `change` from 12 % on. That is the share of the traffic that
// changes from one interval to the next: where it is large the MLU of the next one is known less
// well than what is given up, and where it is 0 the MLU comes first.
double DelayWeightAfter(double excess_delay, double change);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_DELAY_PRICE_H_
