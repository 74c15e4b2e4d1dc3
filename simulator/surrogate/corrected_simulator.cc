#include "simulator/surrogate/corrected_simulator.h"

#include <optional>
#include <utility>
#include <variant>

#include "simulator/fluid/fluid_simulator.h"
#include "simulator/surrogate/features.h"

namespace rhumb {
namespace {

class CorrectedSimulator : public NetworkSimulator {
 public:
  CorrectedSimulator(std::unique_ptr<NetworkSimulator> fluid, int segment_bytes,
                     CorrectionSource source)
      : fluid_(std::move(fluid)), segment_bytes_(segment_bytes), source_(std::move(source)) {}

  absl::Status Reset(const Episode& episode) override {
    episode_.reset();
    if (absl::Status status = fluid_->Reset(episode); !status.ok()) return status;
    episode_ = episode;
    correction_ = source_();
    return absl::OkStatus();
  }

  absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) override {
    auto measured = fluid_->Play(plan, interval);
    if (!measured.ok()) return measured;
    // It has checked the changes.
    episode_->topology = *episode_->topology.Apply(interval.changes_at_start);
    const surrogate::Features features =
        surrogate::ComputeFeatures(*episode_, segment_bytes_, plan, interval, *measured);
    surrogate::Apply(*correction_, features, !interval.changes.empty(), &*measured);
    for (const TimedChange& change : interval.changes) {
      if (const auto* delta = std::get_if<TopologyDelta>(&change.change)) {
        episode_->topology = *episode_->topology.Apply(*delta);
      }
    }
    return measured;
  }

  // As the fluid simulator has them: means and percentiles are corrected, single flows are not.
  const Distributions* distributions() const override { return fluid_->distributions(); }

 private:
  const std::unique_ptr<NetworkSimulator> fluid_;
  const int segment_bytes_;
  const CorrectionSource source_;
  std::shared_ptr<const surrogate::Correction> correction_;  // of the episode
  std::optional<Episode> episode_;                           // with the topology as it is now
};

}  // namespace

absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakeCorrectedFluidSimulator(
    const FluidSimulatorOptions& options, const surrogate::Correction& correction) {
  // Not owned.
  std::shared_ptr<const surrogate::Correction> same(std::shared_ptr<void>(), &correction);
  return MakeCorrectedFluidSimulator(options, [same] { return same; });
}

absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakeCorrectedFluidSimulator(
    const FluidSimulatorOptions& options, CorrectionSource correction) {
  auto fluid = MakeFluidSimulator(options);
  if (!fluid.ok()) return fluid.status();
  return std::make_unique<CorrectedSimulator>(*std::move(fluid), options.segment_bytes,
                                              std::move(correction));
}

}  // namespace rhumb
