// What was let in and would not be any more is ended.
#include <gtest/gtest.h>

#include "controller/serving/access/token_file.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

class RevokedTest : public ::testing::Test {
 protected:
  RevokedTest() {
    config_.security.tokens = TestPath("tokens");
    for (const char* name : {"removed", "lowered", "kept"}) {
      tokens_[name] = NewToken();
      EXPECT_TRUE(AddToken(config_.security.tokens, name, Role::kAdapter, tokens_[name]).ok());
    }
  }

  std::map<std::string, std::string> tokens_;
  ServeConfig config_ = TestConfig();
};

TEST_F(RevokedTest, OpenStreamsOfARemovedTokenEndAtTheReload) {
  LiveServer server(config_);
  const auto adapter = [&](const std::string& name) {
    TestAdapter::Options options{name};
    options.token = tokens_[name];
    return std::make_unique<TestAdapter>(server.Connect(), options);
  };
  const auto removed = adapter("removed"), lowered = adapter("lowered"), kept = adapter("kept");
  Caller caller(server.Connect(), tokens_["kept"]);
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  ASSERT_TRUE(Eventually([&] { return caller.Status().adapters_size() == 3; }));
  // Telemetry and watching are streams as well.
  auto south = rhumb::v1::South::NewStub(server.Connect());
  grpc::ClientContext telemetry_context;
  Prepare(&telemetry_context, tokens_["removed"]);
  const auto telemetry = south->StreamTelemetry(&telemetry_context);
  rhumb::v1::TelemetryReport report;
  report.set_sequence(1);
  rhumb::v1::TelemetryAnswer answer;
  ASSERT_TRUE(telemetry->Write(report));
  ASSERT_TRUE(telemetry->Read(&answer));
  auto north = rhumb::v1::North::NewStub(server.Connect());
  grpc::ClientContext watch_context;
  Prepare(&watch_context, tokens_["removed"]);
  const auto watch = north->WatchPlan(&watch_context, rhumb::v1::WatchPlanRequest());
  rhumb::v1::LivePlan plan;
  ASSERT_TRUE(watch->Read(&plan));

  ASSERT_TRUE(RemoveToken(config_.security.tokens, "removed").ok());
  ASSERT_TRUE(RemoveToken(config_.security.tokens, "lowered").ok());
  ASSERT_TRUE(AddToken(config_.security.tokens, "lowered", Role::kViewer, tokens_["lowered"]).ok());
  server.server().ReloadTokens();
  EXPECT_EQ(removed->WaitForEnd().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(lowered->WaitForEnd().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  while (telemetry->Read(&answer)) continue;
  EXPECT_EQ(telemetry->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  while (watch->Read(&plan)) continue;
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(Eventually([&] { return caller.Status().adapters_size() == 1; }));
  EXPECT_FALSE(kept->ended());
}

TEST_F(RevokedTest, TheHousekeeperSeesAChangedFileByItself) {
  LiveServer server(config_);
  TestAdapter::Options options{"adapter"};
  options.token = tokens_["removed"];
  TestAdapter adapter(server.Connect(), options);
  ASSERT_TRUE(Eventually([&] { return adapter.election().epoch() != 0; }));
  ASSERT_TRUE(RemoveToken(config_.security.tokens, "removed").ok());
  EXPECT_EQ(adapter.WaitForEnd().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace rhumb::testing
