// TLS, mutual TLS, and certificates that change while the server runs.
#include <gtest/gtest.h>

#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/certificates.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"

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

}  // namespace
}  // namespace rhumb::testing
