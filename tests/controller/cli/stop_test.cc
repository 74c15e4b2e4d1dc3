// SIGTERM and Ctrl-C in the middle of every command that can take long: it ends by itself, with
// exit code 128 + signal and one line that says what was kept.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/controller/cli/running_program.h"
#include "tests/server_process.h"

namespace rhumb {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::ReadFile;
using testing::RunningRhumb;
using testing::ServerProcess;
using testing::TemporaryPath;

constexpr int kTerm = 128 + SIGTERM, kInt = 128 + SIGINT;

// As many nodes as the largest network of the Topology Zoo: a ring with chords, node-link JSON.
std::string WriteLargeNetwork(int nodes = 754) {
  std::mt19937 random(7);
  json network = {{"nodes", json::array()}, {"links", json::array()}};
  auto link = [&](int a, int b) {
    network["links"].push_back({{"source", a}, {"target", b}, {"capacity", 10000}});
  };
  for (int n = 0; n < nodes; ++n) network["nodes"].push_back({{"id", n}});
  for (int n = 0; n < nodes; ++n) {
    link(n, (n + 1) % nodes);
    if (n % 4 == 0) link(n, (n + 2 + static_cast<int>(random() % (nodes - 4))) % nodes);
  }
  const std::string path = TemporaryPath("large.json");
  std::ofstream(path) << network.dump();
  return path;
}

// The one line on stderr that is no note.
std::string LastLine(const std::string& text) {
  const size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
}

TEST(StopTest, ReplayStopsWhileItLooksForPathsOfALargeNetwork) {
  RunningRhumb replay({"replay", "--topology", WriteLargeNetwork(), "--traffic",
                       "gravity:seed=1,count=3", "--policies", "lp-previous:paths",
                       "--no-optimum"});
  ASSERT_TRUE(replay.AwaitWork(1.5));
  replay.Signal(SIGTERM);
  const ProgramResult result = replay.Wait();
  EXPECT_EQ(result.exit_code, kTerm) << result.stderr_text;
  EXPECT_THAT(LastLine(result.stderr_text),
              AllOf(HasSubstr("rhumb replay: stopped"), HasSubstr("--out DIR")));
  EXPECT_EQ(result.stdout_text, "");
}

TEST(StopTest, ReplayStopsInAnOptimumAndKeepsThePoliciesThatAreFinished) {
  const std::string out = TemporaryPath("kept");
  std::filesystem::remove_all(out);
  RunningRhumb replay({"replay", "--topology", WriteLargeNetwork(), "--traffic",
                       "gravity:seed=1,count=3,sparsity=0.98", "--policies",
                       "shortest-path,ecmp,lp-previous", "--no-optimum", "--jobs", "1", "--out",
                       out});
  ASSERT_TRUE(replay.Await([&] {
    const json kept = json::parse(ReadFile(out + "/results.json"), nullptr, false);
    return kept.is_object() && kept["policies"].size() == 2;
  })) << replay.Errors();
  replay.Signal(SIGINT);
  const ProgramResult result = replay.Wait();
  EXPECT_EQ(result.exit_code, kInt) << result.stderr_text;
  EXPECT_THAT(LastLine(result.stderr_text),
              AllOf(HasSubstr("shortest-path, ecmp are finished"), HasSubstr(out),
                    HasSubstr("--policies lp-previous plays the others")));
  const json kept = json::parse(ReadFile(out + "/results.json"));
  EXPECT_EQ(kept["policies"][0]["name"], "shortest-path");
  EXPECT_EQ(kept["policies"][1]["name"], "ecmp");
  EXPECT_EQ(kept["unfinished"], json({"lp-previous"}));
  EXPECT_THAT(ReadFile(out + "/intervals.csv"), HasSubstr("\necmp,1,2,"));
}

TEST(StopTest, TopoDescribeStopsInALargeNetwork) {
  // Seconds of work on any machine, and stopped soon after its beginning.
  RunningRhumb describe({"topo", "describe", WriteLargeNetwork(300000)});
  ASSERT_TRUE(describe.AwaitWork(0.3));
  describe.Signal(SIGTERM);
  const ProgramResult result = describe.Wait();
  EXPECT_EQ(result.exit_code, kTerm);
  EXPECT_EQ(LastLine(result.stderr_text), "rhumb topo describe: stopped; nothing was kept");
}

TEST(StopTest, TrafficGenerateStopsAndLeavesNoHalfFile) {
  const std::string to = TemporaryPath("day.traffic.json.gz");
  RunningRhumb generate(
      {"traffic", "generate", "--topology", WriteLargeNetwork(), "--count", "60", "--to", to});
  ASSERT_TRUE(generate.AwaitWork(0.8));
  generate.Signal(SIGTERM);
  EXPECT_EQ(generate.Wait().exit_code, kTerm);
  EXPECT_FALSE(std::filesystem::exists(to));
}

// Accepts connections and never answers.
class SilentServer {
 public:
  SilentServer() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    listen(socket_, 8);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { close(socket_); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  bool HasCaller() const {
    const int caller = accept(socket_, nullptr, nullptr);
    return caller >= 0;  // left open: whoever called waits
  }

 private:
  const int socket_;
  int port_ = 0;
};

TEST(StopTest, CtlStopsWhileItWaitsForAnAnswer) {
  for (const char* command : {"status", "watch", "health"}) {
    const SilentServer server;
    RunningRhumb ctl({"ctl", command, "--server", server.address(), "--timeout", "1h"});
    ASSERT_TRUE(ctl.Await([&] { return server.HasCaller(); })) << ctl.Errors();
    ctl.Signal(SIGINT);
    const ProgramResult result = ctl.Wait();
    EXPECT_EQ(result.exit_code, kInt) << command;
    EXPECT_THAT(LastLine(result.stderr_text),
                HasSubstr(std::string("rhumb ctl ") + command + ": stopped"))
        << command;
  }
}

TEST(StopTest, SimulateNetworkKeepsTheIntervalsThatAreOver) {
  ServerProcess server(RHUMB_PROGRAM, "[decision]\npolicy = \"ecmp\"\n[log]\nlevel = \"off\"\n");
  ASSERT_EQ(server.Start(), "");
  const std::string out = TemporaryPath("live");
  std::filesystem::remove_all(out);
  const std::string rows = TemporaryPath("running.out");
  RunningRhumb network({"simulate-network", "--server", server.address(), "--topology", "abilene",
                        "--traffic", "abilene-2004", "--no-optimum", "--real-time", "--speed",
                        "600", "--out", out});
  ASSERT_TRUE(network.Await([&] {
    const std::string text = ReadFile(rows);
    return std::count(text.begin(), text.end(), '\n') >= 6;  // four of heading
  })) << network.Errors();
  network.Signal(SIGTERM);
  const ProgramResult result = network.Wait();
  EXPECT_EQ(result.exit_code, kTerm) << result.stderr_text;
  EXPECT_THAT(LastLine(result.stderr_text),
              AllOf(HasSubstr("stopped after "), HasSubstr("they are in " + out)));
  EXPECT_GE(json::parse(ReadFile(out + "/live.json"))["intervals"].size(), 2);
}

TEST(StopTest, TrainingStopsAndNamesWhatResumeGoesOnFrom) {
  const std::string out = TemporaryPath("training");
  std::filesystem::remove_all(out);
  // Few networks to draw from, so that it starts soon; as many updates as ever.
  const std::string config = TemporaryPath("training.toml");
  std::ofstream(config) << "[networks]\ncount = 4\n[validation]\nnetworks = 2\n";
  RunningRhumb train({"train", "--stage", "flow", "--config", config, "--out", out});
  ASSERT_TRUE(train.Await([&] { return std::filesystem::exists(out + "/state.bin"); }))
      << train.Errors();
  train.Signal(SIGTERM);
  const ProgramResult result = train.Wait();
  EXPECT_EQ(result.exit_code, kTerm) << result.stderr_text;
  EXPECT_THAT(LastLine(result.stderr_text),
              AllOf(HasSubstr("rhumb train: stopped; " + out), HasSubstr("--resume")));

  RunningRhumb again({"train", "--stage", "flow", "--config", config, "--out", out, "--resume"});
  EXPECT_TRUE(again.AwaitWork(2)) << "it does not go on: " << again.Errors();
}

TEST(StopTest, CommandsThatServeEndWellOnASignal) {
  const std::string port = TemporaryPath("port");
  std::remove(port.c_str());
  RunningRhumb serve({"serve-sim", "--listen", "127.0.0.1:0", "--port-file", port});
  ASSERT_TRUE(serve.Await([&] { return std::filesystem::exists(port); })) << serve.Errors();
  serve.Signal(SIGTERM);
  EXPECT_EQ(serve.Wait().exit_code, 0);
}

}  // namespace
}  // namespace rhumb
