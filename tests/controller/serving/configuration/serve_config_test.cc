#include "controller/serving/configuration/serve_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agents/policy_registry.h"
#include "controller/serving/configuration/check_config.h"
#include "controller/serving/rpc/listen_address.h"
#include "tests/controller/cli/program.h"

namespace rhumb {
namespace {

using ::rhumb::testing::ReadFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ServeConfigTest, TheSampleSetsEveryKeyToItsDefault) {
  const std::string sample = ReadFile(RHUMB_SAMPLE_CONFIG);
  const auto read = ParseServeConfig(sample, "rhumb.toml");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->faults, IsEmpty());
  const std::string defaults = ToToml(ServeConfig());
  EXPECT_EQ(ToToml(read->config), defaults);
  // Every key that is written is in the sample, on a line of its own.
  const size_t keys = std::count(defaults.begin(), defaults.end(), '=');
  EXPECT_EQ(read->lines.size(), keys);
  EXPECT_GT(keys, 30u);
}

TEST(ServeConfigTest, WhatIsPrintedReadsBackTheSame) {
  ServeConfig config;
  config.server.listen = "[::1]:1";
  config.security.tokens = "/etc/\"odd\"\\name";
  config.limits.calls_per_second = 1.5;
  config.decision.interval = absl::Milliseconds(1500);
  config.guard.max_moved_share = 0.125;
  const auto read = ParseServeConfig(ToToml(config), "printed");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->config.security.tokens, config.security.tokens);
  EXPECT_EQ(read->config.decision.interval, config.decision.interval);
  EXPECT_EQ(ToToml(read->config), ToToml(config));
}

TEST(ServeConfigTest, EveryFaultOfFormIsNamedAtOnceWithItsLine) {
  const auto read = ParseServeConfig(
      "[server]\nlisten = 7\nlisen = \"x\"\n[decision]\ninterval = 10\n"
      "kept_plans = 2.5\n[serve]\n[limits]\nstreams = true\n",
      "f.toml");
  ASSERT_TRUE(read.ok()) << read.status();
  const std::string text = absl::StrJoin(read->faults, "\n");
  for (const char* fault :
       {"f.toml:2: server.listen", "f.toml:3: server.lisen", "f.toml:5: decision.interval",
        "f.toml:6: decision.kept_plans", "f.toml:7: serve", "f.toml:9: limits.streams"}) {
    EXPECT_THAT(text, HasSubstr(fault));
  }
}

std::vector<std::string> Check(const std::string& toml) {
  const auto read = ParseServeConfig(toml, "f.toml");
  EXPECT_TRUE(read.ok()) << read.status();
  return CheckServeConfig(*read, MakePolicy);
}

TEST(CheckConfigTest, TheDefaultsOfAMachineWithTheAgentAreWell) {
  EXPECT_THAT(Check("[decision]\npolicy = \"ecmp\"\n"), IsEmpty());
}

TEST(CheckConfigTest, FaultsOfFormAndOfMeaningAreNamedTogether) {
  EXPECT_THAT(Check("[decision]\nintervall = \"5s\"\nkept_plans = 0\n"),
              ElementsAre(HasSubstr("f.toml:2: decision.intervall"),
                          HasSubstr("f.toml:3: decision.kept_plans")));
}

TEST(CheckConfigTest, EveryFaultOfMeaningIsNamedAtOnce) {
  const auto faults = Check(
      "[server]\nlisten = \"nowhere\"\n[security]\ncertificate = \"/none.pem\"\n"
      "tokens = \"/none\"\n[decision]\npolicy = \"magic\"\nmax_stretch = 0.5\n"
      "hold_after = \"10m\"\n[guard]\nmax_moved_share = 0.0\n[store]\npath = \"/none/store\"\n"
      "[log]\nlevel = \"loud\"\n");
  const std::vector<std::string> keys = {"f.toml:2: server.listen",
                                         "security.key",
                                         "f.toml:5: security.tokens",
                                         "f.toml:7: decision.policy",
                                         "f.toml:8: decision.max_stretch",
                                         "decision.fall_back_after",
                                         "f.toml:11: guard.max_moved_share",
                                         "f.toml:13: store.path",
                                         "f.toml:15: log.level"};
  EXPECT_EQ(faults.size(), keys.size());
  for (const std::string& key : keys) EXPECT_THAT(faults, ::testing::Contains(HasSubstr(key)));
}

TEST(CheckConfigTest, WhatOtherMachinesReachNeedsTlsAndTokensOrAnExplicitWord) {
  const std::string open = "[server]\nlisten = \"0.0.0.0:7433\"\n[decision]\npolicy = \"ecmp\"\n";
  EXPECT_EQ(Check(open).size(), 2u);
  EXPECT_EQ(Check(open + "[security]\nallow_plaintext = true\n").size(), 1u);
  EXPECT_THAT(Check(open + "[security]\nallow_plaintext = true\nallow_anonymous = true\n"),
              IsEmpty());
}

TEST(ListenAddressTest, TakesNamesAndBothKindsOfAddress) {
  EXPECT_EQ(ParseListenAddress("[::1]:80")->host, "::1");
  EXPECT_TRUE(ParseListenAddress("[::1]:80")->loopback());
  EXPECT_TRUE(ParseListenAddress("127.0.0.9:0")->loopback());
  EXPECT_FALSE(ParseListenAddress("0.0.0.0:1")->loopback());
  for (const char* bad : {"", "host", ":80", "host:", "host:70000", "host:-1", "::1:80", "[::1]"}) {
    EXPECT_FALSE(ParseListenAddress(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace rhumb
