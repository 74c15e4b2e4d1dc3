// The certificates that hold now, and how new ones take their place.
#ifndef RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_KEEPER_H_
#define RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_KEEPER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/serving/configuration/certificate_files.h"

namespace rhumb {

// Files that are replaced one after the other are good again only when the last one is: until all
// fit together, what held before holds on. Safe to call from any thread.
class CertificateKeeper {
 public:
  explicit CertificateKeeper(CertificatePaths paths) : paths_(std::move(paths)) {}

  // Reads the files; the first time, there is nothing to fall back on. True when others hold now.
  // An error, as of ReadCertificates, leaves what holds.
  absl::StatusOr<bool> Refresh();

  // Null before the first good Refresh.
  std::shared_ptr<const Certificates> current() const;
  // Grows whenever others hold.
  uint64_t generation() const;
  // Why what is in the files does not hold: not OK from the second Refresh in a row that finds the
  // same fault, for somebody may be in the middle of replacing them.
  absl::Status problem() const;

  // Whether a client that showed this chain (PEM, its own certificate first) would be let in now.
  // Unauthenticated when not. OK when clients need no certificate. Remembers its answers.
  absl::Status CheckClient(const std::string& chain) const;

 private:
  const CertificatePaths paths_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Certificates> current_ ABSL_GUARDED_BY(mutex_);
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status last_fault_ ABSL_GUARDED_BY(mutex_);
  absl::Status problem_ ABSL_GUARDED_BY(mutex_);
  mutable absl::flat_hash_map<std::string, bool> clients_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CONFIGURATION_CERTIFICATE_KEEPER_H_
