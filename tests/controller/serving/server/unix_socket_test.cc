// The path of a Unix-domain socket belongs to whoever listens there.
#include <gtest/gtest.h>

#include <fstream>

#include "agents/registry/policy_registry.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"

namespace rhumb::testing {
namespace {

absl::Status StartOn(const ServeConfig& config) {
  ServerOptions options;
  options.config = config;
  options.policies = MakePolicy;
  return Server::Start(std::move(options)).status();
}

TEST(UnixSocketTest, ASocketInUseIsNotTakenOver) {
  ServeConfig config = TestConfig();
  config.server.unix_socket = TestPath("socket");
  LiveServer server(config);
  EXPECT_EQ(StartOn(config).code(), absl::StatusCode::kUnavailable);
  Caller caller(
      grpc::CreateChannel("unix:" + config.server.unix_socket, grpc::InsecureChannelCredentials()));
  EXPECT_FALSE(caller.Status().ready());  // answers
}

TEST(UnixSocketTest, AnotherKindOfFileIsLeftAlone) {
  ServeConfig config = TestConfig();
  config.server.unix_socket = TestPath("socket");
  std::ofstream(config.server.unix_socket) << "precious";
  EXPECT_EQ(StartOn(config).code(), absl::StatusCode::kUnavailable);
  std::string text;
  std::ifstream(config.server.unix_socket) >> text;
  EXPECT_EQ(text, "precious");
}

}  // namespace
}  // namespace rhumb::testing
