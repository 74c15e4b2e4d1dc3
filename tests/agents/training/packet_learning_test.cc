// Reinforcement learning with the real ns-3 in the loop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agents/neural/checkpoint.h"
#include "agents/training/packet_run.h"
#include "agents/training/replica_group.h"
#include "simulator/packet/packet_simulator.h"
#include "tests/agents/training/metrics_file.h"
#include "tests/simulator/fake_simulators.h"

namespace rhumb::training {
namespace {

// Streams of packets over a few megabits: an episode takes milliseconds. Nothing of the flow level:
// a random graph network and no refinement.
constexpr char kConfig[] = R"(
seed = 3
networks = {families = ["ring-chords"], min_nodes = 5, max_nodes = 6, candidate_paths = 4}
reward = {completion = 0, delay = 1, loss = 5, on_time = 0, goodput = 0}
policy = {iterations = 2, refinements = 0, sigma = 0.5}
ppo = {updates = 20, scenarios = 6, repeats = 6, kl_limit = 0.2, learning_rate = 0.01}
validation = {scenarios = 24, every = 20, test_scenarios = 0}
simulator = {data_plane = "udp-fast", deadline_s = 60}
[episodes]
steps = 1
past = 2
min_load = 1.0
max_load = 1.5
tcp_shares = [0.0]
flow_sizes = ["constant"]
min_narrowest_bps = 1e6
max_narrowest_bps = 2e6
warm_up_s = 0.2
drain_s = 0.2
)";

class PacketLearningTest : public ::testing::Test {
 protected:
  void SetUp() override {
    out_ = (std::filesystem::temp_directory_path() / absl::StrCat("rhumb-learning-", getpid()))
               .string();
    std::filesystem::remove_all(out_);
    request_.stage = "packet";
    request_.config_toml = kConfig;
    request_.config_name = "test.toml";
    request_.out = out_ + "/run";
    request_.workers = 2;
    request_.make_packet_simulator = MakePacketSimulator;
  }
  void TearDown() override { std::filesystem::remove_all(out_); }

  absl::Status Train() { return RunPacketTraining(request_, GroupOfOne().get()); }

  std::string out_;
  TrainRequest request_;
};

TEST_F(PacketLearningTest, PacketsAloneTeachRandomWeightsToBeatShortestPaths) {
  ASSERT_EQ(Train(), absl::OkStatus());
  const auto rewards =
      ValidationRewards(neural::ReadWholeFile(request_.out + "/metrics.csv").value());
  ASSERT_EQ(rewards.size(), 2u);
  // On networks that were not trained on; rewards are relative to shortest path on the same
  // packets.
  EXPECT_GT(rewards[1], rewards[0] + 0.05);
  EXPECT_GT(rewards[1], 0);
}

// The processes that this one started as workers.
std::vector<pid_t> Workers() {
  std::vector<pid_t> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(entry.path() / "children");
    for (pid_t pid = 0; children >> pid;) pids.push_back(pid);
  }
  return pids;
}

// What a simulator does that kills all workers, once, just before the `deadly`th interval is
// played.
std::function<void(const Interval&)> KillWorkersAt(int deadly, std::atomic<int>* plays) {
  return [deadly, plays](const Interval&) {
    if (++*plays != deadly) return;
    const std::vector<pid_t> workers = Workers();
    EXPECT_FALSE(workers.empty());
    for (pid_t pid : workers) kill(pid, SIGKILL);
  };
}

TEST_F(PacketLearningTest, KilledWorkersChangeNothingOfWhatIsLearned) {
  request_.config_toml =
      absl::StrReplaceAll(kConfig, {{"updates = 20, scenarios = 6", "updates = 3, scenarios = 4"},
                                    {"scenarios = 24, every = 20", "scenarios = 2, every = 3"}});
  ASSERT_EQ(Train(), absl::OkStatus());
  const std::string undisturbed = neural::ReadWholeFile(request_.out + "/last.ckpt").value();

  std::atomic<int> plays{0};
  request_.out = out_ + "/killed";
  request_.make_packet_simulator = [&plays](const PacketSimulatorOptions& options)
      -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
    auto simulator = MakePacketSimulator(options);
    if (!simulator.ok()) return simulator.status();
    return std::make_unique<testing::InterruptedSimulator>(*std::move(simulator),
                                                           KillWorkersAt(40, &plays));
  };
  std::string said;
  request_.result = [&said](const std::string& line) { said += line; };
  ASSERT_EQ(Train(), absl::OkStatus());

  EXPECT_EQ(neural::ReadWholeFile(request_.out + "/last.ckpt").value(), undisturbed);
  EXPECT_FALSE(absl::StrContains(said, "0 episodes repeated")) << said;
  EXPECT_TRUE(absl::StrContains(said, "repeated, 0 lost")) << said;
}

}  // namespace
}  // namespace rhumb::training
