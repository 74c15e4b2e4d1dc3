#include "agents/neural/priced_inference.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhumb::neural {
namespace {

constexpr float kRoom = 0.7F;
constexpr float kLargestLog = 4;

float Squeeze(float x) { return x / (1 + x); }

float BoundedLog(double x) {
  return static_cast<float>(std::clamp(std::log(std::max(x, 1e-9)),
                                       -static_cast<double>(kLargestLog),
                                       static_cast<double>(kLargestLog)));
}

double MeanLinkDelay(const Topology& topology) {
  double sum = 0;
  for (const Link& link : topology.links()) sum += absl::ToDoubleSeconds(link.propagation_delay);
  return sum / topology.num_links();
}

}  // namespace

void PricedInference::SetGraph(std::shared_ptr<const PathGraph> graph) {
  inference_.SetGraph(graph);
  demands_.assign(graph->num_pairs(), 0.0F);
  latest_.assign(graph->num_pairs(), 0.0F);
  split_.SetGraph(std::move(graph));
}

const PriceFeatures& PricedInference::Look(const Observation& observation,
                                           absl::Span<const float> history) {
  inference_.Run(history);
  for (size_t d = 0; d < demands_.size(); ++d) {
    demands_[d] = inference_.expected_demand(static_cast<int>(d));
    latest_[d] = history[d * kHistory];
  }
  split_.PutOnLinks(split_.fastest_ratios(), demands_, &fastest_load_);
  split_.PutOnLinks(inference_.ratios(), demands_, &base_load_);
  LinkFeatures(observation);
  NetworkFeatures(observation, history);
  return features_;
}

void PricedInference::LinkFeatures(const Observation& observation) {
  const PathGraph& graph = inference_.graph();
  const int links = graph.num_links();
  const Measurements* measured = nullptr;
  if (!observation.past_measurements.empty() && observation.past_measurements.back() != nullptr &&
      static_cast<int>(observation.past_measurements.back()->links.size()) == links) {
    measured = observation.past_measurements.back().get();
  }
  features_.links.assign(static_cast<size_t>(links) * kLinkFeatures, 0.0F);
  features_.load.assign(links, 0.0F);
  double total = 0;
  for (float load : base_load_) total += load;
  for (int l = 0; l < links; ++l) {
    float* row = features_.links.data() + static_cast<size_t>(l) * kLinkFeatures;
    row[0] = Squeeze(fastest_load_[l]);
    row[1] = Squeeze(std::max(fastest_load_[l] - kRoom, 0.0F));
    row[2] = Squeeze(base_load_[l]);
    row[3] = Squeeze(std::max(base_load_[l] - kRoom, 0.0F));
    row[4] = graph.log_capacity[l];
    if (measured != nullptr) {
      const LinkMeasurement& link = measured->links[l];
      row[5] = Squeeze(static_cast<float>(link.utilization));
      row[6] = Squeeze(static_cast<float>(20 * link.loss_ratio));
      row[7] = Squeeze(static_cast<float>(link.queueing_delay_s / 0.01));
    }
    const absl::Span<const float> state = inference_.link_state(l);
    std::copy(state.begin(), state.end(), row + kLinkFacts);
    if (total > 0) features_.load[l] = static_cast<float>(base_load_[l] / total);
  }
}

void PricedInference::NetworkFeatures(const Observation& observation,
                                      absl::Span<const float> history) {
  const double fastest = split_.MeanDelay(split_.fastest_ratios(), demands_);
  const double base = split_.MeanDelay(inference_.ratios(), demands_);
  const bool measured =
      !observation.past_measurements.empty() && observation.past_measurements.back() != nullptr;
  features_.network = {
      BoundedLog(*std::max_element(fastest_load_.begin(), fastest_load_.end())),
      BoundedLog(*std::max_element(base_load_.begin(), base_load_.end())),
      fastest > 0 ? BoundedLog(base / fastest) : 0.0F,
      BoundedLog(fastest * MeanLinkDelay(observation.topology) / 0.01),
      Squeeze(static_cast<float>(4 * Inference::MeanChange(history))),
      static_cast<float>(std::log(inference_.graph().num_pairs()) / 10),
      measured ? 1.0F : 0.0F,
      measured ? Squeeze(static_cast<float>(20 * observation.past_measurements.back()->loss_ratio))
               : 0.0F};
}

absl::Span<const float> PricedInference::Split(const Prices& prices) {
  split_.Run(inference_.ratios(), demands_, prices);
  return split_.ratios();
}

double PricedInference::LatestMlu() {
  split_.PutOnLinks(split_.ratios(), latest_, &base_load_);
  return *std::max_element(base_load_.begin(), base_load_.end());
}

}  // namespace rhumb::neural
