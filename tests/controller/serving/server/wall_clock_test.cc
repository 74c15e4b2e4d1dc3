// A server whose wall clock is set back and forth while it is called: nothing is refused, late or
// lost. libfaketime stands in for whoever sets the clock of the machine.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/serve_process.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

std::string FakeTime() {
  for (const char* machine : {"x86_64-linux-gnu", "aarch64-linux-gnu"}) {
    const std::string path = absl::StrCat("/usr/lib/", machine, "/faketime/libfaketimeMT.so.1");
    if (std::filesystem::exists(path)) return path;
  }
  return "";
}

std::shared_ptr<grpc::Channel> Connect(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

TEST(WallClockTest, StepsOfASecondToADayRefuseNothingAndLoseNothing) {
  if (FakeTime().empty()) GTEST_SKIP() << "needs libfaketime (scripts/setup)";
  const std::string directory = TestPath("clock");
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const std::string file = directory + "/clock";
  const auto set_clock_by = [&](absl::Duration step) {
    std::ofstream(file + ".new") << absl::StrFormat("%+d", absl::ToInt64Seconds(step));
    std::filesystem::rename(file + ".new", file);
  };
  set_clock_by(absl::ZeroDuration());
  ServeConfig config = TestConfig();
  config.steering.core.interval = absl::Milliseconds(200);
  config.steering.core.hold_after = absl::Seconds(50);
  config.store.path = directory + "/store";
  config.log.level = "warning";
  // The last is for a program with the address sanitizer, which wants to be the first library.
  ServeProcess serve(
      config, directory,
      {"LD_PRELOAD=" + FakeTime(), "FAKETIME_TIMESTAMP_FILE=" + file, "FAKETIME_NO_CACHE=1",
       "FAKETIME_DONT_FAKE_MONOTONIC=1", "ASAN_OPTIONS=verify_asan_link_order=0"});
  ASSERT_NE(serve.port(), 0);
  Caller caller(Connect(serve.port()));
  TestAdapter adapter(Connect(serve.port()), {"adapter"});
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  uint64_t sequence = 0, traffic_version = 0;
  bool up = true;
  for (const int64_t step_s : {1, -1, 600, -600, 3'600, -3'600, 86'400, -86'400}) {
    set_clock_by(absl::Seconds(step_s));
    for (int i = 0; i < 5; ++i) {
      up = !up;
      const grpc::Status status = caller.SetLink("A>B", up);
      ASSERT_TRUE(status.ok()) << step_s << ": " << status.error_message();
      const auto answer = caller.Report(++sequence, absl::Now(), {{"A", "D", 9e8}});
      ASSERT_FALSE(answer.has_error()) << step_s << ": " << answer.error().message();
      ASSERT_GT(answer.traffic_version(), traffic_version) << step_s;
      traffic_version = answer.traffic_version();
      const auto now = caller.Status();
      EXPECT_EQ(now.telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_FRESH) << step_s;
      ASSERT_TRUE(adapter.WaitForVersion(now.plan().plan_version())) << step_s;
      ASSERT_TRUE(
          Eventually([&] { return caller.Status().decided_traffic_version() >= traffic_version; }));
    }
  }
}

}  // namespace
}  // namespace rhumb::testing
