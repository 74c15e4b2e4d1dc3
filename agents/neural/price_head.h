// The network that sets the prices: what reinforcement learning at packet level trains.
//
// It sits on the graph network (inference.h), whose link states it reads beside what is known of
// every link: a layer for each link, two means over the links, and from these and a few numbers of
// the whole network a layer each for the actor (mean of every price) and the critic (value).
// Nothing depends on the number of links. Its weights are one flat array, the price head's part of
// a checkpoint.
#ifndef RHUMB_AGENTS_NEURAL_PRICE_HEAD_H_
#define RHUMB_AGENTS_NEURAL_PRICE_HEAD_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/priced_split.h"

namespace rhumb::neural {

// Grows with every change of features, prices or layout that makes old heads meaningless.
constexpr int kPriceLayoutVersion = 1;

// x / (1 + x) of a utilization and of its part above 0.7, for the fastest paths and for the base
// plan; log relative capacity; measured utilization, loss and queueing delay; the link state.
constexpr int kLinkFacts = 8;
constexpr int kLinkFeatures = kLinkFacts + kLinkState;
constexpr int kNetworkFeatures = 8;  // see PriceFeatures
constexpr int kLinkEncoding = 16;
constexpr int kPriceHidden = 32;
constexpr int kPriceInput = 2 * kLinkEncoding + kNetworkFeatures;

enum PriceBlockId {
  kLinkEncoder,
  kActorHidden,
  kActorOut,  // mean of every price
  kCriticHidden,
  kCriticOut,
  kLogSigma,  // 1 row: log of the exploration's standard deviation
  kNumPriceBlocks
};
const std::array<WeightBlock, kNumPriceBlocks>& PriceWeightTable();
int NumPriceWeights();

// What the head sees of a moment.
struct PriceFeatures {
  std::vector<float> links;  // [links][kLinkFeatures]
  std::vector<float>
      load;  // [links] share of the base plan's utilization: the second mean's weights
  // log MLU of the fastest paths and of the base plan; log of the base plan's mean delay over the
  // fastest paths'; log of the latter over 10 ms; how much of the traffic changes from one matrix
  // to the next; log pairs / 10; whether anything was measured; the loss that was.
  std::array<float, kNetworkFeatures> network{};
};

// Weights of an untrained head: prices near `mean`, standard deviation `sigma`.
std::vector<float> InitialPriceHead(double sigma, uint64_t seed, const Prices& mean = {});

struct PriceAnswer {
  Prices mean{};
  Prices sigma{};
  float value = 0;
};

// `weights` has NumPriceWeights() entries. O(links).
PriceAnswer AskPriceHead(absl::Span<const float> weights, const PriceFeatures& features);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_PRICE_HEAD_H_
