#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/scenario/random_failures.h"
#include "simulator/scenario/scenario_event.h"
#include "simulator/scenario/scenario_timeline.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::Line;
using ::rhumb::testing::RandomConnected;
using ::testing::HasSubstr;
using ::testing::SizeIs;

ScenarioEvent Parse(absl::string_view text) {
  absl::StatusOr<ScenarioEvent> event = ParseScenarioEvent(text);
  EXPECT_TRUE(event.ok()) << event.status();
  return event.ok() ? *event : ScenarioEvent();
}

ScenarioTimeline Timeline(const Topology& topology, std::vector<const char*> events, int first,
                          int count) {
  std::vector<ScenarioEvent> parsed;
  for (const char* text : events) parsed.push_back(Parse(text));
  auto timeline = ScenarioTimeline::Create(topology, parsed, first, count);
  EXPECT_TRUE(timeline.ok()) << timeline.status();
  return *std::move(timeline);
}

bool Usable(const Topology& topology, const char* link) {
  return topology.link(*topology.FindLink(link)).usable();
}

TEST(ScenarioEventTest, ReadsEveryKind) {
  const ScenarioEvent down = Parse("link-down:A-B@3..7");
  EXPECT_EQ(down.kind, ScenarioEvent::Kind::kLinkDown);
  EXPECT_EQ(down.target, "A-B");
  EXPECT_EQ(down.begin, 3);
  EXPECT_EQ(down.end, 7);

  const ScenarioEvent drain = Parse("drain:A>B#2@3");
  EXPECT_EQ(drain.target, "A>B#2");
  EXPECT_EQ(drain.end, std::numeric_limits<double>::infinity());

  EXPECT_EQ(Parse("srlg-down:fibre:7@2.25").target, "fibre:7");
  EXPECT_EQ(Parse("srlg-down:fibre:7@2.25").begin, 2.25);

  const ScenarioEvent burst = Parse("burst:A-B*5@4..6");
  EXPECT_EQ(burst.target, "A-B");
  EXPECT_EQ(burst.factor, 5);
  EXPECT_EQ(Parse("flash-crowd:A*0.5@4").factor, 0.5);

  const ScenarioEvent random = Parse("random-failures:seed=9,mtbf=20,mttr=2.5");
  EXPECT_EQ(random.seed, 9u);
  EXPECT_EQ(random.mean_between_failures, 20);
  EXPECT_EQ(random.mean_to_repair, 2.5);
}

TEST(ScenarioEventTest, NamesTheFaultAndTheWayToWriteIt) {
  const std::pair<const char*, const char*> faults[] = {
      {"", "no such kind"},
      {"meteor:A@1", "link-down:A-B@3..7"},
      {"link-down:A-B", "has no time"},
      {"link-down:@3", "names nothing"},
      {"link-down:A-B@x", "the start is \"x\""},
      {"link-down:A-B@3..", "the end is \"\""},
      {"link-down:A-B@-1", "the start is \"-1\""},
      {"link-down:A-B@nan", "the start"},
      {"link-down:A-B@7..3", "not after the start"},
      {"link-down:A-B@3..3", "not after the start"},
      {"burst:A-B@4", "has no factor"},
      {"burst:A-B*-2@4", "the factor"},
      {"burst:A-B*inf@4", "the factor"},
      {"random-failures:mtbf=0", "above 0"},
      {"random-failures:sed=1", "does not know \"sed\""},
      {"random-failures:seed=x", "seed"},
  };
  for (const auto& [text, fault] : faults) {
    const auto event = ParseScenarioEvent(text);
    ASSERT_FALSE(event.ok()) << text;
    EXPECT_THAT(event.status().message(), HasSubstr(fault)) << text;
    EXPECT_THAT(event.status().message(), HasSubstr(text));
  }
}

TEST(ScenarioTimelineTest, AFailureLastsFromItsFirstToBeforeItsLastInterval) {
  const ScenarioTimeline timeline = Timeline(Diamond(), {"link-down:A-B@3..5"}, 0, 10);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Usable(timeline.TopologyAt(i), "A>B"), i != 3 && i != 4) << i;
    EXPECT_EQ(Usable(timeline.TopologyAt(i), "B>A"), i != 3 && i != 4) << i;
    EXPECT_TRUE(Usable(timeline.TopologyAt(i), "A>C"));
  }
  const TrafficMatrix none(4);
  EXPECT_THAT(timeline.Schedule(2, none, absl::Seconds(10)).interval.changes_at_start, SizeIs(0));
  EXPECT_THAT(timeline.Schedule(3, none, absl::Seconds(10)).interval.changes_at_start, SizeIs(2));
  EXPECT_THAT(timeline.Schedule(4, none, absl::Seconds(10)).interval.changes_at_start, SizeIs(0));
  EXPECT_THAT(timeline.Schedule(5, none, absl::Seconds(10)).interval.changes_at_start, SizeIs(2));
}

TEST(ScenarioTimelineTest, EveryStateHasItsOwnVersion) {
  const ScenarioTimeline timeline =
      Timeline(Diamond(), {"link-down:A-B@1..2", "drain:C-D@2"}, 0, 4);
  EXPECT_LT(timeline.TopologyAt(0).version(), timeline.TopologyAt(1).version());
  EXPECT_LT(timeline.TopologyAt(1).version(), timeline.TopologyAt(2).version());
  EXPECT_EQ(timeline.TopologyAt(2).version(), timeline.TopologyAt(3).version());
  EXPECT_EQ(timeline.TopologyAt(2).link(*Diamond().FindLink("C>D")).administrative_state,
            AdministrativeState::kDrained);
}

TEST(ScenarioTimelineTest, EventsThatBeganBeforeTheFirstIntervalAreInForce) {
  const ScenarioTimeline timeline = Timeline(Diamond(), {"link-down:A-B@3"}, 100, 2);
  EXPECT_FALSE(Usable(timeline.TopologyAt(100), "A>B"));
}

TEST(ScenarioTimelineTest, AFailureInsideAnIntervalIsATimedChange) {
  const ScenarioTimeline timeline = Timeline(Diamond(), {"link-down:A>B@1.25..1.5"}, 0, 3);
  const ScheduledInterval scheduled = timeline.Schedule(1, TrafficMatrix(4), absl::Seconds(8));
  EXPECT_TRUE(Usable(scheduled.topology, "A>B"));
  ASSERT_THAT(scheduled.interval.changes, SizeIs(2));
  EXPECT_EQ(scheduled.interval.changes[0].at, absl::Seconds(2));
  EXPECT_EQ(scheduled.interval.changes[1].at, absl::Seconds(4));
  EXPECT_TRUE(Usable(timeline.TopologyAt(2), "A>B"));
}

TEST(ScenarioTimelineTest, OverlappingEventsEndIndependently) {
  const ScenarioTimeline timeline =
      Timeline(Diamond(), {"link-down:A-B@1..3", "link-down:A>B@2..4"}, 0, 5);
  EXPECT_FALSE(Usable(timeline.TopologyAt(3), "A>B"));
  EXPECT_TRUE(Usable(timeline.TopologyAt(3), "B>A"));
  EXPECT_TRUE(Usable(timeline.TopologyAt(4), "A>B"));
}

TEST(ScenarioTimelineTest, BurstsMultiplyDemandsAndTheMeanIsOverTime) {
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 1, 100);
  demands.set_rate_bps(1, 0, 10);
  demands.set_rate_bps(2, 1, 1);
  const ScenarioTimeline timeline =
      Timeline(Diamond(), {"burst:A>B*5@1.5..2.5", "flash-crowd:B*2@2..3"}, 0, 4);

  const ScheduledInterval first = timeline.Schedule(1, demands, absl::Seconds(10));
  EXPECT_EQ(first.interval.demands.rate_bps(0, 1), 100);
  ASSERT_THAT(first.interval.changes, SizeIs(1));
  EXPECT_EQ(std::get<TrafficMatrix>(first.interval.changes[0].change).rate_bps(0, 1), 500);
  EXPECT_DOUBLE_EQ(first.mean_demands.rate_bps(0, 1), 300);
  EXPECT_DOUBLE_EQ(first.mean_demands.rate_bps(1, 0), 10);

  const ScheduledInterval second = timeline.Schedule(2, demands, absl::Seconds(10));
  EXPECT_EQ(second.interval.demands.rate_bps(0, 1), 1000);
  EXPECT_EQ(second.interval.demands.rate_bps(2, 1), 2);
  EXPECT_DOUBLE_EQ(second.mean_demands.rate_bps(0, 1), 600);
  EXPECT_EQ(timeline.Schedule(3, demands, absl::Seconds(10)).interval.demands, demands);
}

TEST(ScenarioTimelineTest, RefusesUnknownNamesAndQuotesTheEvent) {
  for (const char* text : {"link-down:A-Z@1", "srlg-down:none@1", "burst:A-Z*2@1",
                           "flash-crowd:Z*2@1", "drain:A>D@1"}) {
    const auto timeline = ScenarioTimeline::Create(Diamond(), {Parse(text)}, 0, 3);
    EXPECT_EQ(timeline.status().code(), absl::StatusCode::kNotFound) << text;
    EXPECT_THAT(timeline.status().message(), HasSubstr(text));
  }
}

TEST(ScenarioTimelineTest, SaysWhenAnEventTouchesNothing) {
  EXPECT_THAT(Timeline(Diamond(), {"drain:A-B@7"}, 0, 5).notes(), SizeIs(1));
  EXPECT_THAT(Timeline(Diamond(), {"drain:A-B@3"}, 0, 5).notes(), SizeIs(0));
}

TEST(RandomFailuresTest, AreAFunctionOfTheSeedAndNeverDisconnect) {
  const Topology topology = RandomConnected(3, 12);
  const ScenarioEvent event = Parse("random-failures:seed=4,mtbf=0.5,mttr=3");
  const auto failures = DrawFailures(topology, event, 200);
  EXPECT_GT(failures.size(), 200u);  // 400 expected, fewer where nothing may fail
  EXPECT_EQ(failures.size(), DrawFailures(topology, event, 200).size());

  const ScenarioTimeline timeline =
      Timeline(topology, {"random-failures:seed=4,mtbf=0.5,mttr=3"}, 0, 200);
  int failed_intervals = 0;
  for (int i = 0; i < 200; ++i) {
    std::vector<Link> usable;
    for (const Link& link : timeline.TopologyAt(i).links()) {
      if (link.usable()) usable.push_back(link);
    }
    failed_intervals += static_cast<int>(usable.size()) < topology.num_links();
    const auto rest =
        Topology::Create("rest", {topology.nodes().begin(), topology.nodes().end()}, usable);
    EXPECT_EQ(CountParts(*rest), 1);
  }
  EXPECT_GT(failed_intervals, 100);
}

TEST(RandomFailuresTest, NothingFailsWhereEveryCableIsABridge) {
  EXPECT_THAT(DrawFailures(Line(4), Parse("random-failures:mtbf=1"), 100), SizeIs(0));
}

TEST(RandomFailuresTest, GapsHaveTheGivenMean) {
  const auto failures =
      DrawFailures(RandomConnected(1, 30), Parse("random-failures:mtbf=10,mttr=0.01"), 20000);
  EXPECT_NEAR(failures.size(), 2000, 3 * std::sqrt(2000));
}

}  // namespace
}  // namespace rhumb
