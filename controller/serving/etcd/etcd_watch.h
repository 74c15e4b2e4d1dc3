// Says that something under a prefix has changed, or may have.
#ifndef RHUMB_CONTROLLER_SERVING_ETCD_ETCD_WATCH_H_
#define RHUMB_CONTROLLER_SERVING_ETCD_ETCD_WATCH_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_condition.h"
#include "controller/serving/etcd/etcd_client.h"

namespace rhumb {

// Owns a thread. A hint and no more: it is early and never the only one who knows, so that a watch
// that breaks costs time and nothing else. Whoever listens looks for himself, now and then also
// without a hint.
class EtcdWatch {
 public:
  // `changed` is called on the watch's thread and must not block.
  EtcdWatch(std::shared_ptr<EtcdClient> client, std::string prefix, std::function<void()> changed);
  ~EtcdWatch();

 private:
  void Run();

  const std::shared_ptr<EtcdClient> client_;
  const std::string prefix_;
  const std::function<void()> changed_;
  absl::Mutex mutex_;
  SteadyCondition stopped_;
  grpc::ClientContext* open_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ETCD_ETCD_WATCH_H_
