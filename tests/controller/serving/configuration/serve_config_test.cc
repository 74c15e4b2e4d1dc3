#include "controller/serving/configuration/serve_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agents/registry/policy_registry.h"
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

// Stands for a value of any type, to count the fields that a structure can be made from.
struct Anything {
  template <typename T>
  operator T() const;
};
template <typename T, typename Enabled, typename... Fields>
struct CountFields : std::integral_constant<size_t, sizeof...(Fields) - 1> {};
template <typename T, typename... Fields>
struct CountFields<T, std::void_t<decltype(T{std::declval<Fields>()...})>, Fields...>
    : CountFields<T, void, Fields..., Anything> {};
template <typename T>
constexpr size_t kFields = CountFields<T, void>::value;

// The next test says that no two keys set the same field, so a field without a key is missed here.
TEST(ServeConfigTest, EveryFieldOfEveryOptionStructureHasAKey) {
  constexpr size_t kServer =
      kFields<ServeConfig::Server> + kFields<ServeConfig::Security> + kFields<ServeConfig::Limits> +
      kFields<GateLimits> + kFields<StoreOptions> + kFields<EtcdOptions> +
      kFields<ServeConfig::Metrics> + kFields<ServeConfig::Http> + kFields<ServeConfig::Log>;
  // Without a key: how candidate paths are searched and by how many threads, the tick, the clocks,
  // the first promise of the control thread and whether its store is a copy, what the server works
  // out by itself (lead_per_adapter) and max_lead; and what only holds other structures.
  constexpr size_t kSteering = kFields<ControlOptions> - 2 - 4 + kFields<CoreOptions> - 2 - 2 +
                               kFields<TopologyLimits> + kFields<GuardOptions> +
                               kFields<CandidatePathOptions> - 3;
  static_assert(kFields<GuardOptions> == 4);
  const std::string defaults = ToToml(ServeConfig());
  EXPECT_EQ(std::count(defaults.begin(), defaults.end(), '='), kServer + kSteering)
      << "a new field needs a line in VisitSections, or a word here why it has no key";
  EXPECT_EQ(kFields<ServeConfig>, 10u) << "a new structure is to be counted here";
}

// Another value of the same type, as the writer spells it: times in double quotes, other texts in
// single ones.
std::string Another(const std::string& value) {
  if (value == "true") return "false";
  if (value == "false") return "true";
  if (value[0] == '"') return "\"77ms\"";
  if (value[0] == '\'') return "'another'";
  if (value[0] == '[') return "['another']";
  return absl::StrContains(value, '.') || absl::StrContains(value, 'e') ? "7.5" : "77";
}

TEST(ServeConfigTest, EveryKeySetsAFieldOfItsOwn) {
  const std::vector<std::string> defaults = absl::StrSplit(ToToml(ServeConfig()), '\n');
  for (size_t i = 0; i < defaults.size(); ++i) {
    const std::vector<std::string> key = absl::StrSplit(defaults[i], " = ");
    if (key.size() != 2) continue;
    std::vector<std::string> changed = defaults;
    changed[i] = absl::StrCat(key[0], " = ", Another(key[1]));
    const auto read = ParseServeConfig(absl::StrJoin(changed, "\n"), "changed");
    ASSERT_TRUE(read.ok() && read->faults.empty()) << changed[i];
    EXPECT_EQ(ToToml(read->config), absl::StrJoin(changed, "\n"));
  }
}

TEST(ServeConfigTest, NoLimitOnDetoursIsSpelledZero) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ServeConfig().steering.paths.max_stretch, kNone);
  const auto limited = ParseServeConfig("[decision]\nmax_stretch = 1.5\n", "f.toml");
  EXPECT_EQ(limited->config.steering.paths.max_stretch, 1.5);
  const auto unlimited = ParseServeConfig("[decision]\nmax_stretch = 0\n", "f.toml");
  EXPECT_EQ(unlimited->config.steering.paths.max_stretch, kNone);
}

TEST(ServeConfigTest, WhatIsPrintedReadsBackTheSame) {
  ServeConfig config;
  config.server.listen = "[::1]:1";
  config.security.tokens = "/etc/\"odd\"\\name";
  config.gate.calls_per_second = 1.5;
  config.steering.core.interval = absl::Milliseconds(1500);
  config.steering.core.guard.max_moved_share = 0.125;
  const auto read = ParseServeConfig(ToToml(config), "printed");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->config.security.tokens, config.security.tokens);
  EXPECT_EQ(read->config.steering.core.interval, config.steering.core.interval);
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
  EXPECT_THAT(Check("[decision]\nintervall = \"5s\"\nkept_plans = 0\npolicy = \"ecmp\"\n"),
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

TEST(CheckConfigTest, StoresThatControllersShareNeedWhatEtcdAsksFor) {
  const std::string policy = "[decision]\npolicy = \"ecmp\"\n[store]\n";
  const std::string etcd = policy + "kind = \"etcd\"\n";
  EXPECT_THAT(Check(etcd + "endpoints = [\"127.0.0.1:2379\"]\n"), IsEmpty());
  EXPECT_THAT(Check(policy + "kind = \"paper\"\n"), ElementsAre(HasSubstr("store.kind")));
  EXPECT_THAT(Check(policy + "endpoints = [\"127.0.0.1:2379\"]\n"),
              ElementsAre(HasSubstr("f.toml:4: store.endpoints")));
  const auto faults = Check("[server]\nlisten = \"0.0.0.0:7433\"\n" + etcd +
                            "path = \"/tmp/x\"\nendpoints = [\"10.0.0.1:2379\", \"x\"]\n"
                            "prefix = \"rhumb/\"\nlease = \"1500ms\"\nkey = \"/none\"\n"
                            "[security]\nallow_anonymous = true\n");
  for (const char* key : {"store.path", "store.endpoints: \"x\"", "store.prefix",
                          "store.lease: 1.5s", "store.lease: etcd counts", "store.certificate",
                          "store.advertise", "are on other machines"}) {
    EXPECT_THAT(faults, ::testing::Contains(HasSubstr(key)));
  }
}

TEST(CheckConfigTest, MetricsThatOtherMachinesReachNeedAnExplicitWord) {
  const std::string open = "[metrics]\nlisten = \"0.0.0.0:9433\"\n";
  const std::string policy = "[decision]\npolicy = \"ecmp\"\n";
  EXPECT_THAT(Check(open + policy), ElementsAre(HasSubstr("allow_remote")));
  EXPECT_THAT(Check(open + "allow_remote = true\n" + policy), IsEmpty());
}

TEST(CheckConfigTest, ALivePageThatOtherMachinesReachNeedsWhatGrpcNeeds) {
  const std::string open = "[http]\nlisten = \"0.0.0.0:8433\"\n[decision]\npolicy = \"ecmp\"\n";
  EXPECT_THAT(Check(open), ElementsAre(HasSubstr("http.listen"), HasSubstr("allow_anonymous")));
  EXPECT_THAT(Check(open + "[security]\nallow_plaintext = true\nallow_anonymous = true\n"),
              IsEmpty());
  EXPECT_THAT(Check("[http]\nlisten = \"here\"\nconnections = 1\n[decision]\npolicy = \"ecmp\"\n"),
              ::testing::UnorderedElementsAre(HasSubstr("f.toml:2: http.listen"),
                                              HasSubstr("f.toml:3: http.connections")));
}

TEST(ListenAddressTest, TakesNamesAndBothKindsOfAddress) {
  EXPECT_EQ(ParseListenAddress("[::1]:80")->host, "::1");
  EXPECT_TRUE(ParseListenAddress("[::1]:80")->loopback());
  EXPECT_TRUE(ParseListenAddress("127.0.0.9:0")->loopback());
  EXPECT_FALSE(ParseListenAddress("0.0.0.0:1")->loopback());
  EXPECT_FALSE(ParseListenAddress("127.evil.example:1")->loopback());
  EXPECT_FALSE(ParseListenAddress("127.1:1")->loopback());
  EXPECT_TRUE(ParseListenAddress("127.9.8.7:1")->loopback());
  for (const char* bad : {"", "host", ":80", "host:", "host:70000", "host:-1", "::1:80", "[::1]"}) {
    EXPECT_FALSE(ParseListenAddress(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace rhumb
