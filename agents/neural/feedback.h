// What a running network tells a decision beside its demands: how full, slow and lossy links were
// in the last interval, and where traffic goes now.
//
// An agent that decides once knows rates. Rates do not tell which flows are under way: a few large
// ones fill a queue that the next second begins with. The network of network_shape.h takes what was
// measured as the state that its links and paths begin with, and as what it adds to the logits of
// its first and its last iterate. With all weights of FeedbackTable 0 it decides as without.
#ifndef RHUMB_AGENTS_NEURAL_FEEDBACK_H_
#define RHUMB_AGENTS_NEURAL_FEEDBACK_H_

#include <array>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/path_graph.h"
#include "agents/routing_policy.h"

namespace rhumb::neural {

// Of what the features and weights below mean.
constexpr int kFeedbackLayoutVersion = 1;

// Of a link over the last measured interval; all 0 where nothing was measured.
enum LinkFeedback {
  kKnown,       // 1 where something was measured
  kCarried,     // utilization, at most 1.5
  kQueue,       // x / (1 + x), x = mean wait over 10 ms
  kLost,        // x / (1 + x), x = loss ratio over 1 %
  kUnexpected,  // kCarried less what the plan in force puts there with the latest demands
  kNumLinkFeedback
};

// Of a path.
enum PathFeedback {
  kInForce,      // share of its pair by the plan in force; 0 without one
  kLogInForce,   // logarithm of that, at least e^-8, over 8, plus 1; 0 without a plan
  kPathQueue,    // x / (1 + x), x = wait on all links over 20 ms
  kPathLost,     // x / (1 + x), x = loss ratios of all links over 1 %
  kPathCarried,  // the largest of its links
  kNumPathFeedback
};

enum FeedbackBlock {
  kLinkStart,   // [kLinkState, kNumLinkFeedback] state of links before the first iteration
  kPathStart,   // [kPathState, kNumPathFeedback] the same of paths
  kFirstShift,  // [1, kNumPathFeedback] added to the first logits
  kLastShift,   // [1, kNumPathFeedback] added to the last logits
  kNumFeedbackBlocks
};

// None has biases. Offsets go on behind those of WeightTable: the weights of an agent with feedback
// are one array.
const std::array<WeightBlock, kNumFeedbackBlocks>& FeedbackTable();
int NumFeedbackWeights();

struct Feedback {
  std::vector<float> links;  // [links][kNumLinkFeedback]
  std::vector<float> paths;  // [paths][kNumPathFeedback]
};

// From the latest of the past measurements and the plan in force; `graph` was made from the
// observation's topology and paths. `latest` is [pairs], the latest demands over the mean capacity.
// Measurements of another number of links count as none. O(path links).
void FillFeedback(const PathGraph& graph, const Observation& observation,
                  absl::Span<const float> latest, Feedback* feedback);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_FEEDBACK_H_
