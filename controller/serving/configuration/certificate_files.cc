#include "controller/serving/configuration/certificate_files.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

File Open(const std::string& path) { return File(std::fopen(path.c_str(), "rb"), &std::fclose); }

absl::Status Unreadable(const std::string& path) {
  return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
}

// Never asks on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

}  // namespace

absl::Status CheckCertificateAndKey(const std::string& certificate_path,
                                    const std::string& key_path) {
  const File certificate_file = Open(certificate_path);
  if (!certificate_file) return Unreadable(certificate_path);
  const Certificate certificate(PEM_read_X509(certificate_file.get(), nullptr, nullptr, nullptr),
                                &X509_free);
  if (!certificate) {
    return absl::InvalidArgumentError(
        absl::StrCat(certificate_path, ": does not begin with a certificate in PEM form"));
  }
  const File key_file = Open(key_path);
  if (!key_file) return Unreadable(key_path);
  struct stat info;
  if (fstat(fileno(key_file.get()), &info) == 0 && (info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: others may read or write this key (mode %04o); run `chmod 600 %s`",
                        key_path, info.st_mode & 07777, key_path));
  }
  const Key key(PEM_read_PrivateKey(key_file.get(), nullptr, &NoPassphrase, nullptr),
                &EVP_PKEY_free);
  if (!key) {
    return absl::InvalidArgumentError(
        absl::StrCat(key_path, ": is not a private key in PEM form without a passphrase"));
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: is not the key of %s", key_path, certificate_path));
  }
  if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) <= 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(certificate_path, ": has expired; replace it"));
  }
  if (X509_cmp_current_time(X509_get0_notBefore(certificate.get())) > 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(certificate_path, ": is not valid yet; check it and this machine's clock"));
  }
  return absl::OkStatus();
}

absl::Status CheckAuthorities(const std::string& path) {
  const File file = Open(path);
  if (!file) return Unreadable(path);
  const Certificate certificate(PEM_read_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
  if (certificate) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": holds no certificate in PEM form"));
}

}  // namespace rhumb
