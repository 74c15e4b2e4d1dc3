// Tokens, what their roles may do, and that none of them reaches a log.
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <sstream>

#include "agents/registry/policy_registry.h"
#include "controller/serving/access/token_file.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/error_details.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

class RolesTest : public ::testing::Test {
 protected:
  RolesTest() {
    config_.security.tokens = TestPath("tokens");
    viewer_ = Add("vera", Role::kViewer);
    adapter_ = Add("ada", Role::kAdapter);
    operator_ = Add("otto", Role::kOperator);
  }
  std::string Add(const std::string& name, Role role) {
    const std::string token = NewToken();
    EXPECT_TRUE(AddToken(config_.security.tokens, name, role, token).ok());
    return token;
  }
  static grpc::StatusCode AskStatus(const LiveServer& server, const std::string& token) {
    Caller caller(server.Connect(), token);
    rhumb::v1::ControllerStatus status;
    return caller
        .Call(caller.north(), &rhumb::v1::North::Stub::GetStatus, rhumb::v1::GetStatusRequest(),
              &status)
        .error_code();
  }

  ServeConfig config_ = TestConfig();
  std::string viewer_, adapter_, operator_;
};

TEST_F(RolesTest, WithoutAKnownTokenNothingIsAnswered) {
  LiveServer server(config_);
  EXPECT_EQ(AskStatus(server, ""), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(AskStatus(server, NewToken()), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(AskStatus(server, viewer_), grpc::StatusCode::OK);
}

TEST_F(RolesTest, EachRoleMayDoItsOwnAndNoMore) {
  LiveServer server(config_);
  Caller viewer(server.Connect(), viewer_), adapter(server.Connect(), adapter_),
      op(server.Connect(), operator_);
  const grpc::Status refused = viewer.SetTopology(Diamond());
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(refused), "ACCESS");
  EXPECT_TRUE(adapter.SetTopology(Diamond()).ok());
  EXPECT_EQ(viewer.Drain("A-B").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(adapter.Drain("A-B").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(viewer.Status().drained_links_size(), 0);
  EXPECT_TRUE(op.Drain("A-B").ok());
  EXPECT_EQ(viewer.Status().drained_links_size(), 2);
}

TEST_F(RolesTest, AViewerGetsNoPlanStream) {
  LiveServer server(config_);
  TestAdapter::Options options;
  options.token = viewer_;
  TestAdapter stream(server.Connect(), options);
  EXPECT_EQ(stream.WaitForEnd().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(RolesTest, TheAuditNamesTheToken) {
  LiveServer server(config_);
  Caller adapter(server.Connect(), adapter_), op(server.Connect(), operator_);
  ASSERT_TRUE(adapter.SetTopology(Diamond()).ok());
  ASSERT_TRUE(op.Drain("A-B").ok());
  rhumb::v1::ListAuditResponse audit;
  ASSERT_TRUE(
      op.Call(op.north(), &rhumb::v1::North::Stub::ListAudit, rhumb::v1::ListAuditRequest(), &audit)
          .ok());
  ASSERT_EQ(audit.records_size(), 2);
  EXPECT_EQ(audit.records(0).who(), "otto");
  EXPECT_EQ(audit.records(0).action(), "DrainLink");
  EXPECT_EQ(audit.records(1).who(), "ada");
  rhumb::v1::ListAuditResponse refused;
  EXPECT_EQ(adapter
                .Call(adapter.north(), &rhumb::v1::North::Stub::ListAudit,
                      rhumb::v1::ListAuditRequest(), &refused)
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(RolesTest, TokensThatAreAddedOrRemovedHoldWithoutARestart) {
  LiveServer server(config_);
  const std::string added = Add("new", Role::kViewer);
  EXPECT_TRUE(Eventually([&] { return AskStatus(server, added) == grpc::StatusCode::OK; }));
  ASSERT_TRUE(RemoveToken(config_.security.tokens, "vera").ok());
  EXPECT_TRUE(
      Eventually([&] { return AskStatus(server, viewer_) == grpc::StatusCode::UNAUTHENTICATED; }));
}

TEST_F(RolesTest, AFileThatOthersMayReadIsNotTaken) {
  LiveServer server(config_);
  const std::string added = Add("new", Role::kViewer);
  ASSERT_TRUE(Eventually([&] { return AskStatus(server, added) == grpc::StatusCode::OK; }));
  ASSERT_TRUE(RemoveToken(config_.security.tokens, "new").ok());
  ASSERT_EQ(chmod(config_.security.tokens.c_str(), 0644), 0);
  server.server().ReloadTokens();
  ServerOptions options;
  options.config = config_;
  options.policies = MakePolicy;
  EXPECT_EQ(Server::Start(std::move(options)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(RolesTest, NoTokenReachesALog) {
  std::ostringstream log;
  auto before = spdlog::default_logger();
  auto logger = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
  logger->set_level(spdlog::level::trace);
  spdlog::set_default_logger(logger);
  const std::string unknown = NewToken();
  {
    LiveServer server(config_);
    Caller op(server.Connect(), operator_);
    EXPECT_TRUE(op.SetTopology(Diamond()).ok());
    EXPECT_TRUE(op.Drain("A-B").ok());
    AskStatus(server, unknown);
    AskStatus(server, viewer_);
    server.server().ReloadTokens();
  }
  spdlog::set_default_logger(before);
  ASSERT_FALSE(log.str().empty());
  for (const std::string& token : {viewer_, adapter_, operator_, unknown}) {
    EXPECT_EQ(log.str().find(token), std::string::npos);
  }
}

}  // namespace
}  // namespace rhumb::testing
