#include "controller/serving/configuration/certificate_keeper.h"

#include <utility>

namespace rhumb {
namespace {

constexpr size_t kMaxRemembered = 10'000;

}  // namespace

absl::StatusOr<bool> CertificateKeeper::Refresh() {
  absl::StatusOr<Certificates> read = ReadCertificates(paths_);
  absl::MutexLock lock(&mutex_);
  if (!read.ok()) {
    if (last_fault_ == read.status()) problem_ = read.status();
    last_fault_ = read.status();
    return read.status();
  }
  last_fault_ = problem_ = absl::OkStatus();
  if (current_ != nullptr && *current_ == *read) return false;
  current_ = std::make_shared<const Certificates>(*std::move(read));
  ++generation_;
  clients_.clear();
  return true;
}

std::shared_ptr<const Certificates> CertificateKeeper::current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

uint64_t CertificateKeeper::generation() const {
  absl::MutexLock lock(&mutex_);
  return generation_;
}

absl::Status CertificateKeeper::problem() const {
  absl::MutexLock lock(&mutex_);
  return problem_;
}

absl::Status CertificateKeeper::CheckClient(const std::string& chain) const {
  const absl::Status refused = absl::UnauthenticatedError(
      "no authority that this controller trusts now vouches for the client's certificate");
  std::shared_ptr<const Certificates> held;
  {
    absl::MutexLock lock(&mutex_);
    if (current_ == nullptr || current_->authorities.empty()) return absl::OkStatus();
    if (const auto known = clients_.find(chain); known != clients_.end()) {
      return known->second ? absl::OkStatus() : refused;
    }
    held = current_;
  }
  const bool trusted = LeadsToAuthority(chain, held->authorities);
  absl::MutexLock lock(&mutex_);
  if (held == current_) {
    if (clients_.size() >= kMaxRemembered) clients_.clear();
    clients_[chain] = trusted;
  }
  return trusted ? absl::OkStatus() : refused;
}

}  // namespace rhumb
