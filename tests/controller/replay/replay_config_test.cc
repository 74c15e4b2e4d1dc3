#include "controller/replay/replay_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ReplayConfig Everything() {
  ReplayConfig config;
  config.topology = "b4";
  config.traffic = "gravity:seed=2";
  config.policies = {"ecmp:hops", "neural"};
  config.simulator = "ns3";
  config.load = 0.1;
  config.intervals = {3, 9};
  config.events = {"drain:A-B@3", "random-failures:seed=1,mtbf=20"};
  config.seeds = 7;
  config.optimum = false;
  config.default_capacity_bps = 2.5e9;
  config.capacity_unit_bps = 1e9;
  config.default_delay = absl::Milliseconds(5);
  config.drop_suspect = true;
  config.largest_part = true;
  config.paths = "yen";
  config.max_paths = 4;
  config.stretch = 1.5;
  config.packet.warm_up = absl::Seconds(1);
  config.packet.measure = absl::Milliseconds(2500);
  config.packet.drain = absl::ZeroDuration();
  config.packet.tcp_share = 0.25;
  config.packet.flow_sizes = "websearch";
  config.packet.data_plane = "udp-fast";
  config.packet.scale = 0.001;
  config.packet.continuous = true;
  config.packet.segment_bytes = 8948;
  return config;
}

TEST(ReplayConfigTest, EverythingSurvivesAScenarioFile) {
  const ReplayConfig in = Everything();
  const auto out = ReplayConfigFromToml(ToToml(in), "s.toml");
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(ToToml(*out), ToToml(in));
  EXPECT_THAT(out->policies, ElementsAre("ecmp:hops", "neural"));
  EXPECT_EQ(out->load, in.load);
  EXPECT_EQ(out->intervals, in.intervals);
  EXPECT_EQ(out->events, in.events);
  EXPECT_EQ(out->seeds, 7);
  EXPECT_FALSE(out->optimum);
  EXPECT_EQ(out->default_capacity_bps, 2.5e9);
  EXPECT_EQ(out->capacity_unit_bps, 1e9);
  EXPECT_EQ(out->default_delay, absl::Milliseconds(5));
  EXPECT_EQ(out->stretch, 1.5);
  EXPECT_EQ(out->packet.warm_up, absl::Seconds(1));
  EXPECT_EQ(out->packet.measure, absl::Milliseconds(2500));
  EXPECT_EQ(out->packet.drain, absl::ZeroDuration());
  EXPECT_EQ(out->packet.scale, 0.001);
  EXPECT_TRUE(out->packet.continuous);
  EXPECT_EQ(out->packet.segment_bytes, 8948);
}

TEST(ReplayConfigTest, WhatIsNotGivenStaysAbsent) {
  ReplayConfig config;
  config.topology = "b4";
  config.traffic = "gravity";
  const auto out = ReplayConfigFromToml(ToToml(config), "s.toml");
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_FALSE(out->load || out->intervals || out->seeds || out->packet.scale ||
               out->packet.warm_up || out->default_capacity_bps);
  EXPECT_TRUE(CheckReplayConfig(*out).ok());
}

TEST(ReplayConfigTest, NamesFileLineAndFaultOfEveryBadKey) {
  const auto config = ReplayConfigFromToml(
      "topology = 3\nlod = 1.0\npolicies = 'ecmp'\nseeds = 1.5\nintervals = '9:3'\n[input]\n"
      "default_capacity = 'fast'\n[packet]\nmeasure = 10\n[pakcet]\n",
      "s.toml");
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(
      std::string(config.status().message()),
      AllOf(HasSubstr("s.toml:1: topology is not a text"), HasSubstr("s.toml:2: lod is not known"),
            HasSubstr("s.toml:3: policies is not a list"),
            HasSubstr("s.toml:4: seeds is not a whole number"),
            HasSubstr("s.toml:5: intervals is not a range"),
            HasSubstr("s.toml:7: input.default_capacity is not a rate"),
            HasSubstr("s.toml:9: packet.measure is not a time"),
            HasSubstr("s.toml:10: no section [pakcet]")));
}

TEST(ReplayConfigTest, NamesTheLineOfASyntaxError) {
  EXPECT_THAT(
      std::string(ReplayConfigFromToml("load = 1\nseeds = = 2\n", "s.toml").status().message()),
      HasSubstr("s.toml:2: not valid TOML"));
}

TEST(ReplayConfigTest, ReportsEveryFaultAtOnce) {
  ReplayConfig config;
  config.simulator = "ns2";
  config.load = -1;
  config.packet.tcp_share = 2;
  EXPECT_THAT(std::string(CheckReplayConfig(config).message()),
              AllOf(HasSubstr("no topology"), HasSubstr("no traffic"), HasSubstr("\"ns2\""),
                    HasSubstr("load"), HasSubstr("TCP share")));
}

TEST(ReplayConfigTest, ReadsRangesOfIntervals) {
  EXPECT_EQ(*ParseIntervalRange("3:7"), std::pair(3, 7));
  for (const char* text : {"", "3", "7:3", "3:3", "-1:3", "a:b", "1:2:3", "1.5:2"}) {
    EXPECT_FALSE(ParseIntervalRange(text).ok()) << text;
  }
}

}  // namespace
}  // namespace rhumb
