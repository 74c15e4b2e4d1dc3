#include "controller/replay/replay_result.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "agents/registry/policy_registry.h"

namespace rhumb {
namespace {

// Scores closer than this differ by the order of additions only.
constexpr double kSameScore = 1e-9;

using SeedMetrics = PacketMetrics<double>;

// All members, in one place, so that what is done to every metric is written once.
constexpr double SeedMetrics::*kMetrics[] = {
    &SeedMetrics::goodput_bps,     &SeedMetrics::delay_s,      &SeedMetrics::delay_p99_s,
    &SeedMetrics::loss_ratio,      &SeedMetrics::fct_s,        &SeedMetrics::fct_p99_s,
    &SeedMetrics::completed_share, &SeedMetrics::on_time_share};
constexpr Estimate PacketMetrics<Estimate>::*kEstimates[] = {
    &PacketMetrics<Estimate>::goodput_bps,     &PacketMetrics<Estimate>::delay_s,
    &PacketMetrics<Estimate>::delay_p99_s,     &PacketMetrics<Estimate>::loss_ratio,
    &PacketMetrics<Estimate>::fct_s,           &PacketMetrics<Estimate>::fct_p99_s,
    &PacketMetrics<Estimate>::completed_share, &PacketMetrics<Estimate>::on_time_share};
// Metrics that are shares: compared by difference, not by ratio.
constexpr bool kIsShare[] = {false, false, false, true, false, false, true, true};
constexpr size_t kNumMetrics = std::size(kMetrics);

double Over(double sum, double weight) { return weight > 0 ? sum / weight : 0; }

// One value a metric for one seed; cells for which `use` is false are left out.
SeedMetrics OverIntervals(const std::vector<Cell>& cells, const std::vector<char>& use) {
  SeedMetrics sum;
  double played = 0, delivered = 0, offered = 0, started = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!use[i]) continue;
    const Measurements& m = cells[i].measured;
    played += 1;
    delivered += m.goodput_bps;
    offered += m.offered_bps;
    sum.goodput_bps += m.goodput_bps;
    sum.delay_s += m.mean_delay_s * m.goodput_bps;
    sum.delay_p99_s += m.p99_delay_s * m.goodput_bps;
    sum.loss_ratio += m.loss_ratio * m.offered_bps;
    if (!m.flows) continue;
    const double flows = static_cast<double>(m.flows->started);
    started += flows;
    sum.fct_s += m.flows->mean_s * flows;
    sum.fct_p99_s += m.flows->p99_s * flows;
    sum.completed_share += static_cast<double>(m.flows->completed);
    sum.on_time_share += static_cast<double>(m.flows->on_time);
  }
  return {Over(sum.goodput_bps, played),      Over(sum.delay_s, delivered),
          Over(sum.delay_p99_s, delivered),   Over(sum.loss_ratio, offered),
          Over(sum.fct_s, started),           Over(sum.fct_p99_s, started),
          Over(sum.completed_share, started), Over(sum.on_time_share, started)};
}

std::vector<char> Played(const std::vector<Cell>& cells) {
  std::vector<char> played(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) played[i] = !cells[i].lost;
  return played;
}

bool Any(const std::vector<char>& flags) {
  for (char flag : flags) {
    if (flag) return true;
  }
  return false;
}

PacketMetrics<Estimate> OverSeeds(const std::vector<SeedMetrics>& seeds) {
  PacketMetrics<Estimate> result;
  std::vector<double> values(seeds.size());
  for (size_t m = 0; m < kNumMetrics; ++m) {
    for (size_t s = 0; s < seeds.size(); ++s) values[s] = seeds[s].*kMetrics[m];
    result.*kEstimates[m] = BootstrapMean(values);
  }
  return result;
}

PacketMetrics<Estimate> Compare(const PolicyCells& policy, const PolicyCells& reference) {
  std::vector<SeedMetrics> differences;
  for (size_t s = 0; s < policy.cells.size(); ++s) {
    // Pairs only: an interval that one side lost counts for neither.
    std::vector<char> both = Played(policy.cells[s]);
    const std::vector<char> other = Played(reference.cells[s]);
    for (size_t i = 0; i < both.size(); ++i) both[i] = both[i] && other[i];
    if (!Any(both)) continue;
    const SeedMetrics a = OverIntervals(policy.cells[s], both);
    const SeedMetrics b = OverIntervals(reference.cells[s], both);
    SeedMetrics difference;
    for (size_t m = 0; m < kNumMetrics; ++m) {
      const double change = a.*kMetrics[m] - b.*kMetrics[m];
      difference.*kMetrics[m] = kIsShare[m] ? change : Over(change, b.*kMetrics[m]);
    }
    differences.push_back(difference);
  }
  return OverSeeds(differences);
}

Fallbacks CollectFallbacks(const PolicyCells& policy) {
  Fallbacks all;
  Fallbacks::Partial& partial = all.partial;
  std::map<int, std::string> reasons, partial_reasons;  // by interval
  for (const std::vector<Cell>& cells : policy.cells) {
    for (const Cell& cell : cells) {
      ++all.of;
      if (!cell.fell_back_because) continue;
      const bool whole = cell.demands_fell_back == 0;
      ++(whole ? all.count : partial.count);
      (whole ? reasons : partial_reasons).emplace(cell.interval, *cell.fell_back_because);
      partial.most_demands = std::max(partial.most_demands, cell.demands_fell_back);
    }
  }
  for (const auto& [interval, reason] : reasons) all.intervals.push_back(interval);
  for (const auto& [interval, reason] : partial_reasons) partial.intervals.push_back(interval);
  if (!reasons.empty()) all.reason = reasons.begin()->second;
  if (!partial_reasons.empty()) partial.reason = partial_reasons.begin()->second;
  if (reasons.empty() && partial_reasons.empty()) return all;
  all.to = FallbackOf(policy.name);
  if (all.to.empty()) all.to = "another policy";
  return all;
}

std::optional<PredictionSummary> SummarizePredictions(const PolicyCells& policy) {
  PredictionSummary all;
  for (const std::vector<Cell>& cells : policy.cells) {
    for (const Cell& cell : cells) {
      if (cell.lost || !cell.measured.prediction) continue;
      const Prediction& one = *cell.measured.prediction;
      ++all.episodes;
      all.far += one.far;
      all.coverage = one.coverage;
      all.mean_distance += one.distance;
      all.max_distance = std::max(all.max_distance, one.distance);
      for (size_t q = 0; q < one.ranges.size(); ++q) {
        all.ranges[q].low += one.ranges[q].low;
        all.ranges[q].high += one.ranges[q].high;
      }
    }
  }
  if (all.episodes == 0) return std::nullopt;
  all.mean_distance /= all.episodes;
  for (PredictedRange& range : all.ranges) {
    range.low /= all.episodes;
    range.high /= all.episodes;
  }
  return all;
}

PolicyResult SummarizePolicy(const PolicyCells& policy, const std::vector<double>& optimum) {
  PolicyResult result;
  result.name = policy.name;
  result.omniscient = policy.omniscient;
  std::vector<double> mlu, norm_mlu, decisions, moved, paths;
  std::vector<SeedMetrics> seeds;
  for (const std::vector<Cell>& cells : policy.cells) {
    for (size_t i = 0; i < cells.size(); ++i) {
      const Cell& cell = cells[i];
      decisions.push_back(cell.decision_s);
      moved.push_back(cell.moved_share);
      paths.push_back(cell.size.paths_per_demand);
      result.size.least_share = std::min(result.size.least_share, cell.size.least_share);
      result.size.most_entries = std::max(result.size.most_entries, cell.size.most_entries);
      if (!optimum.empty() && optimum[i] > 0) norm_mlu.push_back(cell.plan_mlu / optimum[i]);
      if (!cell.lost) mlu.push_back(cell.measured.mlu);
      result.has_flows = result.has_flows || cell.measured.flows.has_value();
      result.retried += cell.retries;
      result.lost += cell.lost;
    }
    const std::vector<char> played = Played(cells);
    if (Any(played)) seeds.push_back(OverIntervals(cells, played));
  }
  for (const Distributions& of_seed : policy.distributions) result.distributions.Merge(of_seed);
  result.fallbacks = CollectFallbacks(policy);
  result.mlu = Summarize(mlu);
  if (!norm_mlu.empty()) result.norm_mlu = Summarize(norm_mlu);
  result.decision_p50_s = Percentile(decisions, 0.50);
  result.decision_p99_s = Percentile(decisions, 0.99);
  result.moved_share = Mean(moved);
  result.size.paths_per_demand = Mean(paths);
  result.measured = OverSeeds(seeds);
  result.prediction = SummarizePredictions(policy);
  return result;
}

}  // namespace

std::vector<PolicyResult> SummarizePolicies(const std::vector<PolicyCells>& cells,
                                            const std::vector<double>& optimum) {
  const PolicyCells* reference = nullptr;
  for (const PolicyCells& policy : cells) {
    if (reference == nullptr && policy.name == kReferencePolicy) reference = &policy;
  }
  std::vector<PolicyResult> results;
  for (const PolicyCells& policy : cells) {
    results.push_back(SummarizePolicy(policy, optimum));
    if (reference != nullptr) results.back().versus = Compare(policy, *reference);
  }
  return results;
}

int Winner(const ReplayResult& result) {
  auto score = [](const PolicyResult& policy) {
    if (policy.has_flows) return policy.measured.fct_s.mean;
    return policy.norm_mlu ? policy.norm_mlu->mean : policy.mlu.mean;
  };
  int best = -1;
  bool tied = false;
  for (size_t p = 0; p < result.policies.size(); ++p) {
    if (result.policies[p].omniscient) continue;
    const double value = score(result.policies[p]);
    if (best < 0) {
      best = static_cast<int>(p);
      continue;
    }
    const double lowest = score(result.policies[best]);
    if (std::abs(value - lowest) <= kSameScore * std::abs(lowest)) {
      tied = true;
    } else if (value < lowest) {
      best = static_cast<int>(p);
      tied = false;
    }
  }
  // Without traffic there is nothing to win.
  if (best < 0 || tied || !(score(result.policies[best]) > 0)) return -1;
  return best;
}

}  // namespace rhumb
