#include "controller/serving/configuration/certificate_files.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != EOF && !(text << file.rdbuf()))) {
    return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  return text.str();
}

Bio Over(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
}

Certificate NextCertificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), &X509_free);
}

// Never asks on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

absl::Time ToTime(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfiniteFuture();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

absl::Status CheckMode(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || (info.st_mode & 077) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrFormat("%s: others may read or write this key (mode %04o); run `chmod 600 %s`", path,
                      info.st_mode & 07777, path));
}

absl::Status CheckPair(const CertificatePaths& paths, Certificates* read) {
  const Certificate certificate = NextCertificate(Over(read->certificate).get());
  if (!certificate) {
    return absl::InvalidArgumentError(
        absl::StrCat(paths.certificate, ": does not begin with a certificate in PEM form"));
  }
  if (auto status = CheckMode(paths.key); !status.ok()) return status;
  const Key key(PEM_read_bio_PrivateKey(Over(read->key).get(), nullptr, &NoPassphrase, nullptr),
                &EVP_PKEY_free);
  if (!key) {
    return absl::InvalidArgumentError(
        absl::StrCat(paths.key, ": is not a private key in PEM form without a passphrase"));
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: is not the key of %s", paths.key, paths.certificate));
  }
  if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) <= 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(paths.certificate, ": has expired; replace it"));
  }
  if (X509_cmp_current_time(X509_get0_notBefore(certificate.get())) > 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(paths.certificate, ": is not valid yet; check it and this machine's clock"));
  }
  read->expires = ToTime(X509_get0_notAfter(certificate.get()));
  return absl::OkStatus();
}

absl::Status CheckHoldsCertificate(const std::string& path, const std::string& text) {
  if (NextCertificate(Over(text).get())) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": holds no certificate in PEM form"));
}

}  // namespace

absl::StatusOr<Certificates> ReadCertificates(const CertificatePaths& paths) {
  Certificates read;
  const std::pair<const std::string*, std::string*> files[] = {
      {&paths.certificate, &read.certificate},
      {&paths.key, &read.key},
      {&paths.authorities, &read.authorities}};
  for (const auto& [path, text] : files) {
    if (path->empty()) continue;
    auto content = ReadText(*path);
    if (!content.ok()) return content.status();
    *text = *std::move(content);
  }
  if (auto status = CheckPair(paths, &read); !status.ok()) return status;
  if (!paths.authorities.empty()) {
    if (auto s = CheckHoldsCertificate(paths.authorities, read.authorities); !s.ok()) return s;
  }
  return read;
}

absl::Status CheckCertificateAndKey(const std::string& certificate, const std::string& key) {
  return ReadCertificates({certificate, key, ""}).status();
}

absl::Status CheckAuthorities(const std::string& path) {
  const auto text = ReadText(path);
  return text.ok() ? CheckHoldsCertificate(path, *text) : text.status();
}

bool LeadsToAuthority(const std::string& chain, const std::string& authorities) {
  const std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(X509_STORE_new(),
                                                                 &X509_STORE_free);
  const Bio trusted = Over(authorities);
  while (const Certificate authority = NextCertificate(trusted.get())) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  const Bio shown = Over(chain);
  const Certificate own = NextCertificate(shown.get());
  if (!own) return false;
  std::vector<Certificate> kept;
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> others(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  while (Certificate other = NextCertificate(shown.get())) {
    sk_X509_push(others.get(), other.get());
    kept.push_back(std::move(other));
  }
  const std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)> context(X509_STORE_CTX_new(),
                                                                           &X509_STORE_CTX_free);
  if (X509_STORE_CTX_init(context.get(), store.get(), own.get(), others.get()) != 1) return false;
  return X509_verify_cert(context.get()) == 1;
}

}  // namespace rhumb
