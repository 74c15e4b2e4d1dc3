#include "agents/training/packet_log.h"

#include <algorithm>

#include "absl/strings/str_format.h"

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
         "validation_high,run_s,packet_s,predicted_reward,measured_reward\n";
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
      "%d,%d,,,,%.2f,%.2f,%s\n",
      update, report.reward, report.terms.completion, report.terms.on_time, report.terms.delay,
      report.terms.loss, report.terms.goodput, report.reward_spread, report.kl, report.steps,
      report.clipped_share, report.value_error, report.explained_variance, report.entropy,
      report.lost_scenarios, cost.simulator_s, cost.acting_s, time.learning_s, time.waiting_s,
      cost.steps, cost.hop_packets, cost.retries, time.run_s, run.packet_s, pair);
}

std::string PacketLog::ValidationRow(int64_t update, const Estimate& reward, const RunCost& cost,
                                     const LearnerTime& time) {
  events_.Scalar(update, "validation/reward", reward.mean);
  events_.Flush();
  return absl::StrFormat("%d,,,,,,,,,,,,,,,,,,,,,,%.6f,%.6f,%.6f,%.2f,%.2f,,\n", update,
                         reward.mean, reward.low, reward.high, time.run_s, cost.packet_s);
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
