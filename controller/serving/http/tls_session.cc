#include "controller/serving/http/tls_session.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>

#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

namespace asio = boost::asio;

std::string PemOf(X509* certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) return "";
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);  // NOLINT: OpenSSL's type
  return std::string(bytes, size);
}

}  // namespace

std::string CertificateOf(SSL* ssl) {
  const std::unique_ptr<X509, decltype(&X509_free)> own(SSL_get_peer_certificate(ssl), &X509_free);
  if (own == nullptr) return "";
  std::string chain = PemOf(own.get());
  const STACK_OF(X509)* others = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; others != nullptr && i < sk_X509_num(others); ++i) {
    chain += PemOf(sk_X509_value(others, i));
  }
  return chain;
}

absl::StatusOr<std::shared_ptr<asio::ssl::context>> MakeTlsContext(const Certificates& held) {
  using asio::ssl::context;
  auto made = std::make_shared<context>(context::tls_server);
  SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
  // No session goes on: whoever comes back shows its certificate again.
  SSL_CTX_set_session_cache_mode(made->native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(made->native_handle(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  boost::system::error_code error;
  made->use_certificate_chain(asio::buffer(held.certificate), error);
  if (!error) made->use_private_key(asio::buffer(held.key), context::pem, error);
  if (!error && !held.authorities.empty()) {
    made->add_certificate_authority(asio::buffer(held.authorities), error);
    made->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  }
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("security.certificate: TLS does not take it: ", error.message()));
  }
  return made;
}

}  // namespace rhumb
