// Sizes of the agent's neural network and the layout of its weights in one flat array.
//
// The flat array is what a checkpoint stores, what the optimiser changes and what inference reads,
// so the three agree on one table, `WeightTable`. Nothing in it depends on the number of nodes,
// links, paths or demands.
#ifndef RHUMB_AGENTS_NEURAL_NETWORK_SHAPE_H_
#define RHUMB_AGENTS_NEURAL_NETWORK_SHAPE_H_

#include <array>
#include <string>

#include "absl/strings/string_view.h"

namespace rhumb::neural {

// Version of the features and of the weight layout. Grows with every change that makes old
// checkpoints meaningless.
constexpr int kFeatureLayoutVersion = 2;

// Past matrices that the network looks at, the latest first; a shorter past is padded with its
// oldest matrix.
constexpr int kHistory = 8;
// Matrices of the next interval that the network imagines from the past and hedges against.
constexpr int kScenarios = 4;
constexpr int kLinkState = 16;
constexpr int kPathState = 8;
constexpr int kDemandHidden = 16;
constexpr int kLinkHidden = 32;
constexpr int kPathHidden = 24;

// What a link tells the paths over it: a part that is averaged along the path, a part that is
// summed (weighted by the fourth power of the link's relative utilization, so that idle links do
// not count), and a part that only the path's most loaded link sends.
constexpr int kMeanMessage = 8;
constexpr int kSumMessage = 4;
constexpr int kBottleneckMessage = 8;
constexpr int kMessage = kMeanMessage + kSumMessage + kBottleneckMessage;

// Scenario utilizations over the MLU, their fourth powers, log relative capacity, the sum of path
// states, own state.
constexpr int kLinkInput = 2 * kScenarios + 1 + kPathState + kLinkState;
// Own state and relative utilization.
constexpr int kMessageInput = kLinkState + 1;
constexpr int kPathScalars = 10;
// Own state, the messages, and scalars (see PathScalar).
constexpr int kPathInput = kPathState + kMessage + kPathScalars;
constexpr int kPathOutput = kPathState + 1;

// Features of a path that are plain numbers, in the order in which they enter the path network.
enum PathScalar {
  kMaxUtilization,   // largest utilization over MLU along the path
  kMeanUtilization,  // mean of it
  kSplitRatio,       // of the current iterate
  kFlow,             // x / (1 + x), x = flow over the path's bottleneck capacity over MLU
  kDemand,           // the same for the whole demand
  kLogit,            // current logit / 5
  kExtraHops,        // x / (1 + x), x = hops over those of the pair's shortest candidate - 1
  kAboveMeanOfPair,  // kMaxUtilization minus its mean over the pair's paths, weighted by split
                     // ratio
  kAboveBestOfPair,  // kMaxUtilization minus the smallest of the pair
  kExtraDelay,       // x / (1 + x), x = delay over that of the pair's fastest candidate - 1
};

constexpr float kLogitStep = 2.0F;    // largest change of a logit in one iteration
constexpr float kLogitLimit = 12.0F;  // logits stay in [-limit, limit]

// Refinement after the last iteration may push a path further down, to a share of e^-40 of the
// pair.
constexpr float kRefinedLogitLimit = 20.0F;

// One block of weights: `rows` x `columns`, row-major, then `rows` biases when it has any.
struct WeightBlock {
  absl::string_view name;
  int rows = 0;
  int columns = 0;
  bool bias = true;
  int offset = 0;  // into the flat array

  int size() const { return rows * columns + (bias ? rows : 0); }
  int bias_offset() const { return offset + rows * columns; }
};

// Of what kOverCapacity below means to the weights.
constexpr int kPlanLayoutVersion = 1;

// What utilizations are told to the network as, and with it what its decisions may depend on.
enum class LoadScale {
  // Over the current MLU: scale of traffic cancels, which is right for a plan of minimum MLU.
  kOverMlu,
  // As they are: how full links are decides what a plan for packets looks like. The path scalar
  // kExtraHops is then PathGraph::detour instead.
  kOverCapacity
};

enum BlockId {
  kScenarioMix,      // linear part of the scenarios
  kScenarioHidden,   // nonlinear part, first layer
  kScenarioOut,      // nonlinear part, second layer
  kScenarioWeights,  // logits of the scenarios' weights, 1 row
  kStart,  // first logits from (extra hops, log relative bottleneck capacity, extra delay), 1 row
  kLinkHiddenLayer,
  kLinkUpdate,
  kLinkGate,
  kMessageLayer,
  kPathHiddenLayer,
  kPathOutLayer,
  kNumBlocks
};

using WeightTableType = std::array<WeightBlock, kNumBlocks>;
const WeightTableType& WeightTable();
int NumWeights();

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_NETWORK_SHAPE_H_
