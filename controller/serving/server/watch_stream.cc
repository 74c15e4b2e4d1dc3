#include "controller/serving/server/watch_stream.h"

#include "rhumb/v1/north.pb.h"

namespace rhumb {

WatchStream* WatchStream::Start(ServiceParts& parts, grpc::CallbackServerContext* context) {
  std::shared_ptr<WatchStream> stream(new WatchStream(parts));
  if (stream->Enter(*context, Role::kViewer, false).ok()) stream->StartRead(&stream->request_);
  return stream.get();
}

void WatchStream::OnReadDone(bool ok) {
  rhumb::v1::WatchPlanRequest message;
  const bool readable = ok && FromByteBuffer(request_, &message);
  absl::MutexLock lock(&mutex_);
  if (!readable) {
    return EndLocked(absl::InvalidArgumentError("the request is not a rhumb.v1.WatchPlanRequest"));
  }
  with_routes_ = message.with_routes();
  Join();
  WriteNext();
}

void WatchStream::Wake() {
  absl::MutexLock lock(&mutex_);
  WriteNext();
}

void WatchStream::WriteNext() {
  if (finished_ || on_its_way_ != nullptr) return;
  const SharedMessagePtr message = with_routes_ ? parts_.board.Whole() : parts_.board.Header();
  if (message == nullptr || message->version <= sent_) return;
  sent_ = message->version;
  on_its_way_ = message;
  StartWrite(&on_its_way_->bytes);
}

void WatchStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  on_its_way_.reset();
  if (!ok) return EndLocked(absl::CancelledError("the caller is gone"));
  WriteNext();
}

}  // namespace rhumb
