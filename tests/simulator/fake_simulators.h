// Simulators that tests interrupt or let die.
#ifndef RHUMB_TESTS_SIMULATOR_FAKE_SIMULATORS_H_
#define RHUMB_TESTS_SIMULATOR_FAKE_SIMULATORS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "simulator/network_simulator.h"

namespace rhumb::testing {

// Dies in chosen episodes, as one whose worker process does; otherwise an empty measurement that
// carries the episode's seed as goodput.
class FragileSimulator : public NetworkSimulator {
 public:
  explicit FragileSimulator(std::function<bool(uint64_t seed)> dies) : dies_(std::move(dies)) {}
  absl::Status Reset(const Episode& episode) override {
    seed_ = episode.seed;
    return absl::OkStatus();
  }
  absl::StatusOr<Measurements> Play(const RoutingPlan&, const Interval&) override {
    if (dies_(seed_)) return absl::UnavailableError("the worker died");
    Measurements measured;
    measured.goodput_bps = static_cast<double>(seed_);
    measured.offered_bps = 2 * measured.goodput_bps;
    return measured;
  }

 private:
  const std::function<bool(uint64_t)> dies_;
  uint64_t seed_ = 0;
};

// Another simulator, with something that happens just before it plays an interval.
class InterruptedSimulator : public NetworkSimulator {
 public:
  InterruptedSimulator(std::unique_ptr<NetworkSimulator> simulator,
                       std::function<void(const Interval&)> before_play)
      : simulator_(std::move(simulator)), before_play_(std::move(before_play)) {}

  absl::Status Reset(const Episode& episode) override { return simulator_->Reset(episode); }
  absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) override {
    before_play_(interval);
    return simulator_->Play(plan, interval);
  }
  const Distributions* distributions() const override { return simulator_->distributions(); }

 private:
  const std::unique_ptr<NetworkSimulator> simulator_;
  const std::function<void(const Interval&)> before_play_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_SIMULATOR_FAKE_SIMULATORS_H_
