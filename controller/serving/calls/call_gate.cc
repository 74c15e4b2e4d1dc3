#include "controller/serving/calls/call_gate.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

// Streams of callers without a token, of all and of one address: they watch health, which a few
// balancers and probes do.
constexpr int kStrangers = 256;
constexpr int kStrangersOfPeer = 32;

absl::Status LimitError(absl::string_view message) {
  return RequestError(absl::StatusCode::kResourceExhausted, rhumb::v1::ERROR_REASON_LIMIT, message);
}

}  // namespace

absl::Status DrainingError() {
  return RequestError(absl::StatusCode::kUnavailable, rhumb::v1::ERROR_REASON_NOT_READY,
                      "the controller shuts down; try again, or another controller");
}

absl::StatusOr<Caller> CallGate::Admit(const Credentials& credentials, Role needed) {
  if (closed_) return DrainingError();
  auto caller = access_.Identify(credentials.authorization, credentials.address, needed);
  if (!caller.ok()) return caller;
  if (certificates_ != nullptr) {
    caller->certificate = credentials.certificate;
    if (auto status = CheckCertificate(*caller); !status.ok()) return status;
  }
  if (auto status = CountMessage(*caller); !status.ok()) return status;
  caller->leader_only = credentials.leader_only;
  if (auto status = CheckLeadsFor(*caller, needed); !status.ok()) return status;
  return caller;
}

absl::Status CallGate::AdmitAgain(const Caller& caller, Role needed) {
  if (closed_) return DrainingError();
  if (auto status = StillAdmits(caller, needed); !status.ok()) return status;
  return CountMessage(caller);
}

absl::Status CallGate::StillAdmits(const Caller& caller, Role needed) const {
  if (auto status = access_.StillAllows(caller, needed); !status.ok()) return status;
  if (auto status = CheckCertificate(caller); !status.ok()) return status;
  return CheckLeadsFor(caller, needed);
}

absl::Status CallGate::CheckLeadsFor(const Caller& caller, Role needed) const {
  const bool answered_from_a_copy = needed == Role::kViewer && !caller.leader_only;
  return answered_from_a_copy ? absl::OkStatus() : CheckLeads();
}

// A connection was checked when it was made; what its certificate is worth may have changed since.
// The socket of this machine needs none.
absl::Status CallGate::CheckCertificate(const Caller& caller) const {
  if (certificates_ == nullptr || caller.certificate.empty()) return absl::OkStatus();
  const absl::Status status = certificates_->CheckClient(caller.certificate);
  if (status.ok()) return status;
  return RequestError(status.code(), rhumb::v1::ERROR_REASON_ACCESS, status.message());
}

absl::StatusOr<Caller> CallGate::AdmitAnybody(const std::string& address) {
  if (closed_) return DrainingError();
  Caller caller{address, Role::kViewer, WithoutPort(address)};
  if (auto status = CountMessage(caller); !status.ok()) return status;
  return caller;
}

absl::Status CallGate::CountMessage(const Caller& caller) {
  if (rate_.Take(caller.peer, SteadyNow())) return absl::OkStatus();
  return LimitError(absl::StrFormat(
      "%s calls more than %g times a second; call less often (limits.calls_per_second)",
      caller.peer, limits_.calls_per_second));
}

absl::StatusOr<std::unique_ptr<CallGate::Place>> CallGate::TakePlace(const Caller& caller,
                                                                     bool stranger) {
  absl::MutexLock lock(&mutex_);
  Pool& pool = stranger ? strangers_ : known_;
  const int most = stranger ? std::min(kStrangers, limits_.streams) : limits_.streams;
  const int most_of_peer =
      stranger ? std::min(kStrangersOfPeer, limits_.streams_per_peer) : limits_.streams_per_peer;
  if (pool.all >= most) {
    return LimitError(
        absl::StrFormat("%d streams are open, which is the limit%s", pool.all,
                        stranger ? " for callers without a token" : " (limits.streams)"));
  }
  int& streams = pool.by_peer[caller.peer];
  if (streams >= most_of_peer) {
    return LimitError(
        absl::StrFormat("%s has %d streams open, which is the limit%s", caller.peer, streams,
                        stranger ? " without a token" : " (limits.streams_per_peer)"));
  }
  ++streams;
  ++pool.all;
  return std::make_unique<Place>(this, caller.peer, stranger);
}

void CallGate::Leave(const std::string& peer, bool stranger) {
  absl::MutexLock lock(&mutex_);
  Pool& pool = stranger ? strangers_ : known_;
  --pool.all;
  const auto it = pool.by_peer.find(peer);
  if (--it->second == 0) pool.by_peer.erase(it);
}

}  // namespace rhumb
