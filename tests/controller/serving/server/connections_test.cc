// How many connections the server keeps, and whose.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/serving/access/token_file.h"
#include "controller/serving/server/connection_table.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

// A TCP connection to a port of this machine that says nothing.
class SilentConnection {
 public:
  explicit SilentConnection(int port) : file_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open_ = connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~SilentConnection() { close(file_); }
  SilentConnection(const SilentConnection&) = delete;
  SilentConnection& operator=(const SilentConnection&) = delete;

  // The server has not hung up.
  bool open() {
    char buffer[512];
    while (open_) {
      const ssize_t got = recv(file_, buffer, sizeof(buffer), MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      if (got <= 0) open_ = false;
    }
    return open_;
  }

 private:
  const int file_;
  bool open_ = false;
};

using Silent = std::vector<std::unique_ptr<SilentConnection>>;

Silent OpenSilent(int count, int port) {
  Silent connections;
  for (int i = 0; i < count; ++i) connections.push_back(std::make_unique<SilentConnection>(port));
  return connections;
}

int NumOpen(Silent& connections) {
  int open = 0;
  for (const auto& connection : connections) open += connection->open() ? 1 : 0;
  return open;
}

TEST(ConnectionsTest, ANewcomerTakesThePlaceOfTheStrangerWhoCameFirst) {
  ServeConfig config = TestConfig();
  config.gate.stranger_connections = 8;
  LiveServer server(config);
  Silent strangers = OpenSilent(20, server.server().port());
  EXPECT_TRUE(Eventually([&] { return NumOpen(strangers) == 8; })) << NumOpen(strangers);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(strangers[i]->open(), i >= 12) << i;
}

TEST(ConnectionsTest, WhoeverWasAdmittedStaysWhileStrangersComeAndGo) {
  ServeConfig config = TestConfig();
  config.gate.stranger_connections = 4;
  config.security.tokens = TestPath("tokens");
  const std::string token = NewToken();
  ASSERT_TRUE(AddToken(config.security.tokens, "adapter", Role::kAdapter, token).ok());
  LiveServer server(config);
  const auto channel = server.Connect();
  Caller adapter(channel, token);
  ASSERT_TRUE(adapter.SetTopology(Diamond()).ok());
  // A client with a wrong token is a stranger whatever it calls.
  const auto other_channel = server.Connect();
  Caller other(other_channel, "wrong");
  EXPECT_EQ(other.SetTopology(Diamond()).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  Silent strangers = OpenSilent(40, server.server().port());
  ASSERT_TRUE(Eventually([&] { return NumOpen(strangers) == 4; })) << NumOpen(strangers);
  EXPECT_TRUE(Eventually([&] { return other_channel->GetState(false) != GRPC_CHANNEL_READY; }));
  EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY);
  EXPECT_TRUE(adapter.SetLink("A>B", false).ok());
  EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY);
}

TEST(ConnectionsTest, AnAdapterIsServedWhileStrangersHoldAllTheirPlaces) {
  ServeConfig config = TestConfig();
  config.gate.stranger_connections = 4;
  LiveServer server(config);
  Silent strangers = OpenSilent(40, server.server().port());
  Caller adapter(server.Connect());
  EXPECT_TRUE(adapter.SetTopology(Diamond()).ok());
}

TEST(ConnectionsTest, AConnectionThatEndsGivesItsPlaceBack) {
  ServeConfig config = TestConfig();
  config.gate.connections = 2;
  LiveServer server(config);
  auto first = server.Connect(), second = server.Connect();
  ASSERT_TRUE(Caller(first).SetTopology(Diamond()).ok());
  ASSERT_TRUE(Caller(second).SetTopology(Diamond()).ok());
  // Both places are taken by callers who are known.
  Silent refused = OpenSilent(3, server.server().port());
  EXPECT_TRUE(Eventually([&] { return NumOpen(refused) == 0; }));
  EXPECT_EQ(first->GetState(false), GRPC_CHANNEL_READY);
  first.reset();
  EXPECT_TRUE(Eventually([&] { return Caller(server.Connect()).SetTopology(Diamond()).ok(); }));
}

TEST(ConnectionsTest, AddressesOfBothFamiliesAreNamedAsCallsNameThem) {
  for (const auto& [listen, connect] :
       {std::pair<std::string, std::string>{"[::1]:0", "[::1]"}, {"[::]:0", "127.0.0.1"}}) {
    ServeConfig config = TestConfig();
    config.server.listen = listen;
    config.security.allow_plaintext = config.security.allow_anonymous = true;
    config.gate.stranger_connections = 1;
    ServerOptions options;
    options.config = config;
    options.policies = MakePolicy;
    auto server = Server::Start(std::move(options));
    if (!server.ok()) GTEST_SKIP() << "this machine has no IPv6: " << server.status();
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto target = absl::StrCat(connect, ":", (*server)->port());
    const auto channel = grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), own);
    ASSERT_TRUE(Caller(channel).SetTopology(Diamond()).ok()) << listen;
    // The only stranger, were it not known by its name.
    const auto second = grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), own);
    ASSERT_TRUE(Caller(second).SetTopology(Diamond()).ok()) << listen;
    EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY) << listen;
  }
}

TEST(ConnectionTableTest, ALineOfStrangersIsServedInTurnAndKnownOnesLeaveIt) {
  GateLimits limits;
  limits.connections = 3;
  limits.stranger_connections = 2;
  ConnectionTable table(limits);
  EXPECT_TRUE(table.Add("a").empty());
  EXPECT_TRUE(table.Add("b").empty());
  table.Know("a");
  EXPECT_TRUE(table.Add("c").empty());
  EXPECT_EQ(table.Add("d"), std::vector<std::string>{"b"});
  table.Know("c");
  table.Know("d");
  EXPECT_EQ(table.Add("e"), std::vector<std::string>{"e"});
  table.Remove("c");
  table.Remove("c");
  EXPECT_TRUE(table.Add("f").empty());
  // A port that is used again is a new stranger.
  EXPECT_TRUE(table.Add("f").empty());
  EXPECT_EQ(table.size(), 3);
}

}  // namespace
}  // namespace rhumb::testing
