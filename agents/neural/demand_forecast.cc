#include "agents/neural/demand_forecast.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "agents/trees/parallel.h"

namespace rhumb::neural {

DemandForecast::DemandForecast(absl::Span<const float> weights) {
  const auto& table = WeightTable();
  const auto copy = [&](int offset, int size) {
    return std::vector<float>(weights.begin() + offset, weights.begin() + offset + size);
  };
  mix_ = copy(table[kScenarioMix].offset, kScenarios * kHistory);
  hidden_ = copy(table[kScenarioHidden].offset, kDemandHidden * kHistory);
  bias_ = copy(table[kScenarioHidden].bias_offset(), kDemandHidden);
  out_ = copy(table[kScenarioOut].offset, kScenarios * kDemandHidden);
  const float* logits = weights.data() + table[kScenarioWeights].offset;
  const float largest = *std::max_element(logits, logits + kScenarios);
  float sum = 0;
  for (int s = 0; s < kScenarios; ++s) sum += scenario_weight_[s] = std::exp(logits[s] - largest);
  for (float& weight : scenario_weight_) weight /= sum;
}

float DemandForecast::Mean(const float past[kHistory]) const {
  float level = 0;
  bool constant = true;
  for (int h = 0; h < kHistory; ++h) {
    level += past[h];
    constant = constant && past[h] == past[0];
  }
  level /= kHistory;
  if (constant || level <= 0) return level;
  float around[kHistory];
  for (int h = 0; h < kHistory; ++h) around[h] = past[h] / level - 1;
  float bent[kDemandHidden];
  for (int j = 0; j < kDemandHidden; ++j) {
    float x = bias_[j];
    for (int h = 0; h < kHistory; ++h) x += hidden_[j * kHistory + h] * around[h];
    bent[j] = std::max(x, 0.0F) - std::max(bias_[j], 0.0F);
  }
  float mean = 0;
  for (int s = 0; s < kScenarios; ++s) {
    float factor = 1;
    for (int h = 0; h < kHistory; ++h) factor += mix_[s * kHistory + h] * around[h];
    for (int j = 0; j < kDemandHidden; ++j) factor += out_[s * kDemandHidden + j] * bent[j];
    mean += scenario_weight_[s] * std::max(factor, 0.0F);
  }
  return level * mean;
}

void DemandForecast::Fill(const Observation& observation, double unit_per_bps,
                          trees::TreeDemands* demands) const {
  const auto& past = observation.past_demands;
  const int nodes = observation.topology.num_nodes();
  const int seen = std::min<int>(kHistory, static_cast<int>(past.size()));
  // A tile of sources and destinations: matrices are read by rows and written by columns.
  constexpr int kTile = 32;
  const int tiles = (nodes + kTile - 1) / kTile;
  const int workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  trees::ForEach(tiles, workers, [&](int, int tile) {
    float own[kHistory];
    for (NodeId d = tile * kTile; d < std::min(nodes, (tile + 1) * kTile); ++d) {
      float* row = demands->row(d);
      for (NodeId s = 0; s < nodes; ++s) {
        for (int h = 0; h < kHistory; ++h) {
          const auto& matrix = past[past.size() - 1 - std::min(h, seen - 1)];
          own[h] = static_cast<float>(matrix->rate_bps(s, d) * unit_per_bps);
        }
        row[s] = Mean(own);
      }
    }
  });
}

}  // namespace rhumb::neural
