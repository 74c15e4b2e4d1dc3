#include "controller/serving/live/live_story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "agents/baselines/single_path_plan.h"
#include "tests/controller/steering/questions/live_diamond.h"

namespace rhumb {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;

// Knows when it is told to.
class FakeCalculations final : public MapCalculations {
 public:
  std::shared_ptr<const MapLayout> Layout(const Topology& topology) override {
    return layout_known ? std::make_shared<MapLayout>(LayOutMap(topology)) : nullptr;
  }
  std::shared_ptr<const RoutingPlan> ShortestPath(const Topology& topology,
                                                  const Pins& pins) override {
    if (!shortest_path_known) return nullptr;
    return std::make_shared<RoutingPlan>(
        ApplyPins(topology, ShortestPathPlan(topology, LinkMetric::kIgp), pins));
  }

  bool layout_known = true, shortest_path_known = true;
};

class LiveStoryTest : public testing::LiveDiamond {
 protected:
  LiveStoryTest() {
    // As after a first plan for a first estimate.
    auto plan = std::make_shared<LivePlan>(*view_.plan);
    plan->header.set_plan_version(1);
    view_.plan = plan;
    auto traffic = std::make_shared<TrafficEstimate>(*view_.traffic);
    traffic->version = 1;
    traffic->received_at = now_;
    view_.traffic = traffic;
  }
  LiveLook Look() const {
    LiveLook look;
    look.view = view_;
    look.wall = absl::FromUnixMillis(1000);
    look.now = now_;
    return look;
  }
  void SetLink(const std::string& name, bool up) {
    TopologyDelta delta(1);
    delta[0].link = *view_.topology->FindLink(name);
    delta[0].operational_state = up ? OperationalState::kUp : OperationalState::kDown;
    view_.topology = *view_.topology->Apply(delta);
  }
  static std::vector<Json> Of(const std::string& kind, const std::vector<LiveEvent>& events) {
    std::vector<Json> found;
    for (const LiveEvent& event : events) {
      EXPECT_EQ(event.data.find('\n'), std::string::npos);
      if (event.kind == kind) found.push_back(Json::parse(event.data));
    }
    return found;
  }
  double Share(const Json& loads, const std::string& which, const std::string& link) const {
    std::string bytes;
    EXPECT_TRUE(absl::Base64Unescape(loads[which].get<std::string>(), &bytes));
    const LinkId l = *view_.topology->FindLink(link);
    return (static_cast<unsigned char>(bytes[2 * l]) +
            256 * static_cast<unsigned char>(bytes[2 * l + 1])) /
           1000.0;
  }

  SteadyTime now_ = SteadyTime() + absl::Hours(1);
  FakeCalculations calculations_;
  LiveStory story_{calculations_};
};

TEST_F(LiveStoryTest, FirstTellsNetworkPlanAndLoads) {
  const auto events = story_.Tell(Look());
  const Json topology = Of("topology", events).at(0);
  EXPECT_EQ(topology["nodes"].size(), 4u);
  EXPECT_EQ(topology["links"].size(), static_cast<size_t>(view_.topology->num_links()));
  EXPECT_EQ(topology["links"][0][4], view_.topology->link(0).name);
  EXPECT_EQ(Of("plan", events).at(0)["version"], 1);
  EXPECT_EQ(Of("links", events).at(0)["failed"].size(), 0u);
  EXPECT_EQ(Of("ping", events).size(), 1u);
}

// ECMP splits 0.8 Gbit/s over B and C; shortest path takes one of them.
TEST_F(LiveStoryTest, LoadsAreOfThePlanAndOfShortestPathOnTheSameTraffic) {
  const Json loads = Of("loads", story_.Tell(Look())).at(0);
  EXPECT_TRUE(loads["computed"]);
  EXPECT_NEAR(Share(loads, "measured", "A>B"), 0.4, 1e-9);
  EXPECT_NEAR(Share(loads, "measured", "A>C"), 0.4, 1e-9);
  EXPECT_NEAR(Share(loads, "shortest", "A>B") + Share(loads, "shortest", "A>C"), 0.8, 1e-9);
  EXPECT_NEAR(loads["mlu"], 0.4, 1e-9);
  EXPECT_NEAR(loads["shortest_mlu"], 0.8, 1e-9);
}

TEST_F(LiveStoryTest, MeasuredLoadsComeBeforeComputedOnes) {
  auto measurements = std::make_shared<Measurements>();
  measurements->links.resize(view_.topology->num_links());
  measurements->links[*view_.topology->FindLink("A>B")].utilization = 0.7;
  auto traffic = std::make_shared<TrafficEstimate>(*view_.traffic);
  traffic->measurements = measurements;
  view_.traffic = traffic;
  const Json loads = Of("loads", story_.Tell(Look())).at(0);
  EXPECT_FALSE(loads["computed"]);
  EXPECT_NEAR(Share(loads, "measured", "A>B"), 0.7, 1e-9);
  EXPECT_NEAR(Share(loads, "planned", "A>B"), 0.4, 1e-9);
}

TEST_F(LiveStoryTest, WhatHasNotChangedIsNotToldAgain) {
  story_.Tell(Look());
  EXPECT_TRUE(story_.Tell(Look()).empty());
  now_ += LiveStory::kPing;
  const auto later = story_.Tell(Look());
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].kind, "ping");
  EXPECT_NEAR(Of("ping", later)[0]["telemetry_age_s"], 2, 1e-9);
}

TEST_F(LiveStoryTest, AFailureIsToldByLinkAndAsALineOfTheLog) {
  story_.Tell(Look());
  SetLink("A>B", false);
  const auto events = story_.Tell(Look());
  EXPECT_EQ(Of("links", events).at(0)["failed"], Json::array({*view_.topology->FindLink("A>B")}));
  const Json note = Of("note", events).at(0);
  EXPECT_EQ(note["what"], "link-down");
  EXPECT_EQ(note["text"], "A>B");
  SetLink("A>B", true);
  const auto after = story_.Tell(Look());
  EXPECT_TRUE(Of("links", after).at(0)["failed"].empty());
  EXPECT_EQ(Of("note", after).at(0)["what"], "link-up");
}

TEST_F(LiveStoryTest, LoadsComeAtMostTwiceASecond) {
  story_.Tell(Look());
  auto traffic = std::make_shared<TrafficEstimate>(*view_.traffic);
  traffic->version = 2;
  view_.traffic = traffic;
  now_ += absl::Milliseconds(100);
  EXPECT_TRUE(Of("point", story_.Tell(Look())).empty());
  now_ += absl::Milliseconds(400);
  EXPECT_EQ(Of("point", story_.Tell(Look())).size(), 1u);
}

TEST_F(LiveStoryTest, DemandsOffTheirShortestPathAreNamedWithTheirPaths) {
  const Json moves = Of("plan", story_.Tell(Look())).at(0)["moves"];
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(moves[0]["source"], "A");
  EXPECT_EQ(moves[0]["destination"], "D");
  EXPECT_NEAR(moves[0]["off_share"], 0.5, 1e-9);
  EXPECT_EQ(moves[0]["paths"].size(), 2u);
  EXPECT_EQ(moves[0]["shortest"].size(), 2u);
}

TEST_F(LiveStoryTest, ANetworkIsToldOnceItsLayoutIsKnownAndAllElseMeanwhile) {
  calculations_.layout_known = false;
  const auto first = story_.Tell(Look());
  for (const char* kind : {"topology", "links", "loads"}) EXPECT_TRUE(Of(kind, first).empty());
  EXPECT_EQ(Of("ping", first).size(), 1u);
  EXPECT_TRUE(Of("plan", first).at(0)["moves"].is_null());
  calculations_.layout_known = true;
  const auto then = story_.Tell(Look());
  for (const char* kind : {"topology", "links", "loads"}) EXPECT_EQ(Of(kind, then).size(), 1u);
  EXPECT_EQ(Of("plan", then).at(0)["moves"].size(), 1u);
}

// An operator looks for the plan before in the list; a look comes only every now and then.
TEST_F(LiveStoryTest, PlansBetweenTwoLooksAreNotedAndOfferedToGoBackTo) {
  const auto in_force = [&](uint64_t version) {
    auto plan = std::make_shared<LivePlan>(*view_.plan);
    plan->header.set_plan_version(version);
    view_.plan = plan;
  };
  const auto earlier = [&](std::vector<uint64_t> versions) {
    view_.earlier_plans.clear();
    for (const uint64_t version : versions) {
      view_.earlier_plans.emplace_back().version = version;
    }
  };
  in_force(3);
  earlier({1, 2});
  const auto first = story_.Tell(Look());
  in_force(5);
  earlier({2, 3, 4});
  const auto then = story_.Tell(Look());
  std::vector<std::vector<uint64_t>> offered, noted;
  for (const auto& events : {first, then}) {
    offered.emplace_back();
    const Json plan = Of("plan", events).at(0);
    for (const Json& row : plan["earlier"]) offered.back().push_back(row["version"]);
    noted.emplace_back();
    for (const Json& note : Of("note", events)) {
      if (note["what"] != "plan") continue;
      noted.back().push_back(std::stoul(note["text"].get<std::string>().substr(8)));
    }
  }
  EXPECT_THAT(offered, ElementsAre(ElementsAre(1, 2), ElementsAre(2, 3, 4)));
  EXPECT_THAT(noted, ElementsAre(ElementsAre(3), ElementsAre(4, 5)));
}

TEST_F(LiveStoryTest, TheFirstPlansAreNotedWhereALookFoundNone) {
  auto plan = std::make_shared<LivePlan>(*view_.plan);
  plan->header.set_plan_version(2);
  view_.plan = nullptr;
  story_.Tell(Look());
  view_.plan = plan;
  view_.earlier_plans.emplace_back().version = 1;
  std::vector<Json> notes;
  for (const Json& note : Of("note", story_.Tell(Look()))) {
    if (note["what"] == "plan") notes.push_back(note);
  }
  EXPECT_EQ(notes.size(), 2u);
}

TEST_F(LiveStoryTest, AFailureIsToldBeforeItIsKnownWhatShortestPathDoes) {
  story_.Tell(Look());
  calculations_.shortest_path_known = false;
  SetLink("A>B", false);
  const auto events = story_.Tell(Look());
  EXPECT_EQ(Of("links", events).at(0)["failed"].size(), 1u);
  EXPECT_EQ(Of("note", events).at(0)["what"], "link-down");
  EXPECT_TRUE(Of("loads", events).empty());
  now_ += LiveStory::kLoads;
  calculations_.shortest_path_known = true;
  EXPECT_EQ(Of("loads", story_.Tell(Look())).size(), 1u);
}

TEST_F(LiveStoryTest, APingOfABusyControllerSaysForHowLongNothingIsKnown) {
  story_.Tell(Look());
  const LiveEvent event = story_.TellBusy(absl::FromUnixMillis(9000), now_ + absl::Seconds(3));
  EXPECT_TRUE(event.state);
  const Json ping = Of("ping", {event}).at(0);
  EXPECT_NEAR(ping["busy_s"], 3, 1e-9);
  EXPECT_NEAR(ping["telemetry_age_s"], 3, 1e-9);
}

TEST_F(LiveStoryTest, AnotherCapacityIsToldWithTheNetwork) {
  story_.Tell(Look());
  TopologyDelta delta(1);
  delta[0].link = *view_.topology->FindLink("A>B");
  delta[0].capacity_bps = 2e9;
  view_.topology = *view_.topology->Apply(delta);
  const auto events = story_.Tell(Look());
  EXPECT_EQ(Of("topology", events).at(0)["links"][*view_.topology->FindLink("A>B")][2], 2e9);
  EXPECT_EQ(Of("links", events).size(), 1u);
}

TEST_F(LiveStoryTest, EveryVerdictOfTheGuardIsToldWithTheWordsOfTheLatest) {
  LiveLook look = Look();
  look.view.guard.set_outcome(rhumb::v1::GUARD_OUTCOME_HELD);
  look.view.guard.set_rule(rhumb::v1::GUARD_RULE_HYSTERESIS);
  look.view.guard.set_explanation("too little");
  look.verdicts = {{rhumb::v1::GUARD_OUTCOME_ACCEPTED, rhumb::v1::GUARD_RULE_NONE},
                   {rhumb::v1::GUARD_OUTCOME_HELD, rhumb::v1::GUARD_RULE_HYSTERESIS}};
  const auto verdicts = Of("verdict", story_.Tell(look));
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(verdicts[0]["outcome"], "accepted");
  EXPECT_EQ(verdicts[1]["rule"], "hysteresis");
  EXPECT_EQ(verdicts[1]["explanation"], "too little");
}

TEST_F(LiveStoryTest, AdaptersThatComeAndGoAreLinesOfTheLog) {
  LiveLook look = Look();
  look.status.emplace();
  look.status->add_adapters()->set_adapter("one");
  story_.Tell(look);
  look.status->mutable_adapters(0)->set_adapter("two");
  std::vector<std::string> texts;
  for (const Json& note : Of("note", story_.Tell(look))) texts.push_back(note["text"]);
  EXPECT_THAT(texts, ElementsAre("two connected", "one is gone"));
}

TEST_F(LiveStoryTest, NamesAreNoMarkupAndNoNewLines) {
  LiveLook look = Look();
  look.status.emplace();
  look.status->add_adapters()->set_adapter("<script>\n\xff\"");
  const auto events = story_.Tell(look);
  EXPECT_EQ(Of("adapters", events).at(0)["rows"][0]["name"], "<script>\n\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace rhumb
