// A request that is refused says which field is wrong and leaves everything as it was.
#include <gtest/gtest.h>

#include <limits>

#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/error_details.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb::testing {
namespace {

using rhumb::v1::North;
using rhumb::v1::South;

class RefusedRequestsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(caller_.SetTopology(Diamond()).ok());
    ASSERT_TRUE(caller_.Drain("A-B").ok());
    // Until the policy's answer to the drain is in force, plans still come.
    ASSERT_TRUE(Eventually([&] {
      const auto plan = caller_.Status().plan();
      return plan.reason() == rhumb::v1::PLAN_REASON_TOPOLOGY &&
             plan.topology_version() == caller_.Status().topology_version();
    }));
    before_ = State();
  }
  // All that a request could have changed.
  std::string State() {
    rhumb::v1::ControllerStatus status = caller_.Status();
    status.clear_telemetry_age();
    rhumb::v1::ListAuditResponse audit;
    EXPECT_TRUE(
        caller_
            .Call(caller_.north(), &North::Stub::ListAudit, rhumb::v1::ListAuditRequest(), &audit)
            .ok());
    return status.DebugString() + caller_.Plan().DebugString() + audit.DebugString();
  }
  template <typename Response, typename Stub, typename Method, typename Request>
  void ExpectRefused(Stub& stub, Method method, const Request& request, grpc::StatusCode code,
                     const std::string& field) {
    Response response;
    const grpc::Status status = caller_.Call(stub, method, request, &response);
    EXPECT_EQ(status.error_code(), code) << request.ShortDebugString() << status.error_message();
    EXPECT_EQ(FieldOf(status), field) << status.error_message();
    EXPECT_NE(ReasonOf(status), "");
    EXPECT_EQ(State(), before_) << request.ShortDebugString();
  }

  LiveServer server_;
  Caller caller_{server_.Connect()};
  std::string before_;
};

TEST_F(RefusedRequestsTest, TopologiesThatAreWrong) {
  auto expect = [&](const std::function<void(rhumb::v1::Topology*)>& spoil) {
    rhumb::v1::SetTopologyRequest request;
    *request.mutable_topology() = ToProto(Line(3));
    spoil(request.mutable_topology());
    rhumb::v1::SetTopologyResponse response;
    const grpc::Status status =
        caller_.Call(caller_.south(), &South::Stub::SetTopology, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    EXPECT_EQ(State(), before_);
  };
  expect([](auto* t) { t->mutable_links(0)->set_capacity_bps(-1); });
  expect([](auto* t) {
    t->mutable_links(0)->set_capacity_bps(std::numeric_limits<double>::quiet_NaN());
  });
  expect([](auto* t) { t->mutable_links(0)->set_source("nowhere"); });
  expect([](auto* t) { t->mutable_nodes(0)->set_name(""); });
  expect([](auto* t) { *t->add_nodes() = t->nodes(0); });
  expect([](auto* t) { t->clear_nodes(); });
}

TEST_F(RefusedRequestsTest, UpdatesThatAreWrong) {
  rhumb::v1::UpdateTopologyRequest unknown;
  unknown.add_links()->set_link("A>Z");
  ExpectRefused<rhumb::v1::UpdateTopologyResponse>(caller_.south(), &South::Stub::UpdateTopology,
                                                   unknown, grpc::StatusCode::NOT_FOUND,
                                                   "links[0].link");
  // One good and one bad: neither is applied.
  rhumb::v1::UpdateTopologyRequest half;
  auto* down = half.add_links();
  down->set_link("A>C");
  down->set_operational_state(rhumb::v1::OPERATIONAL_STATE_DOWN);
  auto* bad = half.add_links();
  bad->set_link("C>A");
  bad->set_capacity_bps(0);
  ExpectRefused<rhumb::v1::UpdateTopologyResponse>(caller_.south(), &South::Stub::UpdateTopology,
                                                   half, grpc::StatusCode::INVALID_ARGUMENT,
                                                   "links[1].capacity_bps");
  rhumb::v1::UpdateTopologyRequest stale;
  stale.set_expected_topology_version(1);
  *stale.add_links() = half.links(0);
  ExpectRefused<rhumb::v1::UpdateTopologyResponse>(caller_.south(), &South::Stub::UpdateTopology,
                                                   stale, grpc::StatusCode::ABORTED, "");
}

TEST_F(RefusedRequestsTest, SettingsThatAreWrong) {
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link("A-Z");
  ExpectRefused<rhumb::v1::SettingResponse>(caller_.north(), &North::Stub::DrainLink, drain,
                                            grpc::StatusCode::NOT_FOUND, "link");
  drain.set_link("A-C");
  drain.set_comment(std::string(501, 'x'));
  ExpectRefused<rhumb::v1::SettingResponse>(caller_.north(), &North::Stub::DrainLink, drain,
                                            grpc::StatusCode::INVALID_ARGUMENT, "comment");
  rhumb::v1::SetPolicyRequest policy;
  policy.set_policy("no-such-policy");
  ExpectRefused<rhumb::v1::SettingResponse>(caller_.north(), &North::Stub::SetPolicy, policy,
                                            grpc::StatusCode::INVALID_ARGUMENT, "policy");
  policy.set_policy("neural:/etc/passwd");
  ExpectRefused<rhumb::v1::SettingResponse>(caller_.north(), &North::Stub::SetPolicy, policy,
                                            grpc::StatusCode::INVALID_ARGUMENT, "policy");
  rhumb::v1::PinDemandRequest pin;
  pin.set_source("A");
  pin.set_destination("D");
  auto* path = pin.add_paths();
  path->set_ratio(0.5);
  path->add_links("A>C");
  path->add_links("C>D");
  ExpectRefused<rhumb::v1::SettingResponse>(caller_.north(), &North::Stub::PinDemand, pin,
                                            grpc::StatusCode::INVALID_ARGUMENT, "paths");
  rhumb::v1::RollbackPlanRequest rollback;
  rollback.set_plan_version(987'654'321);
  ExpectRefused<rhumb::v1::RollbackPlanResponse>(caller_.north(), &North::Stub::RollbackPlan,
                                                 rollback, grpc::StatusCode::NOT_FOUND,
                                                 "plan_version");
  ExpectRefused<rhumb::v1::SettingResponse>(caller_.north(), &North::Stub::ConfirmRollback,
                                            rhumb::v1::ConfirmRollbackRequest(),
                                            grpc::StatusCode::FAILED_PRECONDITION, "");
}

TEST_F(RefusedRequestsTest, QuestionsThatAreWrong) {
  rhumb::v1::ComputeRoutesRequest compute;
  *compute.mutable_topology() = ToProto(Diamond());
  compute.set_policy("ecmp");
  compute.set_max_paths(33);
  ExpectRefused<rhumb::v1::ComputeRoutesResponse>(caller_.north(), &North::Stub::ComputeRoutes,
                                                  compute, grpc::StatusCode::INVALID_ARGUMENT,
                                                  "max_paths");
  rhumb::v1::EvaluatePlanRequest evaluate;
  evaluate.set_demand_factor(-1);
  ExpectRefused<rhumb::v1::EvaluatePlanResponse>(caller_.north(), &North::Stub::EvaluatePlan,
                                                 evaluate, grpc::StatusCode::INVALID_ARGUMENT,
                                                 "demand_factor");
  rhumb::v1::ExplainDecisionRequest explain;
  explain.set_source("A");
  explain.set_destination("Z");
  ExpectRefused<rhumb::v1::ExplainDecisionResponse>(caller_.north(), &North::Stub::ExplainDecision,
                                                    explain, grpc::StatusCode::NOT_FOUND,
                                                    "destination");
  rhumb::v1::ListAuditRequest audit;
  audit.set_limit(1001);
  ExpectRefused<rhumb::v1::ListAuditResponse>(caller_.north(), &North::Stub::ListAudit, audit,
                                              grpc::StatusCode::INVALID_ARGUMENT, "limit");
}

TEST_F(RefusedRequestsTest, TelemetryThatIsWrongIsAnsweredAndTheStreamGoesOn) {
  grpc::ClientContext context;
  Prepare(&context);
  auto stream = caller_.south().StreamTelemetry(&context);
  rhumb::v1::TelemetryReport bad, good;
  bad.set_sequence(1);
  good.set_sequence(1);
  *good.mutable_interval_end() = ToTimestamp(absl::Now());
  good.mutable_interval()->set_seconds(10);
  good.set_demands_complete(true);
  rhumb::v1::TelemetryAnswer answer;
  ASSERT_TRUE(stream->Write(bad));
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(answer.error().code(), static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  EXPECT_EQ(answer.traffic_version(), 0);
  EXPECT_EQ(State(), before_);
  ASSERT_TRUE(stream->Write(good));
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_FALSE(answer.has_error());
  EXPECT_GT(answer.traffic_version(), 0);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace rhumb::testing
