// Policies that tests look into, hold up or let fail.
#ifndef RHUMB_TESTS_AGENTS_FAKE_POLICIES_H_
#define RHUMB_TESTS_AGENTS_FAKE_POLICIES_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "agents/routing_policy.h"

namespace rhumb::testing {

// Everything over the path with the most hops: worse than shortest path wherever there is a choice.
class DetourPolicy : public RoutingPolicy {
 public:
  std::string name() const override { return "detour"; }
  bool uses_candidate_paths() const override { return true; }
  absl::StatusOr<Decision> Decide(const Observation& observation) override {
    const PathSet& paths = *observation.candidate_paths;
    std::vector<double> ratios(paths.num_paths(), 0);
    for (int i = 0; i < paths.num_pairs(); ++i) {
      const PathSet::Range range = paths.paths_of(i);
      int longest = range.begin;
      for (int p = range.begin; p < range.end; ++p) {
        if (paths.links(p).size() > paths.links(longest).size()) longest = p;
      }
      if (range.size() > 0) ratios[longest] = 1;
    }
    Decision decision;
    decision.plan =
        RoutingPlan(observation.candidate_paths, std::move(ratios), observation.topology.version());
    decision.note = "test";
    return decision;
  }
};

// Always the same error, as of a policy whose solver gives up.
class FailingPolicy : public RoutingPolicy {
 public:
  explicit FailingPolicy(absl::Status error) : error_(std::move(error)) {}
  std::string name() const override { return "failing"; }
  absl::StatusOr<Decision> Decide(const Observation&) override { return error_; }

 private:
  const absl::Status error_;
};

// Answers, with an error, when the test lets it; counts in `asked` how often it was asked.
class WaitingPolicy : public RoutingPolicy {
 public:
  WaitingPolicy(std::atomic<int>* asked, absl::Notification* go) : asked_(*asked), go_(*go) {}
  std::string name() const override { return "waiting"; }
  absl::StatusOr<Decision> Decide(const Observation&) override {
    ++asked_;
    go_.WaitForNotification();
    return absl::InternalError("done waiting");
  }

 private:
  std::atomic<int>& asked_;
  absl::Notification& go_;
};

// What a SpyPolicy was shown at one of its decisions.
struct Shown {
  size_t past = 0;
  double latest_bps = 0;  // of the latest matrix; 0 without one
  size_t measurements = 0;
  bool has_plan = false;
  bool has_candidate_paths = false;
};

// Decides as another policy does and writes down what it saw.
class SpyPolicy : public RoutingPolicy {
 public:
  SpyPolicy(std::unique_ptr<RoutingPolicy> decider, bool omniscient, std::vector<Shown>* shown)
      : decider_(std::move(decider)), omniscient_(omniscient), shown_(*shown) {}
  std::string name() const override { return "spy"; }
  bool omniscient() const override { return omniscient_; }
  absl::StatusOr<Decision> Decide(const Observation& observation) override {
    shown_.push_back(
        {observation.past_demands.size(),
         observation.past_demands.empty() ? 0 : observation.past_demands.back()->total_bps(),
         observation.past_measurements.size(), observation.plan_in_force.has_value(),
         observation.candidate_paths != nullptr});
    return decider_->Decide(observation);
  }

 private:
  const std::unique_ptr<RoutingPolicy> decider_;
  const bool omniscient_;
  std::vector<Shown>& shown_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_AGENTS_FAKE_POLICIES_H_
