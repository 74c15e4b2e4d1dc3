// Reads and checks PEM files before gRPC gets them, which says little when they are wrong.
#ifndef RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_FILES_H_
#define RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rhumb {

struct CertificatePaths {
  std::string certificate;
  std::string key;
  std::string authorities;  // empty: clients need no certificate
};

// What the files hold, as PEM.
struct Certificates {
  std::string certificate;
  std::string key;
  std::string authorities;
  absl::Time expires;  // of the server's own

  bool operator==(const Certificates& other) const {
    return certificate == other.certificate && key == other.key && authorities == other.authorities;
  }
};

// NotFound when one cannot be read; FailedPrecondition when others may read the key, the
// certificate has expired or is not valid yet; InvalidArgument when they are not PEM, the key is
// not that of the certificate, or there are authorities' files without one.
absl::StatusOr<Certificates> ReadCertificates(const CertificatePaths& paths);

// The same for a part of the files.
absl::Status CheckCertificateAndKey(const std::string& certificate, const std::string& key);
// InvalidArgument unless the file holds at least one certificate.
absl::Status CheckAuthorities(const std::string& path);

// Whether the first certificate of `chain` is vouched for by one of `authorities`, by way of the
// others, and is valid now.
bool LeadsToAuthority(const std::string& chain, const std::string& authorities);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_FILES_H_
