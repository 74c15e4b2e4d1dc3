#include "controller/cli/ctl/answer_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

rhumb::v1::ControllerStatus Steering() {
  rhumb::v1::ControllerStatus status;
  status.set_ready(true);
  status.set_policy("neural:packet");
  status.set_topology_name("esnet6-backbone");
  status.set_topology_version(7);
  *status.mutable_started_at() = ToTimestamp(kNow - absl::Hours(3));
  auto* plan = status.mutable_plan();
  plan->set_plan_version(12);
  plan->set_reason(rhumb::v1::PLAN_REASON_INTERVAL);
  *plan->mutable_decided_at() = ToTimestamp(kNow - absl::Seconds(4));
  auto* guard = plan->mutable_guard();
  guard->set_outcome(rhumb::v1::GUARD_OUTCOME_ACCEPTED);
  guard->set_rule(rhumb::v1::GUARD_RULE_NONE);
  guard->set_predicted_mlu(0.3);
  guard->set_shortest_path_mlu(0.6);
  guard->set_ecmp_mlu(0.5);
  status.mutable_store()->set_kind("sqlite");
  status.mutable_store()->set_healthy(true);
  return status;
}

TEST(StatusTextTest, BeginsWithTheLiveNumberAgainstShortestPath) {
  EXPECT_THAT(StatusText(Steering(), kNow, false),
              AllOf(StartsWith("-50.0 % versus shortest path: predicted MLU 0.3000, shortest path "
                               "0.6000, ECMP 0.5000\n"),
                    HasSubstr("neural:packet"), HasSubstr("decided 4 s ago (interval)"),
                    HasSubstr("accepted"), HasSubstr("none connected")));
}

TEST(StatusTextTest, SaysWhatThePlanAsksOfTheNetwork) {
  rhumb::v1::ControllerStatus status = Steering();
  EXPECT_THAT(StatusText(status, kNow, false), Not(HasSubstr("paths a demand")));
  rhumb::v1::PlanSize* size = status.mutable_plan_size();
  size->set_paths_per_demand(1.125);
  size->set_least_share(0.05);
  size->set_most_entries(248);
  status.mutable_plan()->mutable_guard()->set_moved_share(0.009);
  EXPECT_THAT(StatusText(status, kNow, false),
              AllOf(HasSubstr("1.12 paths a demand, smallest share 5.0 %; 248 entries"),
                    HasSubstr("; 0.9")));
}

TEST(StatusTextTest, WhatIsWrongIsSaid) {
  rhumb::v1::ControllerStatus status = Steering();
  status.add_down_links("CHIC>KANS");
  status.mutable_store()->set_healthy(false);
  status.mutable_store()->set_problem("disk full");
  status.set_telemetry(rhumb::v1::TELEMETRY_FRESHNESS_LOST);
  status.mutable_telemetry_age()->set_seconds(400);
  *status.mutable_rollback_confirm_before() = ToTimestamp(kNow + absl::Seconds(90));
  auto* adapter = status.add_adapters();
  adapter->set_adapter("odl");
  adapter->set_nacks(3);
  adapter->set_plan_version_in_force(9);
  adapter->set_last_error("label space full");
  EXPECT_THAT(StatusText(status, kNow, false),
              AllOf(HasSubstr("1 down: CHIC>KANS"), HasSubstr("disk full"),
                    HasSubstr("shortest path routes"), HasSubstr("reverts in 90 s"),
                    HasSubstr("label space full")));
  status.set_ready(false);
  EXPECT_THAT(StatusText(status, kNow, false), StartsWith("NOT READY"));
}

TEST(StatusTextTest, TextOfOtherPeopleCannotSteerTheTerminal) {
  rhumb::v1::ControllerStatus status = Steering();
  status.add_adapters()->set_adapter("\033[2Jevil\n");
  rhumb::v1::ListAuditResponse audit;
  audit.add_records()->set_detail("\033]0;title\007");
  EXPECT_THAT(StatusText(status, kNow, false), AllOf(Not(HasSubstr("\033")), HasSubstr("evil?")));
  EXPECT_THAT(AuditText(audit), Not(HasSubstr("\033")));
}

TEST(StatusTextTest, ColoursOnlyWhereAllowed) {
  EXPECT_THAT(StatusText(Steering(), kNow, true), StartsWith("\033[1;32m-50.0 %\033[0m"));
}

TEST(PlanTextTest, SplitDemandsComeFirstAndTheRestIsCounted) {
  rhumb::v1::LivePlan plan;
  *plan.mutable_header() = Steering().plan();
  for (const char* destination : {"B", "C", "D"}) {
    auto* route = plan.add_routes();
    route->set_source("A");
    route->set_destination(destination);
    route->add_paths()->set_ratio(1);
  }
  auto* split = plan.mutable_routes(2);
  split->mutable_paths(0)->set_ratio(0.75);
  split->mutable_paths(0)->add_links("A>D");
  split->add_paths()->set_ratio(0.25);
  const std::string text = PlanText(plan, "", "", 1, kNow, false);
  EXPECT_THAT(text, AllOf(HasSubstr("A>D     0.750  A>D"), HasSubstr("and 2 demands more"),
                          Not(HasSubstr("A>B"))));
  EXPECT_THAT(PlanText(plan, "A", "B", 20, kNow, false),
              AllOf(HasSubstr("A>B"), Not(HasSubstr("A>C"))));
}

TEST(SettingTextTest, SaysWhatHappenedAndWhetherItLasts) {
  rhumb::v1::SettingResponse setting;
  setting.set_changed(true);
  setting.set_durable(true);
  setting.set_topology_version(8);
  EXPECT_EQ(SettingText(setting, "drained CHIC-KANS"), "drained CHIC-KANS (topology 8)\n");
  setting.set_durable(false);
  EXPECT_THAT(SettingText(setting, "drained"), HasSubstr("not durable"));
  setting.set_changed(false);
  EXPECT_THAT(SettingText(setting, "drained"), StartsWith("nothing to do"));
}

TEST(EvaluationTextTest, ComparesThenWithShortestPath) {
  rhumb::v1::EvaluatePlanResponse evaluation;
  evaluation.mutable_now()->set_mlu(0.4);
  evaluation.mutable_then()->set_mlu(0.6);
  evaluation.mutable_shortest_path()->set_mlu(0.8);
  evaluation.set_moved_share(0.125);
  EXPECT_THAT(EvaluationText(evaluation, false),
              AllOf(StartsWith("-25.0 % versus shortest path"), HasSubstr("12.5 %")));
}

}  // namespace
}  // namespace rhumb
