// A worker that dies, hangs or talks nonsense costs one interval, says why, and is replaced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "simulator/packet/packet_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb {
namespace {

using testing::Diamond;
using testing::DiamondPlan;
using ::testing::HasSubstr;

const TrafficModel kStreams{TrafficModel::FlowSizes::kConstantBitRate, 0};

Episode MakeEpisode() { return {Diamond(), kStreams, 1, 0.01}; }

Interval MakeInterval(absl::Duration duration = absl::Seconds(1)) {
  Interval interval;
  interval.demands = TrafficMatrix(4);
  interval.demands.set_rate_bps(0, 3, 500e6);
  interval.duration = duration;
  return interval;
}

int NumOpenFiles() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

// The one child of this process.
pid_t ChildPid() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(task.path() / "children");
    pid_t pid = 0;
    if (children >> pid) return pid;
  }
  return 0;
}

absl::Status PlayWithFake(const char* mode, absl::Duration deadline = absl::Seconds(30)) {
  setenv("RHUMB_FAKE_WORKER", mode, 1);
  PacketSimulatorOptions options;
  options.worker_path = FAKE_WORKER;
  options.deadline = deadline;
  std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator(options).value();
  EXPECT_TRUE(simulator->Reset(MakeEpisode()).ok());
  const absl::Status status = simulator->Play(DiamondPlan(1), MakeInterval()).status();
  // Whatever happened, the network is gone until the next reset, which gets a new worker.
  EXPECT_EQ(simulator->Play(DiamondPlan(1), MakeInterval()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(simulator->Reset(MakeEpisode()).ok());
  return status;
}

struct Fault {
  const char* mode;
  absl::StatusCode code;
  const char* story;
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.mode << ": " << fault.story; }

class WorkerFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(WorkerFaultTest, IsToldAndSurvived) {
  const int files = NumOpenFiles();

  const absl::Status status = PlayWithFake(GetParam().mode);

  EXPECT_EQ(status.code(), GetParam().code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().story));
  EXPECT_LT(status.message().size(), 8000u);
  EXPECT_EQ(NumOpenFiles(), files);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a worker was left behind";
}

INSTANTIATE_TEST_SUITE_P(
    All, WorkerFaultTest,
    ::testing::Values(Fault{"exits", absl::StatusCode::kUnavailable, "exit code 3"},
                      Fault{"exits", absl::StatusCode::kUnavailable, "something is wrong"},
                      Fault{"aborts", absl::StatusCode::kUnavailable, "signal 6"},
                      Fault{"killed", absl::StatusCode::kUnavailable, "signal 9"},
                      Fault{"floods", absl::StatusCode::kUnavailable, "the last line"},
                      Fault{"half", absl::StatusCode::kUnavailable, "exit code 0"},
                      Fault{"garbage", absl::StatusCode::kDataLoss, "garbage"},
                      Fault{"huge", absl::StatusCode::kDataLoss, "4294967295 bytes"},
                      Fault{"short", absl::StatusCode::kDataLoss, "0 links"},
                      Fault{"off-topic", absl::StatusCode::kDataLoss, "something else"}));

TEST(WorkerFaultTest, HangingIsEndedAtTheDeadline) {
  const absl::Status status = PlayWithFake("hangs", absl::Milliseconds(300));

  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("300ms"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("thinking"));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(WorkerFaultTest, AMissingWorkerIsNamed) {
  PacketSimulatorOptions options;
  options.worker_path = "/nowhere/rhumb-ns3";
  std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator(options).value();

  const absl::Status status = simulator->Reset(MakeEpisode());

  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/rhumb-ns3"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("RHUMB_NS3_WORKER"));
}

TEST(WorkerFaultTest, TheRealWorkerKilledInTheMiddleCostsOneEpisode) {
  std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator({}).value();
  ASSERT_TRUE(simulator->Reset(MakeEpisode()).ok());
  const Measurements expected = simulator->Play(DiamondPlan(0.5), MakeInterval()).value();
  ASSERT_TRUE(simulator->Reset(MakeEpisode()).ok());
  const pid_t worker = ChildPid();
  ASSERT_GT(worker, 0);
  const auto cpu_ticks = [worker] {
    std::ifstream file("/proc/" + std::to_string(worker) + "/stat");
    std::string word;
    for (int i = 0; i < 14; ++i) file >> word;
    return std::atol(word.c_str());
  };
  const long before = cpu_ticks();
  std::thread killer([&] {
    while (cpu_ticks() <= before + 2) std::this_thread::yield();  // it is simulating now
    kill(worker, SIGKILL);
  });

  const absl::Status status =
      simulator->Play(DiamondPlan(0.5), MakeInterval(absl::Hours(20))).status();
  killer.join();

  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("signal 9"));
  ASSERT_TRUE(simulator->Reset(MakeEpisode()).ok());
  const Measurements again = simulator->Play(DiamondPlan(0.5), MakeInterval()).value();
  EXPECT_EQ(again.mean_delay_s, expected.mean_delay_s);
  EXPECT_EQ(again.goodput_bps, expected.goodput_bps);
}

TEST(WorkerFaultTest, TheRealWorkerStoppedIsEndedAtTheDeadline) {
  PacketSimulatorOptions options;
  options.deadline = absl::Seconds(5);
  std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator(options).value();
  ASSERT_TRUE(simulator->Reset(MakeEpisode()).ok());
  kill(ChildPid(), SIGSTOP);

  const absl::Status status = simulator->Play(DiamondPlan(0.5), MakeInterval()).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  EXPECT_TRUE(simulator->Reset(MakeEpisode()).ok());
}

TEST(WorkerFaultTest, TheWorkerEndsWithItsParent) {
  int report[2];
  ASSERT_EQ(pipe(report), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator({}).value();
    if (!simulator->Reset(MakeEpisode()).ok()) _exit(1);
    const pid_t worker = ChildPid();
    if (write(report[1], &worker, sizeof worker) < 0) _exit(1);
    _exit(0);  // without destructors: the parent just disappears
  }
  close(report[1]);
  pid_t worker = 0;
  ASSERT_EQ(read(report[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  waitpid(parent, nullptr, 0);
  // Ends by itself; the test's time limit is the judge. A zombie that nobody waits for has ended,
  // too.
  const auto ended = [worker] {
    std::ifstream file("/proc/" + std::to_string(worker) + "/stat");
    std::string pid, name, state;
    return !(file >> pid >> name >> state) || state == "Z";
  };
  while (!ended()) std::this_thread::yield();
  close(report[0]);
}

}  // namespace
}  // namespace rhumb
