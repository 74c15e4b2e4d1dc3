#include "controller/serving/etcd/etcd_client.h"

#include <gmock/gmock.h>

#include "tests/controller/serving/etcd/test_etcd.h"
#include "tests/controller/serving/server/certificates.h"

namespace rhumb {
namespace {

using testing::Authority;
using testing::Eventually;
using testing::KeyPair;
using testing::OpenEtcd;
using testing::Patience;
using testing::WritePrivate;

etcdserverpb::RangeRequest AnyRange() {
  etcdserverpb::RangeRequest request;
  request.set_key("/any");
  return request;
}

TEST(EtcdClientTest, NeedsAnEndpointAndReadableFiles) {
  EXPECT_EQ(EtcdClient::Open({}).status().code(), absl::StatusCode::kInvalidArgument);
  EtcdOptions options;
  options.endpoints = {"127.0.0.1:1"};
  options.authorities = "/none.pem";
  EXPECT_THAT(std::string(EtcdClient::Open(options).status().message()),
              ::testing::HasSubstr("store.authorities"));
}

TEST(EtcdClientTest, SaysThatNobodyAnswersWhenItsTimeIsOver) {
  EtcdOptions options;
  options.endpoints = {"127.0.0.1:1", "127.0.0.1:2"};
  const auto client = OpenEtcd(options);
  const absl::Status status =
      client->Range(AnyRange(), SteadyNow() + absl::Milliseconds(200)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("127.0.0.1:"));
}

TEST(EtcdClientTest, GoesOnWithAnotherMemberWhenOneIsKilledOrPaused) {
  testing::EtcdCluster cluster(3);
  ASSERT_TRUE(cluster.running());
  EtcdOptions options;
  options.endpoints = cluster.endpoints();
  const auto client = OpenEtcd(options);
  ASSERT_TRUE(client->Range(AnyRange(), Patience()).ok());

  for (int member = 0; member < 3; ++member) {
    cluster.Signal(member, SIGSTOP);
    const absl::Status status = client->Range(AnyRange(), Patience()).status();
    EXPECT_TRUE(status.ok()) << member << " paused: " << status;
    cluster.Signal(member, SIGCONT);
  }
  for (int member = 0; member < 3; ++member) {
    cluster.Kill(member);
    const absl::Status status = client->Range(AnyRange(), Patience()).status();
    EXPECT_TRUE(status.ok()) << member << " killed: " << status;
    cluster.Start(member);
  }
}

TEST(EtcdClientTest, SpeaksTlsWithACertificateOfItsOwn) {
  const std::string path = ::testing::TempDir() + "rhumb_etcd_tls_";
  const Authority authority("etcd's"), stranger("another");
  const KeyPair server = authority.Issue("localhost", 3600), own = authority.Issue("rhumb", 3600);
  WritePrivate(path + "ca", authority.certificate());
  WritePrivate(path + "strangers", stranger.certificate());
  WritePrivate(path + "server", server.certificate);
  WritePrivate(path + "server_key", server.key);
  WritePrivate(path + "own", own.certificate);
  WritePrivate(path + "own_key", own.key);
  testing::EtcdCluster cluster(1, {path + "ca", path + "server", path + "server_key"});
  ASSERT_TRUE(cluster.running());
  EtcdOptions options;
  options.endpoints = cluster.endpoints();
  options.authorities = path + "ca";
  options.certificate = path + "own";
  options.key = path + "own_key";
  const auto client = OpenEtcd(options);
  const auto answered = client->Range(AnyRange(), Patience());
  EXPECT_TRUE(answered.ok()) << answered.status();

  EtcdOptions without = options;
  without.certificate = without.key = "";
  EXPECT_FALSE(OpenEtcd(without)->Range(AnyRange(), SteadyNow() + absl::Seconds(1)).ok());
  EtcdOptions trusts_others = options;
  trusts_others.authorities = path + "strangers";
  EXPECT_FALSE(OpenEtcd(trusts_others)->Range(AnyRange(), SteadyNow() + absl::Seconds(1)).ok());
}

}  // namespace
}  // namespace rhumb
