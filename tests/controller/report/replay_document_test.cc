#include "controller/report/replay_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "agents/registry/policy_registry.h"
#include "controller/report/packing.h"
#include "controller/report/worst_interval.h"
#include "simulator/flow/flow_simulator.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// Diamond: links 0 A>B, 1 B>A, 2 B>D, 3 D>B, 4 A>C, 5 C>A, 6 C>D, 7 D>C.
constexpr int kLinks = 8;

class Recorder : public ReplayObserver {
 public:
  explicit Recorder(double most_loads) : most_loads_(most_loads) {}
  void Begin(const ReplayInput& input, const ReplayConfig& config, int) override {
    record = std::make_unique<ReplayRecord>(static_cast<int>(config.policies.size()),
                                            input.topology.num_links(), input.num_counted(),
                                            most_loads_);
  }
  void Played(const PlayedInterval& played) override { record->Add(played); }
  absl::Status Finish(const std::vector<PolicyCells>&, const std::vector<double>&,
                      const ReplayResult&) override {
    return absl::OkStatus();
  }
  std::unique_ptr<ReplayRecord> record;

 private:
  const double most_loads_;
};

// A to D at 0.2, 0.4, 0.6, ... Gbit/s, played at flow level; five intervals count.
class ReplayDocumentTest : public ::testing::Test {
 protected:
  void Play(ReplayConfig config, double most_loads = 1e6) {
    config_ = std::move(config);
    const Topology topology = testing::Diamond();
    std::vector<TimedMatrix> matrices(6);
    for (int i = 0; i < 6; ++i) {
      matrices[i].demands = TrafficMatrix(4);
      matrices[i].demands.set_rate_bps(0, 3, 2e8 * (i + 1));
    }
    std::vector<std::string> names;
    for (const Node& node : topology.nodes()) names.push_back(node.name);
    const TrafficSeries series =
        TrafficSeries::Create("s", names, absl::Minutes(5), matrices).value();
    input_ = MakeReplayInput(config_, topology, series, MakePolicy).value();
    Recorder recorder(most_loads);
    recorder.Begin(*input_, config_, 1);
    ReplayEngineOptions options;
    options.policies = config_.policies;
    options.observer = &recorder;
    cells_ = RunReplay(
                 *input_, MakePolicy,
                 []() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
                   return MakeFlowSimulator();
                 },
                 options)
                 .value();
    record_ = std::move(recorder.record);
  }
  ReplayStory Story() {
    result_.topology = "diamond";
    result_.traffic = "/some/where/s.json";
    result_.simulator = "flow";
    result_.seeds = 1;
    result_.policies = SummarizePolicies(cells_, optimum_);
    return {config_, *input_, cells_, optimum_, result_, *record_};
  }
  Json Document() { return Json::parse(ReplayDocument(Story())); }

  // [links][moments], per mille, unpacked as the page does it.
  static std::vector<std::vector<int>> Loads(const Json& policy, size_t moments) {
    const std::string bytes = InflatedBase64(policy["utilization"].get<std::string>()).value();
    const size_t count = kLinks * moments;
    EXPECT_EQ(bytes.size(), 2 * count);
    std::vector<std::vector<int>> loads(kLinks);
    for (size_t i = 0; i < count; ++i) {
      const int zigzag = static_cast<uint8_t>(bytes[i]) | static_cast<uint8_t>(bytes[count + i])
                                                              << 8;
      std::vector<int>& row = loads[i / moments];
      row.push_back((row.empty() ? 0 : row.back()) + ((zigzag >> 1) ^ -(zigzag & 1)));
    }
    return loads;
  }

  ReplayConfig config_;
  std::optional<ReplayInput> input_;
  std::vector<double> optimum_;
  std::vector<PolicyCells> cells_;
  ReplayResult result_;
  std::unique_ptr<ReplayRecord> record_;
};

ReplayConfig Config(std::vector<std::string> policies, std::vector<std::string> events = {}) {
  ReplayConfig config;
  config.policies = std::move(policies);
  config.events = std::move(events);
  return config;
}

TEST_F(ReplayDocumentTest, HasTheSeriesAndTheLoadsOfEveryLink) {
  Play(Config({"shortest-path", "lp-previous"}));
  optimum_ = {0.2, 0.3, 0.4, 0.5, 0};
  const Json document = Document();

  EXPECT_EQ(document["schema"], "rhumb.report/1");
  EXPECT_EQ(document["title"], "diamond, s.json");
  EXPECT_EQ(document["map_every"], 1);
  EXPECT_EQ(document["intervals"]["number"], Json::parse("[1, 2, 3, 4, 5]"));
  EXPECT_EQ(document["optimum"], Json::parse("[0.2, 0.3, 0.4, 0.5, 0]"));
  const Json& shortest = document["policies"][0];
  EXPECT_EQ(shortest["name"], "shortest-path");
  EXPECT_EQ(shortest["mlu"], Json::parse("[0.4, 0.6, 0.8, 1.0, 1.2]"));
  // 1.0 / 0.5 before the last, whose optimum is 0: not known.
  EXPECT_EQ(shortest["norm"], Json::parse("[2, 2, 2, 2, null]"));
  const auto loads = Loads(shortest, 5);
  EXPECT_THAT(loads[0], ElementsAre(400, 600, 800, 1000, 1200));
  EXPECT_THAT(loads[2], ElementsAre(400, 600, 800, 1000, 1200));
  EXPECT_THAT(loads[1], ElementsAre(0, 0, 0, 0, 0));
  const auto split = Loads(document["policies"][1], 5);
  EXPECT_EQ(split[0][4] + split[4][4], 1200);
  EXPECT_LT(split[0][4], 1200);
}

TEST_F(ReplayDocumentTest, KeepsEverySecondIntervalOfWhatDoesNotFit) {
  Play(Config({"shortest-path"}), /*most_loads=*/kLinks * 3);
  const Json document = Document();
  EXPECT_EQ(document["map_every"], 2);
  EXPECT_THAT(Loads(document["policies"][0], 3)[0], ElementsAre(400, 800, 1200));
  EXPECT_EQ(document["policies"][0]["mlu"].size(), 5);
}

TEST_F(ReplayDocumentTest, SaysWhichLinksAreFailedOrDrainedAndWhen) {
  Play(Config({"shortest-path"}, {"link-down:A-B@2..4", "drain:C-D@5"}));
  const Json document = Document();
  const std::vector<Json> states(document["states"].begin(), document["states"].end());
  EXPECT_THAT(states, UnorderedElementsAre(Json({0, 1, 1, 3}), Json({1, 1, 1, 3}),
                                           Json({6, 2, 4, 5}), Json({7, 2, 4, 5})));
  ASSERT_EQ(document["events"].size(), 2);
  EXPECT_EQ(document["events"][0], Json({{"text", "link-down:A-B"}, {"from", 1}, {"to", 3}}));
  EXPECT_EQ(document["events"][1], Json({{"text", "drain:C-D"}, {"from", 4}, {"to", 5}}));
}

TEST_F(ReplayDocumentTest, NamesWhatFailsAtRandomOnceACable) {
  Play(Config({"shortest-path"}, {"random-failures:seed=1,mtbf=2"}));
  const Json document = Document();
  ASSERT_FALSE(document["states"].empty());
  ASSERT_FALSE(document["events"].empty());
  EXPECT_LE(document["events"].size(), document["states"].size() / 2);
  EXPECT_THAT(document["events"][0]["text"].get<std::string>(), HasSubstr(" fails"));
}

TEST_F(ReplayDocumentTest, HasTheReasonsOfAPolicyThatMovesAndNoneOfOneThatDoesNot) {
  Play(Config({"shortest-path", "lp-previous"}));
  const Json document = Document();
  const auto why = [&](int policy) {
    return Json::parse(
        InflatedBase64(document["policies"][policy]["why"].get<std::string>()).value());
  };
  for (const Json& interval : why(0)) EXPECT_TRUE(interval.empty());
  const Json last = why(1)[4];
  ASSERT_EQ(last.size(), 1);
  EXPECT_EQ(last[0][0], 0);
  EXPECT_EQ(last[0][1], 3);
  EXPECT_EQ(last[0][2], 1.2e9);
  const Json& shortest = document["paths"][last[0][4].get<int>()];
  EXPECT_EQ(shortest, Json({0, 2}));
  int shares = 0;
  for (const Json& share : last[0][3]) shares += share[1].get<int>();
  EXPECT_EQ(shares, 1000);
}

TEST_F(ReplayDocumentTest, HasDistributionsInCoarseBucketsThatCountTheSame) {
  Play(Config({"shortest-path"}));
  Distributions& distributions = cells_[0].distributions[0];
  EXPECT_EQ(Document()["policies"][0]["distributions"]["packet_delays"], Json({0, Json::array()}));
  distributions.flows = 7;
  distributions.mice = 4;
  distributions.mice_times.Add(0.1, 3);
  distributions.elephant_times.Add(2, 2);
  for (const double delay_s : {0.010, 0.0101, 0.020, 0.5}) distributions.packet_delays.Add(delay_s);

  const Json json = Document()["policies"][0]["distributions"];

  EXPECT_EQ(json["flows"], 7);
  EXPECT_EQ(json["mice"], 4);
  EXPECT_EQ(json["mice_times"][1], Json({3}));
  EXPECT_EQ(json["elephant_times"][1], Json({2}));
  // Sixteen buckets a doubling of nanoseconds: 10 ms is 2^23 ns and 3.07 sixteenths.
  EXPECT_EQ(json["packet_delays"][0], 23 * 16 + 3);
  const std::vector<int> counts = json["packet_delays"][1];
  EXPECT_EQ(counts[0], 2);
  EXPECT_EQ(counts[16], 1);  // 20 ms, a doubling further
  EXPECT_EQ(counts.back(), 1);
  // 0.5 s is 2^28 ns and 13.8 sixteenths.
  EXPECT_EQ(counts.size(), 28u * 16 + 13 - (23 * 16 + 3) + 1);
}

TEST_F(ReplayDocumentTest, SaysWhereAPolicyHadNoAnswerAndWhereAnEpisodeDied) {
  Play(Config({"shortest-path"}));
  cells_[0].cells[0][1].fell_back_because = "no time";
  cells_[0].cells[0][3].retries = 1;
  cells_[0].cells[0][3].note = "episode repeated: it died";
  cells_[0].cells[0][4].lost = true;
  const Json policy = Document()["policies"][0];
  EXPECT_EQ(policy["notes"],
            Json::parse(R"([[1, "fell back: no time"], [3, "episode repeated: it died"]])"));
  EXPECT_TRUE(policy["mlu"][4].is_null());
}

TEST_F(ReplayDocumentTest, DrawsTheIntervalInWhichTheTwoDifferMost) {
  Play(Config({"shortest-path", "lp-previous"}));
  // The gap grows with the traffic, so it is the last.
  const std::string drawing = DrawWorstInterval(Story());
  EXPECT_THAT(drawing, HasSubstr("shortest-path, interval 5: busiest link 120 %"));
  EXPECT_THAT(drawing, HasSubstr("lp-previous, interval 5"));
}

}  // namespace
}  // namespace rhumb
