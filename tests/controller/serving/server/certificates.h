// Certificates for tests, made on the spot.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_CERTIFICATES_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

namespace rhumb::testing {

struct KeyPair {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

// An authority with its own key, which signs certificates for "localhost".
class Authority {
 public:
  explicit Authority(const std::string& name) : key_(EVP_EC_gen("P-256")) {
    certificate_ = Sign(name, key_, nullptr, 1, 3600, true);
  }
  ~Authority() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  std::string certificate() const { return ToPem(certificate_); }

  // Valid from an hour ago until `valid_s` from now, which may be negative.
  KeyPair Issue(const std::string& name, long valid_s, long serial = 2) const {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = Sign(name, key, this, serial, valid_s, false);
    KeyPair pair{ToPem(certificate), KeyToPem(key)};
    X509_free(certificate);
    EVP_PKEY_free(key);
    return pair;
  }

 private:
  static X509* Sign(const std::string& name, EVP_PKEY* key, const Authority* issuer, long serial,
                    long valid_s, bool authority) {
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate), valid_s);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate,
                         X509_get_subject_name(issuer ? issuer->certificate_ : certificate));
    auto extend = [&](int id, const char* value) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
      X509_add_ext(certificate, extension, -1);
      X509_EXTENSION_free(extension);
    };
    extend(NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (!authority) extend(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_sign(certificate, issuer ? issuer->key_ : key, EVP_sha256());
    return certificate;
  }
  template <typename Write>
  static std::string Pem(Write write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, size);
    BIO_free(bio);
    return text;
  }
  static std::string ToPem(X509* certificate) {
    return Pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
  }
  static std::string KeyToPem(EVP_PKEY* key) {
    return Pem([&](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  EVP_PKEY* key_;
  X509* certificate_;
};

// Mode 0600, replaced as a whole.
inline void WritePrivate(const std::string& path, const std::string& text) {
  const std::string next = path + ".new";
  std::ofstream(next) << text;
  chmod(next.c_str(), 0600);
  std::rename(next.c_str(), path.c_str());
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_CERTIFICATES_H_
