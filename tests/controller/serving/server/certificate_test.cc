// TLS, mutual TLS, and certificates that change while the server runs.
#include <gtest/gtest.h>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/certificates.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/test_adapter.h"

namespace rhumb::testing {
namespace {

class CertificateTest : public ::testing::Test {
 protected:
  CertificateTest() {
    config_.security.certificate = TestPath("certificate.pem");
    config_.security.key = TestPath("key.pem");
    config_.security.refresh = absl::Seconds(1);
    Install(authority_.Issue("localhost", 3600));
  }
  void Install(const KeyPair& pair) {
    WritePrivate(config_.security.key, pair.key);
    WritePrivate(config_.security.certificate, pair.certificate);
  }
  void DemandClientCertificates() {
    config_.security.client_authorities = TestPath("clients.pem");
    WritePrivate(config_.security.client_authorities, clients_.certificate());
  }
  static std::shared_ptr<grpc::ChannelCredentials> Trust(const Authority& authority,
                                                         const KeyPair& own = {}) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = authority.certificate();
    options.pem_private_key = own.key;
    options.pem_cert_chain = own.certificate;
    return grpc::SslCredentials(options);
  }
  static grpc::Status Ask(const LiveServer& server,
                          const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    auto stub = rhumb::v1::North::NewStub(server.Connect(credentials));
    grpc::ClientContext context;
    Prepare(&context);
    rhumb::v1::ControllerStatus status;
    return stub->GetStatus(&context, rhumb::v1::GetStatusRequest(), &status);
  }

  bool HealthOf(const LiveServer& server, const std::string& service) {
    auto stub = grpc::health::v1::Health::NewStub(server.Connect(Trust(authority_)));
    grpc::ClientContext context;
    Prepare(&context);
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    const grpc::Status status = stub->Check(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
  }

  ServeConfig config_ = TestConfig();
  Authority authority_{"servers"}, clients_{"clients"}, strangers_{"strangers"};
};

TEST_F(CertificateTest, AClientThatTrustsTheAuthorityIsServedOthersAreNot) {
  LiveServer server(config_);
  const grpc::Status served = Ask(server, Trust(authority_));
  EXPECT_TRUE(served.ok()) << served.error_message();
  EXPECT_EQ(Ask(server, Trust(strangers_)).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Ask(server, grpc::InsecureChannelCredentials()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(CertificateTest, MutualTlsServesOnlyClientsWithACertificateOfTheAuthority) {
  DemandClientCertificates();
  LiveServer server(config_);
  const grpc::Status served = Ask(server, Trust(authority_, clients_.Issue("adapter", 3600)));
  EXPECT_TRUE(served.ok()) << served.error_message();
  EXPECT_FALSE(Ask(server, Trust(authority_)).ok());
  EXPECT_FALSE(Ask(server, Trust(authority_, strangers_.Issue("adapter", 3600))).ok());
}

TEST_F(CertificateTest, AnExpiredClientCertificateIsRefused) {
  DemandClientCertificates();
  LiveServer server(config_);
  EXPECT_EQ(Ask(server, Trust(authority_, clients_.Issue("adapter", -60))).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Ask(server, Trust(authority_, clients_.Issue("adapter", 3600))).ok());
}

TEST_F(CertificateTest, ANewCertificateIsUsedWithoutARestartAndOpenConnectionsStay) {
  LiveServer server(config_);
  Caller open(server.Connect(Trust(authority_)));
  EXPECT_FALSE(open.Status().ready());
  const Authority next("next servers");
  Install(next.Issue("localhost", 3600, 3));
  EXPECT_TRUE(Eventually([&] { return Ask(server, Trust(next)).ok(); }));
  EXPECT_EQ(Ask(server, Trust(authority_)).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(open.Status().ready());  // answers on the connection of before
}

// As most tools replace files: one after the other, and not always right.
TEST_F(CertificateTest, AKeyWithoutItsCertificateDoesNotDropThePairThatHolds) {
  LiveServer server(config_);
  ASSERT_TRUE(Ask(server, Trust(authority_)).ok());
  const KeyPair next = authority_.Issue("localhost", 3600, 3);
  WritePrivate(config_.security.key, next.key);
  Caller caller(server.Connect(Trust(authority_)));
  EXPECT_TRUE(Eventually([&] { return !HealthOf(server, "rhumb.certificates"); }));
  EXPECT_TRUE(Ask(server, Trust(authority_)).ok());
  WritePrivate(config_.security.certificate, "nonsense");
  EXPECT_TRUE(Ask(server, Trust(authority_)).ok());
  WritePrivate(config_.security.certificate, next.certificate);
  EXPECT_TRUE(Eventually([&] { return HealthOf(server, "rhumb.certificates"); }));
  EXPECT_TRUE(Ask(server, Trust(authority_)).ok());
}

TEST_F(CertificateTest, StreamsAndConnectionsOfAnAuthorityThatWasRemovedEnd) {
  DemandClientCertificates();
  const Authority others("other clients");
  WritePrivate(config_.security.client_authorities, clients_.certificate() + others.certificate());
  LiveServer server(config_);
  const auto removed = server.Connect(Trust(authority_, clients_.Issue("adapter", 3600)));
  const auto kept = server.Connect(Trust(authority_, others.Issue("adapter", 3600)));
  TestAdapter ends(removed, {"ends"});
  TestAdapter stays(kept, {"stays"});
  Caller removed_caller(removed), kept_caller(kept);
  ASSERT_TRUE(Eventually([&] { return kept_caller.Status().adapters_size() == 2; }));
  WritePrivate(config_.security.client_authorities, others.certificate());
  EXPECT_EQ(ends.WaitForEnd().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  rhumb::v1::ControllerStatus status;
  EXPECT_EQ(removed_caller
                .Call(removed_caller.north(), &rhumb::v1::North::Stub::GetStatus,
                      rhumb::v1::GetStatusRequest(), &status)
                .error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(Eventually([&] { return kept_caller.Status().adapters_size() == 1; }));
  EXPECT_FALSE(stays.ended());
}

}  // namespace
}  // namespace rhumb::testing
