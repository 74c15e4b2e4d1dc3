// Checks PEM files before gRPC gets them, which says little when they are wrong.
#ifndef RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_FILES_H_
#define RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_FILES_H_

#include <string>

#include "absl/status/status.h"

namespace rhumb {

// NotFound when one cannot be read; FailedPrecondition when others may read the key, the
// certificate has expired or is not valid yet; InvalidArgument when they are not PEM or the key is
// not that of the certificate.
absl::Status CheckCertificateAndKey(const std::string& certificate, const std::string& key);
// InvalidArgument unless the file holds at least one certificate.
absl::Status CheckAuthorities(const std::string& path);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_FILES_H_
