#include "agents/neural/feedback.h"

#include <algorithm>
#include <cmath>

#include "agents/neural/shares_in_force.h"

namespace rhumb::neural {
namespace {

constexpr double kMostCarried = 1.5;
constexpr double kLongWaitS = 0.010;
constexpr double kHeavyLoss = 0.01;
constexpr double kLongPathWaitS = 0.020;
constexpr double kLeastLogShare = 8;

float Squeeze(double x) { return static_cast<float>(x / (1 + x)); }

}  // namespace

const std::array<WeightBlock, kNumFeedbackBlocks>& FeedbackTable() {
  static const auto* const table = [] {
    auto* blocks = new std::array<WeightBlock, kNumFeedbackBlocks>{
        {{"link start", kLinkState, kNumLinkFeedback, false},
         {"path start", kPathState, kNumPathFeedback, false},
         {"first shift", 1, kNumPathFeedback, false},
         {"last shift", 1, kNumPathFeedback, false}}};
    int offset = NumWeights();
    for (WeightBlock& block : *blocks) {
      block.offset = offset;
      offset += block.size();
    }
    return blocks;
  }();
  return *table;
}

int NumFeedbackWeights() {
  const WeightBlock& last = FeedbackTable().back();
  return last.offset + last.size() - NumWeights();
}

void FillFeedback(const PathGraph& graph, const Observation& observation,
                  absl::Span<const float> latest, Feedback* feedback) {
  const int links = graph.num_links(), paths = graph.num_paths();
  feedback->links.assign(static_cast<size_t>(links) * kNumLinkFeedback, 0.0F);
  feedback->paths.assign(static_cast<size_t>(paths) * kNumPathFeedback, 0.0F);
  std::vector<float> expected(links, 0.0F);
  if (observation.plan_in_force) {
    const std::vector<float> shares =
        SharesInForce(graph, observation.candidate_paths, *observation.plan_in_force);
    for (int p = 0; p < paths; ++p) {
      float* const row = feedback->paths.data() + static_cast<size_t>(p) * kNumPathFeedback;
      row[kInForce] = shares[p];
      row[kLogInForce] = static_cast<float>(
          1 + std::log(std::max<double>(shares[p], std::exp(-kLeastLogShare))) / kLeastLogShare);
      const float flow = shares[p] * latest[graph.pair_of_path[p]];
      for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i) {
        expected[graph.links[i]] += flow / graph.capacity[graph.links[i]];
      }
    }
  }
  const auto& past = observation.past_measurements;
  if (past.empty() || past.back() == nullptr ||
      static_cast<int>(past.back()->links.size()) != links) {
    return;
  }
  const std::vector<LinkMeasurement>& measured = past.back()->links;
  for (int l = 0; l < links; ++l) {
    float* const row = feedback->links.data() + static_cast<size_t>(l) * kNumLinkFeedback;
    row[kKnown] = 1;
    row[kCarried] = static_cast<float>(std::min(measured[l].utilization, kMostCarried));
    row[kQueue] = Squeeze(measured[l].queueing_delay_s / kLongWaitS);
    row[kLost] = Squeeze(measured[l].loss_ratio / kHeavyLoss);
    row[kUnexpected] = row[kCarried] - std::min(expected[l], static_cast<float>(kMostCarried));
  }
  for (int p = 0; p < paths; ++p) {
    double wait_s = 0, lost = 0, carried = 0;
    for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i) {
      const LinkMeasurement& link = measured[graph.links[i]];
      wait_s += link.queueing_delay_s;
      lost += link.loss_ratio;
      carried = std::max(carried, link.utilization);
    }
    float* const row = feedback->paths.data() + static_cast<size_t>(p) * kNumPathFeedback;
    row[kPathQueue] = Squeeze(wait_s / kLongPathWaitS);
    row[kPathLost] = Squeeze(lost / kHeavyLoss);
    row[kPathCarried] = static_cast<float>(std::min(carried, kMostCarried));
  }
}

}  // namespace rhumb::neural
