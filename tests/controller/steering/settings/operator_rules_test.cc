#include "controller/steering/settings/operator_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "controller/steering/plan/request_error.h"
#include "controller/steering/store/version_promises.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

class OperatorRulesTest : public ::testing::Test {
 protected:
  OperatorRulesTest() { change_ = {}; }

  void Declare() { ASSERT_TRUE(topology_.Set(ToProto(testing::Diamond())).ok()); }
  static rhumb::v1::PinDemandRequest PinOver(const std::string& middle) {
    rhumb::v1::PinDemandRequest request;
    request.set_source("A");
    request.set_destination("D");
    auto* path = request.add_paths();
    path->set_ratio(1);
    path->add_links("A>" + middle);
    path->add_links(middle + ">D");
    return request;
  }
  static rhumb::v1::SetPolicyRequest Policy(const std::string& name) {
    rhumb::v1::SetPolicyRequest request;
    request.set_policy(name);
    return request;
  }
  bool Untouched() const { return !change_.settings && change_.audit.empty(); }

  absl::Time time_ = absl::FromUnixSeconds(1'700'000'000);
  SteadyTime steady_;
  Clocks clocks_{[this] { return steady_; }, [this] { return time_; }};
  StoreChange change_;
  VersionPromises versions_{&change_};
  TopologyState topology_{versions_.topology()};
  OperatorRules rules_{"ecmp", &topology_, &change_, clocks_};
};

TEST_F(OperatorRulesTest, ChangeGoesToTheStoreWithItsAuditRecord) {
  rhumb::v1::SetPolicyRequest request = Policy("widest");
  request.set_comment("because");
  EXPECT_TRUE(*rules_.SetPolicy(request, "op"));
  EXPECT_EQ(rules_.policy(), "widest");
  ASSERT_TRUE(change_.settings.has_value());
  EXPECT_EQ(change_.settings->policy(), "widest");
  ASSERT_EQ(change_.audit.size(), 1);
  EXPECT_EQ(change_.audit[0].action(), "SetPolicy");
  EXPECT_EQ(change_.audit[0].detail(), "widest: because");
  EXPECT_EQ(change_.audit[0].who(), "op");
  EXPECT_EQ(FromProto(change_.audit[0].at()), time_);
}

TEST_F(OperatorRulesTest, RefusedOrEmptyRequestsLeaveNoTrace) {
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link("A-B");
  EXPECT_EQ(rules_.DrainLink(drain, "op").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(rules_.PinDemand(PinOver("B"), "op").status()),
            rhumb::v1::ERROR_REASON_NO_TOPOLOGY);
  EXPECT_FALSE(*rules_.SetPolicy(Policy("ecmp"), "op"));
  rhumb::v1::SetPolicyRequest talkative = Policy("widest");
  talkative.set_comment(std::string(501, 'x'));
  EXPECT_EQ(FieldOf(rules_.SetPolicy(talkative, "op").status()), "comment");
  EXPECT_EQ(rules_.ConfirmHold({}, "op").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Untouched());
  EXPECT_EQ(rules_.policy(), "ecmp");
}

TEST_F(OperatorRulesTest, DrainedLinksArePartOfTheSettings) {
  Declare();
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link("A-B");
  EXPECT_TRUE(*rules_.DrainLink(drain, "op"));
  EXPECT_EQ(change_.settings->drained_links_size(), 2);
  rhumb::v1::UndrainLinkRequest undrain;
  undrain.set_link("A-B");
  EXPECT_TRUE(*rules_.UndrainLink(undrain, "op"));
  EXPECT_EQ(change_.settings->drained_links_size(), 0);
}

TEST_F(OperatorRulesTest, PinIsKeptByNamesReplacedAndLetGo) {
  Declare();
  EXPECT_TRUE(*rules_.PinDemand(PinOver("B"), "op"));
  EXPECT_FALSE(*rules_.PinDemand(PinOver("B"), "op"));
  EXPECT_TRUE(*rules_.PinDemand(PinOver("C"), "op"));
  const Pins pins = rules_.KnownPins();
  ASSERT_EQ(pins.size(), 1);
  EXPECT_EQ(pins.begin()->second.paths[0][0], *topology_.snapshot().FindLink("A>C"));
  // A topology without the links puts it to sleep, and does not forget it.
  ASSERT_TRUE(topology_.Set(ToProto(testing::Line(3))).ok());
  EXPECT_TRUE(rules_.KnownPins().empty());
  rhumb::v1::ControllerStatus status;
  rules_.WriteStatus(&status);
  ASSERT_EQ(status.pins_size(), 1);
  EXPECT_TRUE(status.pins(0).suspended());
  Declare();
  EXPECT_EQ(rules_.KnownPins().size(), 1);
  rhumb::v1::PinDemandRequest let_go = PinOver("C");
  let_go.clear_paths();
  EXPECT_TRUE(*rules_.PinDemand(let_go, "op"));
  EXPECT_FALSE(*rules_.PinDemand(let_go, "op"));
  EXPECT_TRUE(rules_.KnownPins().empty());
}

TEST_F(OperatorRulesTest, MalformedPinsAreRefusedByField) {
  Declare();
  auto field = [&](const rhumb::v1::PinDemandRequest& request) {
    return FieldOf(rules_.PinDemand(request, "op").status());
  };
  auto pin = PinOver("B");
  pin.set_source("Z");
  EXPECT_EQ(field(pin), "source");
  pin = PinOver("B");
  pin.mutable_paths(0)->set_ratio(0.5);
  EXPECT_EQ(field(pin), "paths");
  pin.mutable_paths(0)->set_ratio(2);
  EXPECT_EQ(field(pin), "paths[0].ratio");
  pin = PinOver("B");
  pin.mutable_paths(0)->set_links(0, "A>Z");
  EXPECT_EQ(field(pin), "paths[0].links");
  pin = PinOver("B");
  pin.mutable_paths(0)->mutable_links()->RemoveLast();  // does not arrive
  EXPECT_EQ(field(pin), "paths");
}

TEST_F(OperatorRulesTest, HoldWaitsForItsConfirmationAndIsThenHeldForGood) {
  rules_.Hold(absl::Seconds(20), {}, "op");
  EXPECT_TRUE(rules_.holding());
  EXPECT_TRUE(change_.settings->has_rollback_confirm_before());
  EXPECT_FALSE(rules_.ConfirmationMissed(steady_ + absl::Seconds(19)));
  EXPECT_TRUE(rules_.ConfirmationMissed(steady_ + absl::Seconds(20)));
  ASSERT_TRUE(rules_.ConfirmHold({}, "op").ok());
  EXPECT_FALSE(rules_.ConfirmationMissed(steady_ + absl::Hours(99)));
  EXPECT_TRUE(change_.settings->rollback_held());
  EXPECT_FALSE(rules_.ConfirmHold({}, "op").ok());
  rules_.EndHold();
  EXPECT_FALSE(rules_.holding());
  EXPECT_FALSE(change_.settings->rollback_held());
}

TEST_F(OperatorRulesTest, AHoldThatIsTakenUpAgainEndsWhereverTheWallClockWent) {
  rules_.Hold(absl::Seconds(20), {}, "op");
  const rhumb::v1::OperatorSettings stored = *change_.settings;
  time_ -= absl::Hours(24 * 365);
  OperatorRules again("ecmp", &topology_, &change_, clocks_);
  again.RestoreHold(stored);
  EXPECT_FALSE(again.ConfirmationMissed(steady_ + absl::Hours(23)));
  EXPECT_TRUE(again.ConfirmationMissed(steady_ + absl::Hours(24)));
}

TEST_F(OperatorRulesTest, EvenTheSamePolicyAgainEndsAHold) {
  rules_.Hold(absl::Seconds(20), {}, "op");
  EXPECT_TRUE(*rules_.SetPolicy(Policy("ecmp"), "op"));
  EXPECT_FALSE(rules_.holding());
}

TEST_F(OperatorRulesTest, WhatWasStoredIsTakenUpAgain) {
  Declare();
  ASSERT_TRUE(rules_.SetPolicy(Policy("widest"), "op").ok());
  ASSERT_TRUE(rules_.PinDemand(PinOver("C"), "op").ok());
  rules_.Hold(absl::Seconds(20), {}, "op");
  const rhumb::v1::OperatorSettings stored = *change_.settings;
  OperatorRules again("ecmp", &topology_, &change_, clocks_);
  again.Restore(stored);
  EXPECT_FALSE(again.holding());
  again.RestoreHold(stored);
  EXPECT_EQ(again.Settings().SerializeAsString(), stored.SerializeAsString());
}

}  // namespace
}  // namespace rhumb
