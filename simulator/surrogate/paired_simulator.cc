#include "simulator/surrogate/paired_simulator.h"

#include <optional>
#include <utility>
#include <variant>

#include "simulator/fluid/fluid_simulator.h"

namespace rhumb {
namespace {

bool HasFlows(const Measurements& measured) {
  return measured.flows.has_value() && measured.flows->started > 0;
}

class PairedSimulator : public NetworkSimulator {
 public:
  PairedSimulator(std::unique_ptr<NetworkSimulator> truth, std::unique_ptr<NetworkSimulator> fluid,
                  int segment_bytes, std::function<void(PairedMeasurements)> tell)
      : truth_(std::move(truth)),
        fluid_(std::move(fluid)),
        segment_bytes_(segment_bytes),
        tell_(std::move(tell)) {}

  absl::Status Reset(const Episode& episode) override {
    episode_.reset();
    if (absl::Status status = truth_->Reset(episode); !status.ok()) return status;
    if (absl::Status status = fluid_->Reset(episode); !status.ok()) return status;
    episode_ = episode;
    return absl::OkStatus();
  }

  absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) override {
    auto measured = truth_->Play(plan, interval);
    if (!measured.ok()) return measured;
    auto fluid = fluid_->Play(plan, interval);
    if (!fluid.ok()) return fluid.status();
    // Both have checked the changes.
    episode_->topology = *episode_->topology.Apply(interval.changes_at_start);
    if (HasFlows(*measured) && HasFlows(*fluid)) {
      tell_({episode_->seed,
             surrogate::ComputeFeatures(*episode_, segment_bytes_, plan, interval, *fluid),
             *std::move(fluid), *measured});
    }
    for (const TimedChange& change : interval.changes) {
      if (const auto* delta = std::get_if<TopologyDelta>(&change.change)) {
        episode_->topology = *episode_->topology.Apply(*delta);
      }
    }
    return measured;
  }

 private:
  const std::unique_ptr<NetworkSimulator> truth_;
  const std::unique_ptr<NetworkSimulator> fluid_;
  const int segment_bytes_;
  const std::function<void(PairedMeasurements)> tell_;
  std::optional<Episode> episode_;  // with the topology as it is now
};

}  // namespace

absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakePairedSimulator(
    std::unique_ptr<NetworkSimulator> truth, const FluidSimulatorOptions& options,
    std::function<void(PairedMeasurements)> tell) {
  auto fluid = MakeFluidSimulator(options);
  if (!fluid.ok()) return fluid.status();
  return std::make_unique<PairedSimulator>(std::move(truth), *std::move(fluid),
                                           options.segment_bytes, std::move(tell));
}

}  // namespace rhumb
