#include "controller/serving/server/tls.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <string>

namespace rhumb {
namespace {

// gRPC's own provider, which watches files, takes a key without its certificate for good, and with
// it drops the pair that worked. Its C interface asks for a pair before every handshake instead.
class KeptCredentials final : public grpc::ServerCredentials {
 public:
  explicit KeptCredentials(const CertificateKeeper& keeper) : keeper_(keeper) {
    const bool mutual = !keeper.current()->authorities.empty();
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            mutual ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                   : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
            &KeptCredentials::Fetch, this));
  }
  ~KeptCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // gRPC calls it under a lock of its own.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    auto& credentials = *static_cast<KeptCredentials*>(self);
    const uint64_t generation = credentials.keeper_.generation();
    if (generation == credentials.given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const auto held = credentials.keeper_.current();
    const grpc_ssl_pem_key_cert_pair pair = {held->key.c_str(), held->certificate.c_str()};
    // gRPC insists on some authorities; where clients are not asked for a certificate it does
    // nothing with them.
    const std::string& authorities =
        held->authorities.empty() ? held->certificate : held->authorities;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    credentials.given_ = generation;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const CertificateKeeper& keeper_;
  grpc_server_credentials* credentials_;
  uint64_t given_ = 0;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const CertificateKeeper* keeper) {
  if (keeper == nullptr) return grpc::InsecureServerCredentials();
  return std::make_shared<KeptCredentials>(*keeper);
}

}  // namespace rhumb
