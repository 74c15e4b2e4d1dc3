// TLS as the HTTP server speaks it: what it shows to clients, and what they showed.
#ifndef RHUMB_CONTROLLER_SERVING_HTTP_TLS_SESSION_H_
#define RHUMB_CONTROLLER_SERVING_HTTP_TLS_SESSION_H_

#include <openssl/ossl_typ.h>

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "controller/serving/configuration/certificate_files.h"

namespace rhumb {

// TLS 1.2 or later; clients must show a certificate when `held` has authorities. InvalidArgument
// when OpenSSL does not take what is held.
absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(const Certificates& held);

// PEM, the peer's own certificate first; empty when it showed none.
std::string CertificateOf(SSL* ssl);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_HTTP_TLS_SESSION_H_
