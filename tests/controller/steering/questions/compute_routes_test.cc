#include "controller/steering/questions/compute_routes.h"

#include <gtest/gtest.h>

#include "controller/steering/plan/request_error.h"
#include "tests/controller/steering/questions/live_diamond.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

class ComputeRoutesTest : public testing::LiveDiamond {
 protected:
  absl::StatusOr<rhumb::v1::ComputeRoutesResponse> Routes(
      const rhumb::v1::ComputeRoutesRequest& request) {
    return ComputeRoutes(request, {}, "shortest-path", &policies_);
  }
};

TEST_F(ComputeRoutesTest, RoutesOfAPolicyAreComparedWithShortestPath) {
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology_);
  testing::AddDemand(request.add_demands(), "A", "D");
  request.set_policy("ecmp");
  const auto answer = Routes(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_NEAR(answer->mlu(), 0.4, 1e-9);
  EXPECT_NEAR(answer->shortest_path_mlu(), 0.8, 1e-9);
  EXPECT_EQ(answer->plan().routes_size(), 1);
  EXPECT_EQ(answer->plan().routes(0).paths_size(), 2);
  EXPECT_EQ(answer->loads_size(), topology_.num_links());
}

// Decides until it is told to stop.
class TirelessPolicy : public RoutingPolicy {
 public:
  std::string name() const override { return "tireless"; }
  absl::StatusOr<Decision> Decide(const Observation& observation) override {
    while (!observation.control->stop()) {
    }
    Decision decision;
    decision.plan = RoutingPlan(observation.candidate_paths, {}, observation.topology.version());
    return decision;
  }
};

TEST_F(ComputeRoutesTest, APolicyIsStoppedWhenNobodyWaitsForItsAnswer) {
  PolicyCache policies([](absl::string_view) { return std::make_unique<TirelessPolicy>(); });
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology_);
  request.set_policy("tireless");
  int asked = 0;
  const PolicyCache::Question question(&policies, [&]() -> absl::Status {
    return ++asked < 5 ? absl::OkStatus() : absl::CancelledError("the caller is gone");
  });
  EXPECT_EQ(ComputeRoutes(request, {}, "", &policies).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_GE(asked, 5);
}

TEST_F(ComputeRoutesTest, TheSameNetworkAgainIsAnsweredAlikeAndItsPathsAreKept) {
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology_);
  testing::AddDemand(request.add_demands(), "A", "D");
  request.set_policy("lp-previous:paths");
  auto first = Routes(request);
  ASSERT_TRUE(first.ok()) << first.status();
  const Topology known = policies_.TopologyOf(request.topology()).value();
  const auto paths = policies_.PathsOf(known, 8).value();
  auto again = Routes(request);
  ASSERT_TRUE(again.ok()) << again.status();
  first->clear_decision_time();
  again->clear_decision_time();
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(policies_.PathsOf(known, 8).value(), paths);
  EXPECT_NE(policies_.PathsOf(known, 1).value(), paths);

  // Another state of the links is another network.
  request.mutable_topology()->mutable_links(0)->set_operational_state(
      rhumb::v1::OPERATIONAL_STATE_DOWN);
  const Topology changed = policies_.TopologyOf(request.topology()).value();
  EXPECT_NE(policies_.PathsOf(changed, 8).value(), paths);
  const auto around = Routes(request);
  ASSERT_TRUE(around.ok()) << around.status();
  EXPECT_EQ(around->plan().routes(0).paths_size(), 1);
  // Many others later the first one is found anew.
  for (int i = 0; i < 20; ++i) {
    request.mutable_topology()->mutable_links(0)->set_capacity_bps(1e9 + i);
    ASSERT_TRUE(policies_.TopologyOf(request.topology()).ok());
  }
  EXPECT_NE(policies_.PathsOf(known, 8).value(), paths);
}

TEST_F(ComputeRoutesTest, RoutesOfUnknownOrRepeatedDemandsAreRefusedByField) {
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology_);
  testing::AddDemand(request.add_demands(), "A", "D");
  testing::AddDemand(request.add_demands(), "A", "Z");
  EXPECT_EQ(FieldOf(Routes(request).status()), "demands[1]");
  request.mutable_demands(1)->set_destination("D");
  EXPECT_EQ(FieldOf(Routes(request).status()), "demands[1]");
  request.mutable_demands()->RemoveLast();
  request.set_policy("no-such-policy");
  EXPECT_EQ(FieldOf(Routes(request).status()), "policy");
}

}  // namespace
}  // namespace rhumb
