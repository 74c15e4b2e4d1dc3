#include "controller/serving/etcd/etcd_watch.h"

#include <utility>

namespace rhumb {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(300);

}  // namespace

EtcdWatch::EtcdWatch(std::shared_ptr<EtcdClient> client, std::string prefix,
                     std::function<void()> changed)
    : client_(std::move(client)),
      prefix_(std::move(prefix)),
      changed_(std::move(changed)),
      thread_([this] { Run(); }) {}

EtcdWatch::~EtcdWatch() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    if (open_ != nullptr) open_->TryCancel();
    stopped_.NotifyAll();
  }
  thread_.join();
}

void EtcdWatch::Run() {
  for (;;) {
    grpc::ClientContext context;
    {
      absl::MutexLock lock(&mutex_);
      if (stop_) return;
      open_ = &context;
    }
    const auto stream = client_->Watch(&context, prefix_);
    etcdserverpb::WatchResponse response;
    while (stream->Read(&response) && !response.canceled()) changed_();
    context.TryCancel();
    stream->Finish();
    absl::MutexLock lock(&mutex_);
    open_ = nullptr;
    stopped_.AwaitFor(&mutex_, kPause, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stop_; });
    if (stop_) return;
  }
}

}  // namespace rhumb
