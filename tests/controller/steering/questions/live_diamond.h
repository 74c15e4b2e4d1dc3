// What questions are asked about in these tests: a diamond of links of 1 Gbit/s with one demand,
// A>D, that ECMP splits in halves over B and C.
#ifndef RHUMB_TESTS_CONTROLLER_STEERING_QUESTIONS_LIVE_DIAMOND_H_
#define RHUMB_TESTS_CONTROLLER_STEERING_QUESTIONS_LIVE_DIAMOND_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "agents/registry/policy_registry.h"
#include "controller/steering/questions/live_view.h"
#include "controller/steering/questions/policy_cache.h"
#include "rhumb/v1/live_plan.pb.h"
#include "tests/networks.h"

namespace rhumb::testing {

constexpr double kRate = 0.8e9;

inline void AddDemand(rhumb::v1::Demand* demand, const std::string& source,
                      const std::string& destination) {
  demand->set_source(source);
  demand->set_destination(destination);
  demand->set_rate_bps(kRate);
}

class LiveDiamond : public ::testing::Test {
 protected:
  // A>D split in halves over B and C.
  LiveDiamond() {
    Observation observation{topology_, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
    auto plan = std::make_shared<LivePlan>(LivePlan{
        {}, policies_.Get("ecmp").value()->Decide(observation).value().plan, topology_, ""});
    auto demands = std::make_shared<TrafficMatrix>(4);
    demands->set_rate_bps(0, 3, kRate);
    auto traffic = std::make_shared<TrafficEstimate>();
    traffic->demands = demands;
    traffic->measured.assign(16, true);
    view_.topology = topology_;
    view_.plan = plan;
    view_.traffic = traffic;
  }

  Topology topology_ = Diamond();
  PolicyCache policies_{MakePolicy};
  LiveView view_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_STEERING_QUESTIONS_LIVE_DIAMOND_H_
