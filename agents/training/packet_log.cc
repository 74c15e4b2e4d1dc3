#include "agents/training/packet_log.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace rhumb::training {

double OutsideShare(const RolloutCost& cost, const LearnerTime& time) {
  const double outside = cost.acting_s + time.learning_s;
  return outside > 0 ? outside / (outside + cost.simulator_s) : 0;
}

double PacketShare(const RunCost& cost) {
  return cost.all.simulator_s > 0 ? cost.packet_s / cost.all.simulator_s : 0;
}

std::string PacketLog::Header() {
  return "updates,reward,completion,on_time,delay,loss,goodput,reward_spread,kl,optimizer_steps,"
         "clipped_share,value_error,explained_variance,entropy,lost_scenarios,simulator_s,acting_s,"
         "learning_s,waiting_s,steps,hop_packets,retries,validation_reward,validation_low,"
         "validation_high,run_s,packet_s,predicted_reward,predicted_minus_measured,"
         "predicted_low,predicted_high,truth_predicted,truth_measured\n";
}

std::string PacketLog::WithAllColumns(absl::string_view metrics) {
  const std::string header = Header();
  const absl::string_view all = absl::StripSuffix(header, "\n");
  const absl::string_view had = metrics.substr(0, metrics.find('\n'));
  if (had == all || !absl::StartsWith(all, absl::StrCat(had, ","))) return std::string(metrics);
  const std::string missing(
      std::count(all.begin(), all.end(), ',') - std::count(had.begin(), had.end(), ','), ',');
  std::string filled = header;
  const std::vector<absl::string_view> rows = absl::StrSplit(metrics, '\n', absl::SkipEmpty());
  for (size_t i = 1; i < rows.size(); ++i) absl::StrAppend(&filled, rows[i], missing, "\n");
  return filled;
}

std::string PacketLog::UpdateRow(int64_t update, const UpdateReport& report, const RunCost& run,
                                 const LearnerTime& time, const std::optional<TruthPair>& truth) {
  const RolloutCost& cost = run.all;
  events_.Scalar(update, "reward", report.reward);
  events_.Scalar(update, "reward/completion", report.terms.completion);
  events_.Scalar(update, "reward/on_time", report.terms.on_time);
  events_.Scalar(update, "reward/loss", report.terms.loss);
  events_.Scalar(update, "reward/goodput", report.terms.goodput);
  events_.Scalar(update, "kl", report.kl);
  events_.Scalar(update, "clipped_share", report.clipped_share);
  events_.Scalar(update, "value_error", report.value_error);
  events_.Scalar(update, "explained_variance", report.explained_variance);
  events_.Scalar(update, "entropy", report.entropy);
  events_.Scalar(update, "outside_share", OutsideShare(cost, time));
  std::string pair = ",";
  if (truth) {
    events_.Scalar(update, "truth/predicted", truth->predicted);
    events_.Scalar(update, "truth/measured", truth->measured);
    pair = absl::StrFormat("%.6f,%.6f", truth->predicted, truth->measured);
  }
  return absl::StrFormat(
      "%d,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%d,%.4f,%.6f,%.4f,%.4f,%d,%.3f,%.3f,%.3f,%.3f,%d,"
      "%d,%d,,,,%.2f,%.2f,,,,,%s\n",
      update, report.reward, report.terms.completion, report.terms.on_time, report.terms.delay,
      report.terms.loss, report.terms.goodput, report.reward_spread, report.kl, report.steps,
      report.clipped_share, report.value_error, report.explained_variance, report.entropy,
      report.lost_scenarios, cost.simulator_s, cost.acting_s, time.learning_s, time.waiting_s,
      cost.steps, cost.hop_packets, cost.retries, time.run_s, run.packet_s, pair);
}

std::string PacketLog::ValidationRow(int64_t update, const Estimate& reward,
                                     const std::optional<PredictedReward>& predicted,
                                     const RunCost& cost, const LearnerTime& time) {
  events_.Scalar(update, "validation/reward", reward.mean);
  if (predicted) events_.Scalar(update, "validation/predicted_reward", predicted->mean);
  events_.Flush();
  std::string row =
      absl::StrFormat("%d,,,,,,,,,,,,,,,,,,,,,,%.6f,%.6f,%.6f,%.2f,%.2f", update, reward.mean,
                      reward.low, reward.high, time.run_s, cost.packet_s);
  if (!predicted) return row + ",,,,,,\n";
  const Estimate& gap = predicted->minus_measured;
  absl::StrAppendFormat(&row, ",%.6f,%.6f,%.6f,%.6f,,\n", predicted->mean, gap.mean, gap.low,
                        gap.high);
  return row;
}

std::string CostLine(const RunCost& run, const LearnerTime& time, int workers, double elapsed_s) {
  const RolloutCost& cost = run.all;
  const double simulator_s = std::max(cost.simulator_s, 1e-9);
  return absl::StrFormat(
      "%d steps in %.0f s with %d workers: %.2f steps/s; simulators %.0f s, %.0f %% of it ns-3, "
      "%.0f hop-packets/s each; "
      "outside of them %.1f %% of the work (acting %.1f s, learning %.1f s); learner waited %.0f "
      "s; %d episodes repeated, %d lost",
      cost.steps, elapsed_s, workers, static_cast<double>(cost.steps) / std::max(elapsed_s, 1e-9),
      cost.simulator_s, 100 * PacketShare(run), static_cast<double>(cost.hop_packets) / simulator_s,
      100 * OutsideShare(cost, time), cost.acting_s, time.learning_s, time.waiting_s, cost.retries,
      cost.lost);
}

}  // namespace rhumb::training
