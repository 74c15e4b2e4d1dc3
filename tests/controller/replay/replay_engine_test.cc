#include "controller/replay/replay_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "agents/registry/policy_registry.h"
#include "controller/replay/optimum_series.h"
#include "controller/replay/replay_journal.h"
#include "controller/replay/replay_result.h"
#include "simulator/flow/flow_simulator.h"
#include "tests/agents/fake_policies.h"
#include "tests/networks.h"
#include "tests/simulator/fake_simulators.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::FailingPolicy;
using ::rhumb::testing::FragileSimulator;
using ::rhumb::testing::InterruptedSimulator;
using ::rhumb::testing::RandomConnected;
using ::rhumb::testing::RandomTraffic;
using ::rhumb::testing::Shown;
using ::rhumb::testing::SpyPolicy;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Matrices that grow by one part in ten from interval to interval.
TrafficSeries Growing(const Topology& topology, int count) {
  std::vector<TimedMatrix> matrices(count);
  for (int i = 0; i < count; ++i) {
    matrices[i].demands = RandomTraffic(1, topology.num_nodes()).Scaled(0.2 + 0.1 * i);
  }
  std::vector<std::string> names;
  for (const Node& node : topology.nodes()) names.push_back(node.name);
  return TrafficSeries::Create("growing", names, absl::Minutes(5), matrices).value();
}

ReplayInput Input(const Topology& topology, const TrafficSeries& series,
                  const ReplayConfig& config = {}) {
  auto input = MakeReplayInput(config, topology, series, MakePolicy);
  EXPECT_TRUE(input.ok()) << input.status();
  return *std::move(input);
}

absl::StatusOr<std::unique_ptr<NetworkSimulator>> FlowFactory() { return MakeFlowSimulator(); }

PolicyFactory SpyFactory(bool omniscient, std::vector<Shown>* shown) {
  return [=](absl::string_view spec) -> absl::StatusOr<std::unique_ptr<RoutingPolicy>> {
    if (spec != "spy") return MakePolicy(spec);
    return std::make_unique<SpyPolicy>(*MakePolicy("shortest-path"), omniscient, shown);
  };
}

TEST(ReplayEngineTest, PoliciesSeeThePastAndTheOmniscientOneAlsoTheNextMatrix) {
  const Topology topology = RandomConnected(1, 6);
  const ReplayInput input = Input(topology, Growing(topology, 4));
  for (const bool omniscient : {false, true}) {
    std::vector<Shown> shown;
    ReplayEngineOptions options;
    options.policies = {"spy"};
    const auto cells = RunReplay(input, SpyFactory(omniscient, &shown), FlowFactory, options);
    ASSERT_TRUE(cells.ok()) << cells.status();
    EXPECT_EQ((*cells)[0].omniscient, omniscient);
    EXPECT_THAT((*cells)[0].cells[0], SizeIs(3));
    ASSERT_THAT(shown, SizeIs(3));  // the first interval is decided by shortest-path
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(shown[i].past, i + 1 + omniscient);
      EXPECT_EQ(shown[i].latest_bps, (*input.interval(i + omniscient))->measured->total_bps());
      EXPECT_EQ(shown[i].measurements, i + 1);
      EXPECT_TRUE(shown[i].has_plan);
      EXPECT_TRUE(shown[i].has_candidate_paths);
    }
  }
}

TEST(ReplayEngineTest, ASingleMatrixIsPlayedTwiceSoThatItIsKnownWhenItCounts) {
  const Topology topology = RandomConnected(2, 6);
  const ReplayInput input = Input(topology, Growing(topology, 1));
  EXPECT_EQ(input.num_counted(), 1);
  ReplayEngineOptions options;
  options.policies = {"lp-previous", "lp-omniscient"};
  const auto cells = RunReplay(input, MakePolicy, FlowFactory, options);
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_NEAR((*cells)[0].cells[0][0].plan_mlu, (*cells)[1].cells[0][0].plan_mlu, 1e-9);
}

TEST(ReplayEngineTest, TheOmniscientOptimumHasNormMluOneAndNobodyIsBelow) {
  const Topology topology = RandomConnected(3, 9);
  ReplayConfig config;
  config.events = {"random-failures:seed=1,mtbf=2"};
  const ReplayInput input = Input(topology, Growing(topology, 8), config);
  const auto optimum = OptimumSeries(input, 1, nullptr, {});
  ASSERT_TRUE(optimum.ok()) << optimum.status();
  ReplayEngineOptions options;
  options.policies = {"lp-omniscient", "shortest-path", "lp-previous"};
  const auto cells = RunReplay(input, MakePolicy, FlowFactory, options);
  ASSERT_TRUE(cells.ok()) << cells.status();
  const std::vector<PolicyResult> results = SummarizePolicies(*cells, *optimum);
  EXPECT_NEAR(results[0].norm_mlu->max, 1, 1e-4);
  for (const PolicyCells& policy : *cells) {
    for (size_t i = 0; i < optimum->size(); ++i) {
      EXPECT_GE(policy.cells[0][i].plan_mlu, (*optimum)[i] * (1 - 1e-5));
    }
  }
}

TEST(ReplayEngineTest, ResultsDoNotDependOnTheNumberOfJobs) {
  const Topology topology = RandomConnected(4, 10);
  const ReplayInput input = Input(topology, Growing(topology, 70));
  ReplayEngineOptions options;
  options.policies = {"shortest-path", "ecmp", "cspf", "lp-previous", "lp-omniscient"};
  std::vector<std::string> json;
  for (const int jobs : {1, 4}) {
    options.jobs = jobs;
    const auto optimum = OptimumSeries(input, jobs, nullptr, {});
    const auto cells = RunReplay(input, MakePolicy, FlowFactory, options);
    ASSERT_TRUE(cells.ok()) << cells.status();
    ReplayResult result;
    result.policies = SummarizePolicies(*cells, *optimum);
    for (PolicyResult& policy : result.policies) {
      policy.decision_p50_s = policy.decision_p99_s = 0;
    }
    json.push_back(ToJson(result));
  }
  EXPECT_EQ(json[0], json[1]);
}

// Dies in chosen episodes, and expects episodes without changes of links.
std::unique_ptr<NetworkSimulator> Fragile(std::function<bool(uint64_t seed)> dies) {
  return std::make_unique<InterruptedSimulator>(
      std::make_unique<FragileSimulator>(std::move(dies)),
      [](const Interval& interval) { EXPECT_THAT(interval.changes_at_start, SizeIs(0)); });
}

TEST(ReplayEngineTest, ADeadWorkerCostsOneEpisodeWhichIsPlayedAgainOnAFreshOne) {
  const Topology topology = Diamond();
  const ReplayInput input = Input(topology, Growing(topology, 4));
  int simulators = 0;
  auto died = std::make_shared<bool>(false);
  const SimulatorFactory factory = [&]() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
    ++simulators;
    return Fragile([died](uint64_t seed) {
      const bool dies = seed == 1000003 + 2 && !*died;
      *died = *died || dies;
      return dies;
    });
  };
  ReplayEngineOptions options;
  options.policies = {"shortest-path"};
  options.episode_per_interval = true;
  const auto cells = RunReplay(input, MakePolicy, factory, options);
  ASSERT_TRUE(cells.ok()) << cells.status();
  const std::vector<Cell>& row = (*cells)[0].cells[0];
  ASSERT_THAT(row, SizeIs(3));
  EXPECT_EQ(simulators, 2);
  EXPECT_EQ(row[1].retries, 1);
  EXPECT_FALSE(row[1].lost);
  EXPECT_EQ(row[1].measured.goodput_bps, 1000005);
  EXPECT_EQ(SummarizePolicies(*cells, {})[0].retried, 1);
}

TEST(ReplayEngineTest, AnEpisodeThatDiesTwiceIsLostAndCountedAndLeftOutOfBothSidesOfAPair) {
  const Topology topology = Diamond();
  const ReplayInput input = Input(topology, Growing(topology, 4));
  // Only the second simulator made, the second policy's, and its replacement have the fault.
  std::atomic<int> simulators{0};
  const SimulatorFactory factory = [&]() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
    const bool faulty = simulators++ > 0;
    return Fragile([faulty](uint64_t seed) { return faulty && seed == 1000003 + 3; });
  };
  ReplayEngineOptions options;
  options.policies = {"shortest-path", "ecmp"};
  options.episode_per_interval = true;
  const auto cells = RunReplay(input, MakePolicy, factory, options);
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_TRUE((*cells)[1].cells[0][2].lost);
  const std::vector<PolicyResult> results = SummarizePolicies(*cells, {});
  EXPECT_EQ(results[0].lost, 0);
  EXPECT_EQ(results[1].lost, 1);
  EXPECT_EQ(results[0].measured.goodput_bps.mean, 1000005);    // of seeds ...04, ...05, ...06
  EXPECT_EQ(results[1].measured.goodput_bps.mean, 1000004.5);  // without ...06
  EXPECT_EQ(results[1].versus->goodput_bps.mean, 0);           // pairs are equal
}

TEST(ReplayEngineTest, StopsBetweenIntervals) {
  const Topology topology = Diamond();
  const ReplayInput input = Input(topology, Growing(topology, 10));
  std::atomic<bool> stop{false};
  ReplayEngineOptions options;
  options.policies = {"shortest-path"};
  options.stop = &stop;
  int played = 0;
  options.on_progress = [&](int done, int total) {
    EXPECT_EQ(total, 9);
    played = done;
    stop = done == 3;
  };
  EXPECT_TRUE(absl::IsCancelled(RunReplay(input, MakePolicy, FlowFactory, options).status()));
  EXPECT_EQ(played, 3);
}

TEST(ReplayEngineTest, NamesPolicyAndIntervalOfAFailure) {
  const Topology topology = Diamond();
  const ReplayInput input = Input(topology, Growing(topology, 3));
  const PolicyFactory factory =
      [](absl::string_view spec) -> absl::StatusOr<std::unique_ptr<RoutingPolicy>> {
    if (spec == "failing") {
      return std::make_unique<FailingPolicy>(absl::ResourceExhaustedError("out of pivots"));
    }
    return MakePolicy(spec);
  };
  ReplayEngineOptions options;
  options.policies = {"shortest-path", "failing"};
  const absl::Status status = RunReplay(input, factory, FlowFactory, options).status();
  EXPECT_EQ(status.message(), "policy failing, interval 1: out of pivots");
}

TEST(ReplayInputTest, LoadOneFillsTheFirstLinkOfShortestPathOnTheMeanMatrix) {
  const Topology topology = RandomConnected(5, 8);
  const TrafficSeries series = Growing(topology, 5);
  ReplayConfig config;
  config.load = 1.0;
  config.intervals = {1,
                      3};  // the mean is over the whole series all the same: interval 2 is the mean
  const ReplayInput input = Input(topology, series, config);
  ASSERT_EQ(input.num_counted(), 1);
  EXPECT_EQ(input.moments[1].number, 2);
  ReplayEngineOptions options;
  options.policies = {"shortest-path"};
  const auto cells = RunReplay(input, MakePolicy, FlowFactory, options);
  EXPECT_NEAR((*cells)[0].cells[0][0].plan_mlu, 1.0, 1e-9);
}

TEST(ReplayInputTest, RefusesIntervalsThatAreNotThereOrTooFew) {
  const Topology topology = Diamond();
  ReplayConfig config;
  config.intervals = {2, 9};
  EXPECT_THAT(
      std::string(
          MakeReplayInput(config, topology, Growing(topology, 4), MakePolicy).status().message()),
      HasSubstr("which has 0:4"));
  config.intervals = {2, 3};
  EXPECT_THAT(
      std::string(
          MakeReplayInput(config, topology, Growing(topology, 4), MakePolicy).status().message()),
      HasSubstr("at least two"));
}

TEST(ReplayInputTest, FindsCandidatePathsOnlyForPoliciesThatUseThem) {
  const Topology topology = Diamond();
  ReplayConfig config;
  config.policies = {"ecmp", "lp-previous"};
  EXPECT_EQ(Input(topology, Growing(topology, 2), config).moments[1].candidate_paths->num_pairs(),
            0);
  config.policies = {"ecmp", "lp-previous:paths"};
  EXPECT_EQ(Input(topology, Growing(topology, 2), config).moments[1].candidate_paths->num_pairs(),
            12);
}

// Routes as shortest path does, and asks for candidate paths of at most five pairs.
class FewPairsPolicy : public testing::DetourPolicy {
 public:
  int most_candidate_pairs() const override { return 5; }
};

TEST(ReplayInputTest, FindsNoCandidatePathsWhereThePolicySaysThereAreTooManyPairs) {
  const PolicyFactory few =
      [](absl::string_view spec) -> absl::StatusOr<std::unique_ptr<RoutingPolicy>> {
    if (spec != "few") return MakePolicy(spec);
    return std::make_unique<FewPairsPolicy>();
  };
  ReplayConfig config;
  config.policies = {"few"};
  for (const int nodes : {2, 6}) {
    const Topology topology = testing::Line(nodes);
    const auto input = MakeReplayInput(config, topology, Growing(topology, 2), few);
    ASSERT_TRUE(input.ok()) << input.status();
    EXPECT_EQ(input->moments[1].candidate_paths->num_pairs(), nodes == 2 ? 2 : 0);
  }
}

TEST(OptimumSeriesTest, OfALargeNetworkIsALowerBoundThatAPlanComesNearTo) {
  const Topology topology = RandomConnected(1, 320);
  ASSERT_TRUE(OptimumIsBound(topology));
  ReplayConfig config;
  config.policies = {"trees"};
  const ReplayInput input = Input(topology, Growing(topology, 2), config);
  const auto bound = OptimumSeries(input, 2, nullptr, nullptr);
  ASSERT_TRUE(bound.ok()) << bound.status();
  ReplayEngineOptions options;
  options.policies = config.policies;
  const auto cells = RunReplay(input, MakePolicy, FlowFactory, options);
  ASSERT_TRUE(cells.ok()) << cells.status();
  const double plan = (*cells)[0].cells[0][0].plan_mlu;
  EXPECT_GE(plan, bound->front());
  EXPECT_LE(plan, 1.05 * bound->front());
}

TEST(ReplayEngineTest, TellsWhatAPolicySaysOfALongDecisionAndLetsItBeStopped) {
  class TalkingPolicy : public testing::DetourPolicy {
   public:
    absl::StatusOr<Decision> Decide(const Observation& observation) override {
      observation.control->progress("half way");
      EXPECT_FALSE(observation.control->stop());
      return (*MakePolicy("shortest-path"))->Decide(observation);
    }
  };
  const Topology topology = Diamond();
  const ReplayInput input = Input(topology, Growing(topology, 2));
  ReplayEngineOptions options;
  options.policies = {"talking"};
  std::vector<std::string> told;
  options.on_decision = [&](const std::string& policy, const std::string& what) {
    told.push_back(absl::StrCat(policy, ": ", what));
  };
  const auto cells = RunReplay(
      input,
      [](absl::string_view spec) -> absl::StatusOr<std::unique_ptr<RoutingPolicy>> {
        if (spec != "talking") return MakePolicy(spec);
        return std::make_unique<TalkingPolicy>();
      },
      FlowFactory, options);
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_THAT(told, ::testing::ElementsAre("talking: half way"));
}

TEST(ReplayInputTest, IntervalsAreReadWhenTheyAreAskedForAndKeptWhileTheyFit) {
  EXPECT_EQ(PiecesInMemory(12, 1), 30840);
  EXPECT_EQ(PiecesInMemory(754, 1), 16);
  const Topology topology = RandomConnected(5, 8);
  const ReplayInput input = Input(topology, Growing(topology, 5));

  const auto first = input.interval(3), again = input.interval(3);

  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, *again);
  EXPECT_EQ((*first)->number, 3);
  EXPECT_DOUBLE_EQ((*first)->measured->total_bps(), Growing(topology, 5).demands(3).total_bps());
}

TEST(ReplayEngineTest, TrafficThatCannotBeReadAnyMoreEndsTheReplayWithTheReason) {
  const Topology topology = RandomConnected(5, 8);
  ReplayInput input = Input(topology, Growing(topology, 5));
  const auto intervals = input.interval;
  input.interval = [&](int index) -> absl::StatusOr<std::shared_ptr<const ReplayInterval>> {
    if (index == 3) return absl::DataLossError("tm.npy has changed");
    return intervals(index);
  };
  ReplayEngineOptions options;
  options.policies = {"shortest-path"};

  const auto cells = RunReplay(input, MakePolicy, FlowFactory, options);

  EXPECT_THAT(std::string(cells.status().message()), HasSubstr("interval 3: tm.npy has changed"));
  EXPECT_EQ(OptimumSeries(input, 1, nullptr, {}).status().code(), absl::StatusCode::kDataLoss);
}

TEST(ReplayInputTest, RefusesToScaleNothing) {
  const Topology topology = Diamond();
  ReplayConfig config;
  config.load = 1.0;
  const auto none = TrafficSeries::Create("none", {"A", "B", "C", "D"}, absl::Minutes(5),
                                          {TimedMatrix{{}, TrafficMatrix(4)}});
  EXPECT_THAT(std::string(MakeReplayInput(config, topology, *none, MakePolicy).status().message()),
              HasSubstr("nothing on any link"));
}

Cell FullCell() {
  Cell cell;
  cell.retries = 1;
  Measurements& m = cell.measured;
  m.window_s = 1.0 / 3;
  m.mlu = 0.1;
  m.goodput_bps = 1e-300;
  m.cost.hop_packets = uint64_t{1} << 63;
  m.links = {{1, 2, 3, 4, 5}, {0.1, 0.2, 0.3, 0.4, 0.5}};
  m.demands = {{1e9, 2, 3, 0.7}};
  m.flows.emplace();
  m.flows->started = 12;
  m.flows->p99_s = 2.0 / 3;
  cell.distributions.flows = 12;
  cell.distributions.mice = 9;
  cell.distributions.mice_times.Add(0.1, 7);
  cell.distributions.elephant_times.Add(3, 2);
  cell.distributions.packet_delays.Add(0.01, 1000);
  cell.distributions.packet_delays.Add(0.04);
  return cell;
}

std::string NewPath(absl::string_view name) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::filesystem::remove(path);
  return path;
}

TEST(ReplayJournalTest, GivesBackWhatWasAddedAndSurvivesATornLine) {
  const std::string path = NewPath("journal.txt");
  {
    auto journal = ReplayJournal::Open(path, "f", false);
    ASSERT_TRUE(journal.ok()) << journal.status();
    ASSERT_TRUE((*journal)->Add(0, 1, 5, FullCell()).ok());
    ASSERT_TRUE((*journal)->Add(2, 1, 5, FullCell()).ok());
  }
  const std::string whole = *ReadWholeFile(path, 1 << 20);
  ASSERT_TRUE(WriteFileAtomically(path, whole.substr(0, whole.size() - 10)).ok());

  auto journal = ReplayJournal::Open(path, "f", true);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->num_found(), 1);
  EXPECT_FALSE((*journal)->Find(2, 1, 5));
  const auto found = (*journal)->Find(0, 1, 5);
  ASSERT_TRUE(found);
  const Measurements& m = found->measured;
  EXPECT_EQ(found->retries, 1);
  EXPECT_EQ(m.window_s, 1.0 / 3);
  EXPECT_EQ(m.goodput_bps, 1e-300);
  EXPECT_EQ(m.cost.hop_packets, uint64_t{1} << 63);
  ASSERT_THAT(m.links, SizeIs(2));
  EXPECT_EQ(m.links[1].queueing_delay_s, 0.5);
  EXPECT_EQ(m.demands[0].loss_ratio, 0.7);
  EXPECT_EQ(m.flows->started, 12u);
  EXPECT_EQ(m.flows->p99_s, 2.0 / 3);
  const Distributions& read = found->distributions;
  const Distributions written = FullCell().distributions;
  EXPECT_EQ(read.flows, 12u);
  EXPECT_EQ(read.mice, 9u);
  for (const DurationHistogram Distributions::*histogram :
       {&Distributions::mice_times, &Distributions::elephant_times,
        &Distributions::packet_delays}) {
    EXPECT_EQ((read.*histogram).first_bucket(), (written.*histogram).first_bucket());
    EXPECT_EQ((read.*histogram).counts(), (written.*histogram).counts());
  }

  // What is added after the torn line is read again.
  ASSERT_TRUE((*journal)->Add(2, 1, 5, FullCell()).ok());
  EXPECT_EQ((*ReplayJournal::Open(path, "f", true))->num_found(), 2);
}

TEST(ReplayJournalTest, LeavesOutACellWhoseHistogramHasBucketsThatThereAreNot) {
  const std::string path = NewPath("damaged-journal.txt");
  ASSERT_TRUE((*ReplayJournal::Open(path, "f", false))->Add(0, 1, 5, FullCell()).ok());
  std::string text = *ReadWholeFile(path, 1 << 20);
  const std::string first = absl::StrCat(FullCell().distributions.packet_delays.first_bucket());
  const size_t at = text.find(absl::StrCat(" ", first, " "));
  ASSERT_NE(at, std::string::npos);
  text.replace(at + 1, first.size(), absl::StrCat(DurationHistogram::kMostBuckets));
  ASSERT_TRUE(WriteFileAtomically(path, text).ok());

  EXPECT_EQ((*ReplayJournal::Open(path, "f", true))->num_found(), 0);
}

TEST(ReplayJournalTest, StartsAnewOnlyWhereNoStoppedReplayIsLost) {
  const std::string path = NewPath("stopped-journal.txt");
  ASSERT_TRUE((*ReplayJournal::Open(path, "f", false))->Add(0, 1, 5, FullCell()).ok());
  for (const char* fingerprint : {"f", "other"}) {
    const absl::Status refused = ReplayJournal::Open(path, fingerprint, false).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(refused));
    EXPECT_THAT(std::string(refused.message()), HasSubstr("--resume"));
  }

  ASSERT_TRUE((*ReplayJournal::Open(path, "f", true))->Finish().ok());
  EXPECT_EQ((*ReplayJournal::Open(path, "f", true))->num_found(), 1);
  EXPECT_EQ((*ReplayJournal::Open(path, "f", false))->num_found(), 0);
}

TEST(ReplayJournalTest, RefusesTheJournalOfAnotherReplay) {
  const std::string path = NewPath("other-journal.txt");
  ASSERT_TRUE(ReplayJournal::Open(path, "a", false).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(ReplayJournal::Open(path, "b", true).status()));
  EXPECT_TRUE(ReplayJournal::Open(path, "b", false).ok());
}

// Three flows and ten packets an interval, whose delay is a nanosecond more in each.
class CountingSimulator : public NetworkSimulator {
 public:
  absl::Status Reset(const Episode&) override { return absl::OkStatus(); }
  absl::StatusOr<Measurements> Play(const RoutingPlan&, const Interval&) override {
    distributions_ = Distributions();
    distributions_.packet_delays.Add(1e-9 * ++played_, 10);
    distributions_.flows = 3;
    distributions_.mice = 2;
    distributions_.mice_times.Add(0.5);
    return Measurements();
  }
  const Distributions* distributions() const override { return &distributions_; }

 private:
  int played_ = 0;
  Distributions distributions_;
};

// What is told of an interval has its histograms; the cells that are kept have none.
class HistogramObserver : public ReplayObserver {
 public:
  void Begin(const ReplayInput&, const ReplayConfig&, int) override {}
  void Played(const PlayedInterval& played) override {
    packets += played.cell.distributions.packet_delays.count();
  }
  absl::Status Finish(const std::vector<PolicyCells>&, const std::vector<double>&,
                      const ReplayResult&) override {
    return absl::OkStatus();
  }
  uint64_t packets = 0;
};

TEST(ReplayEngineTest, AddsUpTheHistogramsOfCountedIntervalsBySeedAndLeavesNoneInTheCells) {
  const Topology topology = Diamond();
  const ReplayInput input = Input(topology, Growing(topology, 4));
  HistogramObserver observer;
  ReplayEngineOptions options;
  options.policies = {"shortest-path"};
  options.seeds = 2;
  options.observer = &observer;
  const auto cells = RunReplay(
      input, MakePolicy,
      []() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
        return std::make_unique<CountingSimulator>();
      },
      options);
  ASSERT_TRUE(cells.ok()) << cells.status();
  ASSERT_THAT((*cells)[0].distributions, SizeIs(2));
  EXPECT_EQ(observer.packets, 2 * 3 * 10u);
  for (int seed = 0; seed < 2; ++seed) {
    const Distributions& all = (*cells)[0].distributions[seed];
    EXPECT_EQ(all.flows, 9u);
    EXPECT_EQ(all.mice, 6u);
    EXPECT_EQ(all.mice_times.count(), 3u);
    EXPECT_EQ(all.elephant_times.count(), 0u);
    // The first interval, with a delay of a nanosecond, does not count.
    EXPECT_EQ(all.packet_delays.count(), 30u);
    EXPECT_GE(all.packet_delays.first_bucket(),
              static_cast<size_t>(DurationHistogram::kBucketsPerDoubling));
    for (const Cell& cell : (*cells)[0].cells[seed]) {
      EXPECT_EQ(cell.distributions.flows, 0u);
      EXPECT_EQ(cell.distributions.packet_delays.count(), 0u);
    }
  }
}

TEST(ReplayEngineTest, TakesAnEpisodeOfManyIntervalsFromTheStoreWholeOrNotAtAll) {
  const Topology topology = Diamond();
  const ReplayInput input = Input(topology, Growing(topology, 4));
  const std::string path = NewPath("continuous-journal.txt");
  auto journal = ReplayJournal::Open(path, "f", false);
  ReplayEngineOptions options;
  options.policies = {"shortest-path", "ecmp"};
  options.store = journal->get();
  int plays = 0;
  const SimulatorFactory make = [&]() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
    return Fragile([&plays](uint64_t) { return ++plays < 0; });
  };
  const auto first = RunReplay(input, MakePolicy, make, options);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(plays, 2 * 4);

  // As if the second policy had been stopped before its last interval was told.
  journal->reset();
  std::string text = *ReadWholeFile(path, 1 << 20);
  text.erase(text.rfind('\n', text.size() - 2) + 1);
  ASSERT_TRUE(WriteFileAtomically(path, text).ok());
  journal = ReplayJournal::Open(path, "f", true);
  EXPECT_EQ((*journal)->num_found(), 2 * 4 - 1);
  options.store = journal->get();
  plays = 0;
  const auto resumed = RunReplay(input, MakePolicy, make, options);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(plays, 4);  // the unfinished policy only
  for (int p = 0; p < 2; ++p) {
    for (int i = 0; i < input.num_counted(); ++i) {
      EXPECT_EQ((*resumed)[p].cells[0][i].measured.goodput_bps,
                (*first)[p].cells[0][i].measured.goodput_bps);
    }
  }
}

TEST(ReplayEngineTest, TakesFinishedCellsFromTheStore) {
  const Topology topology = Diamond();
  const ReplayInput input = Input(topology, Growing(topology, 4));
  const std::string path = NewPath("resume-journal.txt");
  auto journal = ReplayJournal::Open(path, "f", false);
  Cell known;
  known.measured.goodput_bps = 42;
  ASSERT_TRUE((*journal)->Add(0, 0, 2, known).ok());
  journal = ReplayJournal::Open(path, "f", true);
  ReplayEngineOptions options;
  options.policies = {"shortest-path"};
  options.episode_per_interval = true;
  options.store = journal->get();
  int episodes = 0;
  const auto cells = RunReplay(
      input, MakePolicy,
      [&]() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
        return Fragile([&episodes](uint64_t) { return ++episodes < 0; });
      },
      options);
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_EQ(episodes, 2);
  EXPECT_EQ((*cells)[0].cells[0][1].measured.goodput_bps, 42);
}

}  // namespace
}  // namespace rhumb
