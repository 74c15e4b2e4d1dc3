// `rhumb simulate-network` and `rhumb ctl` against a real `rhumb serve`, as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/controller/cli/program.h"
#include "tests/server_process.h"

namespace rhumb {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramResult;
using testing::RunRhumb;
using testing::ServerProcess;

constexpr char kScenario[] =
    " --topology abilene --traffic abilene-2004 --load 0.8 --event link-down:CHINng-IPLSng@4..8 ";

class LiveCommandsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(server_.Start(), ""); }

  // Whatever they say, no line ends in a blank.
  static ProgramResult Tidy(ProgramResult result) {
    EXPECT_EQ(result.stdout_text.find(" \n"), std::string::npos) << result.stdout_text;
    return result;
  }
  ProgramResult Ctl(const std::string& arguments) {
    return Tidy(RunRhumb("ctl --server " + server_.address() + " " + arguments));
  }
  json CtlJson(const std::string& arguments) {
    const ProgramResult result = Ctl("--output json " + arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments << ": " << result.stderr_text;
    return json::parse(result.stdout_text, nullptr, /*allow_exceptions=*/false);
  }
  ProgramResult Simulate(const std::string& arguments, const std::string& intervals = "0:12") {
    return Tidy(RunRhumb("simulate-network --server " + server_.address() + kScenario +
                         "--intervals " + intervals + " " + arguments));
  }
  json SimulateJson(const std::string& arguments, const std::string& intervals = "0:12") {
    const ProgramResult result = Simulate("--output json " + arguments, intervals);
    EXPECT_EQ(result.exit_code, 0) << result.stderr_text << server_.Log();
    return json::parse(result.stdout_text, nullptr, /*allow_exceptions=*/false);
  }

  ServerProcess server_{RHUMB_PROGRAM,
                        "[decision]\npolicy = \"lp-previous\"\n[log]\nlevel = \"warning\"\n"};
};

TEST_F(LiveCommandsTest, TheExamplesOfHelpWorkAsTheyStand) {
  setenv("RHUMB_SERVER", server_.address().c_str(), 1);
  for (const char* command :
       {"simulate-network", "ctl status", "ctl plan", "ctl routes", "ctl evaluate", "ctl explain",
        "ctl audit", "ctl health", "ctl drain", "ctl undrain", "ctl pin", "ctl unpin",
        "ctl rollback", "ctl confirm", "ctl policy"}) {
    const std::string help = RunRhumb("help " + std::string(command)).stdout_text;
    const std::string title = "\nExample:\n  rhumb ";
    const size_t begin = help.find(title);
    ASSERT_NE(begin, std::string::npos) << command;
    const size_t example = begin + title.size();
    const std::string line = help.substr(example, help.find('\n', example) - example);
    const ProgramResult result = Tidy(RunRhumb(line));
    EXPECT_EQ(result.exit_code, 0) << line << "\n" << result.stderr_text;
  }
  unsetenv("RHUMB_SERVER");
}

TEST_F(LiveCommandsTest, NetworkIsSteeredBelowShortestPathAroundAFailure) {
  const json result = SimulateJson("");
  ASSERT_EQ(result["intervals"].size(), 12);
  EXPECT_EQ(result["policy"], "lp-previous");
  EXPECT_EQ(result["summary"]["late"], 0);
  EXPECT_LT(result["summary"]["observed_mlu"], result["summary"]["shortest_path_mlu"]);
  for (const json& interval : result["intervals"]) {
    EXPECT_EQ(interval["unrouted_bps"], 0) << interval;
    if (interval["optimum_mlu"].is_null()) continue;
    EXPECT_GE(interval["observed_mlu"].get<double>(),
              interval["optimum_mlu"].get<double>() * (1 - 1e-6));
  }
  EXPECT_THAT(result["intervals"][4]["events"][0].get<std::string>(), HasSubstr("down"));
  EXPECT_THAT(result["intervals"][8]["events"][0].get<std::string>(), HasSubstr("up"));
  EXPECT_EQ(result["plan_stream"]["connections"], 1);
  EXPECT_EQ(result["plan_stream"]["refused"], 0);
}

TEST_F(LiveCommandsTest, LockStepGivesTheSameRunTwice) {
  const json first = SimulateJson("");
  ServerProcess fresh(RHUMB_PROGRAM, "[decision]\npolicy = \"lp-previous\"\n");
  ASSERT_EQ(fresh.Start(), "");
  const ProgramResult other =
      RunRhumb("simulate-network --output json --server " + fresh.address() + kScenario);
  ASSERT_EQ(other.exit_code, 0) << other.stderr_text;
  const json again = json::parse(other.stdout_text);
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(first["intervals"][i]["observed_mlu"], again["intervals"][i]["observed_mlu"]) << i;
  }
}

TEST_F(LiveCommandsTest, RefusedPlansAreCountedAndSteeringGoesOn) {
  const json result = SimulateJson("--nack-every 3");
  EXPECT_EQ(result["intervals"].size(), 12);
  EXPECT_GT(result["plan_stream"]["refused"], 0);
  EXPECT_GT(result["plan_stream"]["updates"], 1);
}

TEST_F(LiveCommandsTest, BrokenConnectionsResumeWithoutAWholePlan) {
  const json result = SimulateJson("--reconnect-every 3");
  EXPECT_EQ(result["plan_stream"]["connections"], 4);  // broken before intervals 3, 6 and 9
  EXPECT_EQ(result["plan_stream"]["whole_plans"], 1);
  EXPECT_EQ(result["summary"]["late"], 0);
}

TEST_F(LiveCommandsTest, LinkCountersAloneAreSteeredByEstimates) {
  const json result = SimulateJson("--telemetry link-counters");
  EXPECT_EQ(CtlJson("status")["measured_share"], 0);
  EXPECT_GT(CtlJson("status")["total_demand_bps"], 0);
  EXPECT_LT(result["summary"]["observed_mlu"], result["summary"]["shortest_path_mlu"]);
}

TEST_F(LiveCommandsTest, ServerThatIsKilledIsWaitedForAndTheRunGoesOn) {
  json result;
  // Time passes as it would, so that the run cannot be over before the server is killed.
  std::thread network([&] { result = SimulateJson("--real-time --speed 1000"); });
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (absl::Now() < deadline) {
    const ProgramResult status = Ctl("--output json status");
    const json parsed = json::parse(status.stdout_text, nullptr, false);
    if (parsed.is_object() && std::stoi(parsed["traffic_version"].get<std::string>()) >= 2) break;
  }
  server_.Kill(SIGKILL);
  ASSERT_EQ(server_.Start(), "");
  network.join();
  ASSERT_TRUE(result.is_object());
  EXPECT_EQ(result["intervals"].size(), 12);
  EXPECT_GE(result["plan_stream"]["connections"], 2);
}

TEST_F(LiveCommandsTest, QuestionsAnswerAboutTheLiveNetwork) {
  EXPECT_EQ(Ctl("health").exit_code, 1);
  EXPECT_THAT(Ctl("plan").stderr_text, HasSubstr("no plan yet"));
  SimulateJson("");
  EXPECT_EQ(Ctl("health").stdout_text, "SERVING\n");
  EXPECT_THAT(Ctl("status").stdout_text,
              AllOf(HasSubstr("versus shortest path"), HasSubstr("lp-previous"),
                    HasSubstr("abilene, 12 nodes, 30 links")));
  const json status = CtlJson("status");
  EXPECT_EQ(status["ready"], true);
  EXPECT_EQ(status["nodes"], 12);
  EXPECT_EQ(CtlJson("plan")["routes"].size(), 132);
  EXPECT_THAT(Ctl("plan 'SNVAng>NYCMng'").stdout_text, HasSubstr("SNVAng>NYCMng"));
  const json explained = CtlJson("explain SNVAng NYCMng");
  EXPECT_EQ(explained["demands"].size(), 1);
  EXPECT_EQ(explained["demands"][0]["origin"], "DEMAND_ORIGIN_MEASURED");
  EXPECT_THAT(Ctl("explain").stdout_text, HasSubstr("SPA (ECMP:"));
  const json what_if = CtlJson("evaluate --fail CHINng-IPLSng --factor 2");
  EXPECT_GT(what_if["then"]["mlu"].get<double>(), what_if["now"]["mlu"].get<double>());
  const json routes =
      CtlJson("routes --topology abilene --traffic abilene-2004 --interval 3 --policy ecmp");
  EXPECT_EQ(routes["policy"], "ecmp");
  EXPECT_GT(routes["mlu"], 0);
  EXPECT_EQ(routes["unrouted_bps"], 0);
  const ProgramResult watch = Ctl("--output json watch --count 1");
  EXPECT_EQ(json::parse(watch.stdout_text)["header"]["plan_version"],
            status["plan"]["plan_version"]);
}

TEST_F(LiveCommandsTest, SettingsTakeEffectAndAreInTheAudit) {
  SimulateJson("");
  const json drained = CtlJson("drain CHINng-IPLSng --comment 'card swap'");
  EXPECT_EQ(drained["changed"], true);
  EXPECT_EQ(drained["durable"], true);
  EXPECT_EQ(CtlJson("status")["drained_links"], json({"CHINng>IPLSng", "IPLSng>CHINng"}));
  EXPECT_EQ(CtlJson("drain CHINng-IPLSng")["changed"], false);
  EXPECT_EQ(CtlJson("undrain CHINng-IPLSng")["changed"], true);
  EXPECT_EQ(CtlJson("policy ecmp")["changed"], true);
  EXPECT_EQ(CtlJson("status")["policy"], "ecmp");
  CtlJson("pin 'SNVAng>NYCMng' --path 'SNVAng>DNVRng>KSCYng>IPLSng>CHINng>NYCMng'");
  ASSERT_EQ(CtlJson("status")["pins"].size(), 1);
  CtlJson("unpin SNVAng NYCMng");
  EXPECT_EQ(CtlJson("status")["pins"].size(), 0);
  const std::string version = CtlJson("status")["plan"]["plan_version"];
  const json rollback = CtlJson("rollback " + version + " --confirm-within 60s");
  EXPECT_EQ(rollback["plan"]["reason"], "PLAN_REASON_ROLLBACK");
  EXPECT_THAT(Ctl("status").stdout_text, HasSubstr("waits for `rhumb ctl confirm`"));
  CtlJson("confirm --comment kept");
  EXPECT_EQ(CtlJson("status")["rollback_held"], true);
  const json audit = CtlJson("audit")["records"];
  EXPECT_EQ(audit[0]["action"], "ConfirmRollback");
  EXPECT_THAT(audit.dump(), AllOf(HasSubstr("card swap"), HasSubstr("PinDemand")));
}

TEST_F(LiveCommandsTest, MistakesAreNamedWithTheNextMove) {
  SimulateJson("", "0:9");
  const ProgramResult unknown = Ctl("drain CHINng-IPLS");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.stderr_text, HasSubstr("CHINng>IPLSng"));
  EXPECT_EQ(unknown.stdout_text, "");
  EXPECT_THAT(Ctl("policy best").stderr_text, AllOf(HasSubstr("best"), HasSubstr("ecmp")));
  EXPECT_THAT(Ctl("rollback 99999999").stderr_text, HasSubstr("not kept"));
  EXPECT_THAT(Ctl("confirm").stderr_text, HasSubstr("no rollback"));
  EXPECT_THAT(Ctl("evaluate --factor 1e400").stderr_text, Not(HasSubstr("Segmentation")));
  EXPECT_EQ(Ctl("evaluate --factor -1").exit_code, 1);
  EXPECT_EQ(Ctl("pin 'SNVAng>NYCMng'").exit_code, 2);
  EXPECT_EQ(Ctl("explain SNVAng-NYCMng").exit_code, 2);
  EXPECT_EQ(Ctl("frobnicate").exit_code, 2);
  const ProgramResult down = RunRhumb("ctl status --server 127.0.0.1:1 --timeout 20s");
  EXPECT_EQ(down.exit_code, 1);
  EXPECT_THAT(down.stderr_text, HasSubstr("cannot reach 127.0.0.1:1"));
  EXPECT_THAT(Simulate("--telemetry netflow").stderr_text, HasSubstr("link-counters"));
  EXPECT_EQ(Simulate("--election-id 0").exit_code, 2);
}

}  // namespace
}  // namespace rhumb
