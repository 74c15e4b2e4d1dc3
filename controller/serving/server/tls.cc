#include "controller/serving/server/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>

namespace rhumb {

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const ServeConfig& config) {
  const auto& security = config.security;
  if (security.certificate.empty()) return grpc::InsecureServerCredentials();
  const auto refresh_s =
      static_cast<unsigned>(std::max<int64_t>(1, absl::ToInt64Seconds(security.refresh)));
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          security.key, security.certificate, security.client_authorities, refresh_s));
  options.watch_identity_key_cert_pairs();
  if (!security.client_authorities.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace rhumb
