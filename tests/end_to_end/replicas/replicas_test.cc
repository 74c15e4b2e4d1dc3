// Several controllers on one state in a real etcd: leaders are killed, paused past their lease and
// cut off, members of etcd too, under load of writers.
//
// RHUMB_ROUNDS sets how often (default 3: each once), RHUMB_SEED the moments, RHUMB_LEASE_S the
// lease (default 3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/end_to_end/replicas/lab.h"

namespace rhumb::testing {
namespace {

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

enum class Harm { kKill, kPause, kCut };
constexpr const char* kHarmNames[] = {"killed", "paused", "cut off"};
// What is done to etcd at the same time.
enum class Weather { kFair, kMemberKilled, kMemberPaused, kSlow };

class ReplicasTest : public ::testing::Test {
 protected:
  ReplicasTest() {
    Declare();
    for (int i = 0; i < kReplicas; ++i) {
      PlanSubscriber::Options options;
      options.adapter = absl::StrCat("adapter-", i);
      options.election_id = i + 2;
      options.install = [this, i](const rhumb::v1::PlanUpdate& update) {
        accepted_.Add(i, update.header());
        return absl::OkStatus();
      };
      adapters_.push_back(
          std::make_unique<PlanSubscriber>(Connection::Open(lab_.Client(i)).value(), options));
    }
    for (const char* link : {"A>B", "C>D", "E>F"}) {
      writers_.push_back(std::make_unique<Writer>(lab_.Client(0), link));
    }
  }
  ~ReplicasTest() override {
    if (!HasFailure()) return;
    for (int i = 0; i < kReplicas; ++i) {
      std::cerr << "controller " << i << ":\n" << lab_.server(i).Log();
    }
  }

  void Declare() {
    const auto connection = Connection::Open(lab_.Client(0));
    ASSERT_TRUE(connection.ok()) << connection.status();
    const auto south = rhumb::v1::South::NewStub(connection->channel());
    rhumb::v1::SetTopologyRequest request;
    *request.mutable_topology() = ToProto(RandomConnected(3, 8));
    const auto declared = Call(*connection, *south, &rhumb::v1::South::Stub::SetTopology, request);
    ASSERT_TRUE(declared.ok()) << declared.status();
    ASSERT_TRUE(declared->durable());
  }

  void Inflict(Harm harm, int leader) {
    if (harm == Harm::kKill) lab_.server(leader).Kill(SIGKILL);
    if (harm == Harm::kPause) lab_.server(leader).Signal(SIGSTOP);
    if (harm == Harm::kCut) lab_.CutFromEtcd(leader);
  }
  void Heal(Harm harm, int leader) {
    if (harm == Harm::kKill) {
      ASSERT_EQ(lab_.server(leader).Start(), "");
    }
    if (harm == Harm::kPause) lab_.server(leader).Signal(SIGCONT);
    if (harm == Harm::kCut) lab_.MendToEtcd(leader);
  }
  void Begin(Weather weather, int member, int leader) {
    if (weather == Weather::kMemberKilled) lab_.etcd().Kill(member);
    if (weather == Weather::kMemberPaused) lab_.etcd().Signal(member, SIGSTOP);
    if (weather == Weather::kSlow) {
      for (int i = 0; i < kReplicas; ++i) {
        if (i != leader) lab_.SlowToEtcd(i, absl::Milliseconds(50));
      }
    }
  }
  void End(Weather weather, int member) {
    if (weather == Weather::kMemberKilled) lab_.etcd().Start(member);
    if (weather == Weather::kMemberPaused) lab_.etcd().Signal(member, SIGCONT);
    for (int i = 0; i < kReplicas; ++i) lab_.SlowToEtcd(i, absl::ZeroDuration());
  }

  // Waits until every adapter holds a plan of a later leader.
  void AwaitPlansAbove(uint64_t term) {
    for (const auto& adapter : adapters_) {
      EXPECT_TRUE(adapter->Await(
          [&](const PlanSubscriber::State& state) { return state.plan->header().term() > term; },
          SteadyNow() + kPatience))
          << adapter->Get().failed << " " << adapter->Get().last_fault;
    }
  }

  // What was acknowledged is so, or what was asked for since.
  void ExpectNothingLost() {
    const auto status = lab_.Status(lab_.Client(0));
    ASSERT_TRUE(status.ok()) << status.status();
    const std::set<std::string> drained(status->drained_links().begin(),
                                        status->drained_links().end());
    for (const auto& writer : writers_) {
      const bool is = drained.count(writer->link()) > 0;
      EXPECT_TRUE(writer->Allows(is)) << writer->link() << (is ? " is drained" : " is not drained");
      writer->Settle(is);
      EXPECT_THAT(writer->faults(), ::testing::IsEmpty());
    }
    EXPECT_THAT(accepted_.faults(), ::testing::IsEmpty());
  }

  Lab lab_{RHUMB_PROGRAM, absl::Seconds(FromEnvironment("RHUMB_LEASE_S", 3))};
  AcceptedPlans accepted_;
  std::vector<std::unique_ptr<PlanSubscriber>> adapters_;
  std::vector<std::unique_ptr<Writer>> writers_;
};

TEST_F(ReplicasTest, NothingIsLostAndTheNextLeadsWhenLeadersAreKilledPausedAndCutOff) {
  const int rounds = FromEnvironment("RHUMB_ROUNDS", 3);
  std::mt19937 random(FromEnvironment("RHUMB_SEED", 1));
  std::map<Harm, std::vector<double>> seconds;
  std::vector<double> all;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    const int leader = lab_.AwaitLeader();
    ASSERT_GE(leader, 0);
    const auto before = lab_.StatusOf(leader);
    ASSERT_TRUE(before.has_value());
    const uint64_t term = before->replica().term();
    const Harm harm = static_cast<Harm>(round % 3);
    const Weather weather = round < 3 ? Weather::kFair : static_cast<Weather>(random() % 4);
    const int member = static_cast<int>(random() % kReplicas);
    for (const auto& writer : writers_) writer->Start();
    Begin(weather, member, leader);
    // The moment is what is random here; nothing waits for it.
    absl::SleepFor(absl::Milliseconds(100 + random() % 700));

    const SteadyTime begin = SteadyNow();
    Inflict(harm, leader);
    AwaitPlansAbove(term);
    const double took = absl::ToDoubleSeconds(SteadyNow() - begin);
    seconds[harm].push_back(took);
    all.push_back(took);

    std::vector<int> counts;
    for (const auto& writer : writers_) counts.push_back(writer->acknowledged());
    for (size_t i = 0; i < writers_.size(); ++i) {
      EXPECT_TRUE(Eventually([&] { return writers_[i]->acknowledged() > counts[i]; }))
          << writers_[i]->link() << " is not taken by the new leader";
    }
    Heal(harm, leader);
    End(weather, member);
    for (const auto& writer : writers_) writer->Stop();
    ExpectNothingLost();
    if (HasFailure()) std::cerr << "in round " << round << ", " << kHarmNames[round % 3] << "\n";
  }
  int acknowledged = 0, nacks = 0;
  for (const auto& writer : writers_) acknowledged += writer->acknowledged();
  for (const auto& adapter : adapters_) nacks += adapter->Get().nacks;
  std::cout << rounds << " leaders replaced, lease " << absl::FormatDuration(lab_.lease()) << ": "
            << acknowledged << " acknowledged changes, " << accepted_.count() << " plans accepted, "
            << nacks << " refused; seconds to the new leader's plan on every adapter: median "
            << Quantile(all, 0.5) << ", 95 % " << Quantile(all, 0.95) << ", longest "
            << Quantile(all, 1);
  for (const auto& [harm, times] : seconds) {
    std::cout << "; " << kHarmNames[static_cast<int>(harm)] << " median " << Quantile(times, 0.5);
  }
  std::cout << "\n";
}

TEST_F(ReplicasTest, AStandbyServesNothingButACopyAndNamesTheLeader) {
  const int leader = lab_.AwaitLeader();
  const int standby = (leader + 1) % kReplicas;
  const uint64_t version = lab_.StatusOf(leader)->topology_version();

  EXPECT_TRUE(Eventually([&] {
    const auto status = lab_.StatusOf(standby);
    return status && status->topology_version() == version && status->ready();
  }));
  const auto status = lab_.StatusOf(standby);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->replica().role(), rhumb::v1::ReplicaStatus::ROLE_STANDBY);
  EXPECT_EQ(status->replica().leader(), lab_.server(leader).address());
  EXPECT_TRUE(status->replica().has_copy_age());

  const auto channel =
      grpc::CreateChannel(lab_.server(standby).address(), grpc::InsecureChannelCredentials());
  const auto north = rhumb::v1::North::NewStub(channel);
  {
    grpc::ClientContext context;
    rhumb::v1::LivePlan plan;
    EXPECT_TRUE(north->GetPlan(&context, rhumb::v1::GetPlanRequest(), &plan).ok());
    EXPECT_EQ(context.GetServerTrailingMetadata().count("rhumb-copy-age"), 1u);
  }
  grpc::ClientContext context;
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link("A>B");
  rhumb::v1::SettingResponse response;
  const CallError error = DecodeError(north->DrainLink(&context, drain, &response));
  EXPECT_EQ(error.code, absl::StatusCode::kUnavailable);
  EXPECT_EQ(error.reason, "NOT_LEADER");
  EXPECT_EQ(error.leader, lab_.server(leader).address());
  grpc::ClientContext telemetry;
  const auto stream = rhumb::v1::South::NewStub(channel)->StreamTelemetry(&telemetry);
  rhumb::v1::TelemetryAnswer answer;
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(DecodeError(stream->Finish()).reason, "NOT_LEADER");
}

// A new leader takes over at once from one that says goodbye.
TEST_F(ReplicasTest, ALeaderThatIsStoppedHandsOverWithoutWaitingForItsLease) {
  const int leader = lab_.AwaitLeader();
  const uint64_t term = lab_.StatusOf(leader)->replica().term();
  for (const auto& writer : writers_) writer->Start();

  EXPECT_EQ(lab_.server(leader).Kill(SIGTERM), 0);

  AwaitPlansAbove(term);
  for (const auto& writer : writers_) writer->Stop();
  ExpectNothingLost();
}

}  // namespace
}  // namespace rhumb::testing
