// One of several controllers that share a state in etcd: leads, or stands by.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_REPLICAS_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_REPLICAS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/calls/standing.h"
#include "controller/serving/etcd/candidacy.h"
#include "controller/serving/etcd/etcd_client.h"
#include "controller/serving/etcd/etcd_store.h"
#include "controller/steering/store/store.h"

namespace rhumb {

// Owns a thread, from Start to Stop, which changes roles. Whether this controller leads is asked of
// the clock at every call, every message and every write, so that a lead is over when its time is,
// whichever thread runs.
class Replicas : public Standing {
 public:
  // All are called on the thread of the replicas.
  struct Roles {
    // Takes up the state of the store and steers by it; false when the store has not kept the new
    // epoch. The gate opens afterwards.
    std::function<bool(std::unique_ptr<Store>)> lead;
    // The gate is open.
    std::function<void()> leads;
    // The lead is over, the gate is shut: ends what depends on it. Questions are answered from what
    // was known until there is a copy.
    std::function<void()> step_down;
    // Answers questions from this copy.
    std::function<void(std::unique_ptr<Store>)> follow;
  };

  Replicas(std::shared_ptr<EtcdClient> etcd, EtcdOptions options, KeptInEtcd kept)
      : etcd_(std::move(etcd)), options_(std::move(options)), kept_(kept) {}
  // Stops, and leaves the queue for the others.
  ~Replicas() override;

  // `address` is what clients reach this controller at.
  void Start(const std::string& address, Roles roles);
  // Roles change no more; a lead that is held goes on.
  void Stop();

  absl::Status CheckLeads() const override;
  std::optional<absl::Duration> CopyAge() const override;
  rhumb::v1::ReplicaStatus Status() const override;

 private:
  void Run();
  void Lead(const Queue& queue);
  void StepDown();
  // Looks whether the leader has written, and takes a copy when it has.
  void Refresh();

  const std::shared_ptr<EtcdClient> etcd_;
  EtcdOptions options_;
  const KeptInEtcd kept_;
  Roles roles_;
  std::unique_ptr<Candidacy> candidacy_;  // from Start
  std::atomic<bool> started_ = false;
  std::atomic<bool> stop_ = false;
  std::atomic<int64_t> term_ = 0;  // that the gate is open for; 0: none
  std::string copied_;             // the latest write that the copy holds; the thread's
  mutable absl::Mutex mutex_;
  SteadyTime current_at_ ABSL_GUARDED_BY(mutex_) = SteadyNow();  // the copy was the latest
  std::thread thread_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_REPLICAS_H_
