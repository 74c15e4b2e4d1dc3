#include "controller/client/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "rhumb/v1/north.grpc.pb.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Fault(const ClientOptions& options) {
  return std::string(Connection::Open(options).status().message());
}

std::string WriteFile(const std::string& name, const std::string& content) {
  const std::string path = ::testing::TempDir() + "rhumb_connection_" + name;
  std::ofstream(path) << content;
  return path;
}

TEST(ConnectionTest, AddressWithoutPortIsRefused) {
  for (const char* server : {"", "host", "host:", ":7433", "host:0", "host:70000", "::1:7433"}) {
    ClientOptions options;
    options.server = server;
    EXPECT_THAT(Fault(options), HasSubstr("HOST:PORT")) << server;
  }
  for (const char* server : {"localhost:1", "127.0.0.1:7433", "[::1]:7433", "unix:/tmp/socket"}) {
    ClientOptions options;
    options.server = server;
    EXPECT_TRUE(Connection::Open(options).ok()) << server;
  }
}

TEST(ConnectionTest, PlaintextToAnotherMachineMustBeAskedFor) {
  ClientOptions options;
  options.server = "wan.example:7433";
  EXPECT_THAT(Fault(options), AllOf(HasSubstr("--plaintext"), HasSubstr("--ca")));
  options.plaintext = true;
  EXPECT_TRUE(Connection::Open(options).ok());
  options.tls = true;
  EXPECT_THAT(Fault(options), HasSubstr("contradicts"));
}

TEST(ConnectionTest, FilesAreCheckedBeforeAnythingIsSent) {
  ClientOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  EXPECT_THAT(Fault(options), AllOf(HasSubstr("--ca"), HasSubstr("/nonexistent/ca.pem")));
  options.ca_file = WriteFile("key", "-----BEGIN PRIVATE KEY-----\n");
  EXPECT_THAT(Fault(options), AllOf(HasSubstr("--ca"), HasSubstr("BEGIN CERTIFICATE")));
  options = ClientOptions();
  options.certificate_file = "some.pem";
  EXPECT_THAT(Fault(options), HasSubstr("--key"));
}

TEST(ConnectionTest, BadTokenFileIsNamedButItsContentIsNot) {
  ClientOptions options;
  options.token_file = WriteFile("token", "sec ret\nvalue");
  EXPECT_THAT(Fault(options), AllOf(HasSubstr(options.token_file), Not(HasSubstr("ret"))));
  options.token_file = WriteFile("empty", "\n");
  EXPECT_THAT(Fault(options), HasSubstr("empty"));
  options.token_file = WriteFile("good", "abc.DEF-1\n");
  EXPECT_TRUE(Connection::Open(options).ok());
}

TEST(ConnectionTest, ServerThatIsDownIsReportedWithItsAddress) {
  ClientOptions options;
  options.server = "127.0.0.1:1";  // nothing listens on tcpmux
  const auto connection = Connection::Open(options);
  ASSERT_TRUE(connection.ok());
  const auto north = rhumb::v1::North::NewStub(connection->channel());
  const auto status =
      Call(*connection, *north, &rhumb::v1::North::Stub::GetStatus, rhumb::v1::GetStatusRequest());
  EXPECT_TRUE(absl::IsUnavailable(status.status())) << status.status();
  EXPECT_THAT(std::string(status.status().message()), HasSubstr("cannot reach 127.0.0.1:1"));
}

// With three servers of which none is dialled.
class FollowTest : public ::testing::Test {
 protected:
  static CallError NotLeader(const std::string& leader) {
    CallError error;
    error.code = absl::StatusCode::kUnavailable;
    error.reason = "NOT_LEADER";
    error.leader = leader;
    return error;
  }
  static Connection Open() {
    ClientOptions options;
    options.server = "127.0.0.1:1,127.0.0.1:2,[::1]:3";
    return Connection::Open(options).value();
  }
  const Connection connection_ = Open();
};

TEST_F(FollowTest, GoesToTheLeaderThatWasNamed) {
  EXPECT_EQ(connection_.server(), "127.0.0.1:1");
  connection_.Follow(NotLeader("[::1]:3"), "127.0.0.1:1");
  EXPECT_EQ(connection_.server(), "[::1]:3");
}

TEST_F(FollowTest, GoesNowhereThatWasNotGiven) {
  connection_.Follow(NotLeader("stranger.example:7433"), "127.0.0.1:1");
  EXPECT_EQ(connection_.server(), "127.0.0.1:2");
}

TEST_F(FollowTest, GoesRoundWhileNobodyLeads) {
  for (const char* next : {"127.0.0.1:2", "[::1]:3", "127.0.0.1:1"}) {
    connection_.Follow(NotLeader(""), connection_.server());
    EXPECT_EQ(connection_.server(), next);
  }
}

TEST_F(FollowTest, StaysWithWhoAnsweredAndWhereAnotherCallHasGoneAlready) {
  CallError refused;
  refused.code = absl::StatusCode::kInvalidArgument;
  connection_.Follow(refused, "127.0.0.1:1");
  EXPECT_EQ(connection_.server(), "127.0.0.1:1");
  connection_.Follow(NotLeader(""), "127.0.0.1:1");
  connection_.Follow(NotLeader(""), "127.0.0.1:1");
  EXPECT_EQ(connection_.server(), "127.0.0.1:2");
}

TEST_F(FollowTest, EveryAddressOfAListIsChecked) {
  ClientOptions options;
  options.server = "127.0.0.1:1,wan.example:7433";
  EXPECT_THAT(Fault(options), AllOf(HasSubstr("wan.example:7433"), HasSubstr("--plaintext")));
  options.server = "127.0.0.1:1,";
  EXPECT_THAT(Fault(options), HasSubstr("HOST:PORT"));
}

TEST(BackoffTest, PausesDoubleUpToTheLongestAndStartAgain) {
  Backoff backoff(absl::Milliseconds(100), absl::Milliseconds(400));
  for (const int bound_ms : {100, 200, 400, 400, 400}) {
    const absl::Duration pause = backoff.Next();
    EXPECT_GE(pause, absl::Milliseconds(bound_ms) / 2);
    EXPECT_LE(pause, absl::Milliseconds(bound_ms));
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(100));
}

}  // namespace
}  // namespace rhumb
