#include "controller/serving/server/stream_call.h"

#include <utility>

#include "controller/serving/rpc/grpc_status.h"
#include "controller/serving/server/grpc_credentials.h"

namespace rhumb {

absl::Status StreamCall::Enter(const grpc::CallbackServerContext& context, std::optional<Role> role,
                               bool join) {
  self_ = shared_from_this();
  role_ = role;
  auto caller = role ? AdmitCall(parts_, context, *role) : parts_.gate.AdmitAnybody(context.peer());
  absl::Status status = caller.status();
  if (status.ok()) {
    auto place = parts_.gate.TakePlace(*caller, !role);
    status = place.status();
    if (place.ok()) place_ = *std::move(place);
  }
  if (!status.ok()) {
    End(status);
    return status;
  }
  caller_ = *std::move(caller);
  if (join) {
    absl::MutexLock lock(&mutex_);
    Join();
  }
  return absl::OkStatus();
}

void StreamCall::Join() {
  if (finished_) return;
  parts_.fan_out.Add(id_, shared_from_this());
  // The server may have begun to drain, and ended all readers, just before.
  if (parts_.gate.closed()) return EndLocked(DrainingError());
  // Or the caller's token was taken away before this was among those that are asked.
  if (!role_) return;
  if (auto status = parts_.gate.StillAdmits(caller_, *role_); !status.ok()) EndLocked(status);
}

void StreamCall::CheckAccess() {
  if (!role_) return;
  if (auto status = parts_.gate.StillAdmits(caller_, *role_); !status.ok()) End(status);
}

void StreamCall::End(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  EndLocked(status);
}

void StreamCall::EndLocked(const absl::Status& status) {
  if (std::exchange(finished_, true)) return;
  if (method_) parts_.metrics.CountCall(*method_, status.code());
  FinishCall(ToGrpc(status));
}

void StreamCall::Leave() {
  parts_.fan_out.Remove(id_);
  place_.reset();
  const std::shared_ptr<StreamCall> self = std::move(self_);
}

}  // namespace rhumb
