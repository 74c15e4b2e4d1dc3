// Who leads, of the controllers that share a state: by a queue in etcd.
#ifndef RHUMB_CONTROLLER_SERVING_ETCD_CANDIDACY_H_
#define RHUMB_CONTROLLER_SERVING_ETCD_CANDIDACY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/clock/steady_condition.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/etcd/etcd_client.h"
#include "controller/serving/etcd/etcd_options.h"
#include "controller/serving/etcd/etcd_watch.h"

namespace rhumb {

// A key that lives as long as the lead that it stands for. Every write of a leader is done by etcd
// only while it is there, whatever the leader believes.
struct Fence {
  std::string key;
  int64_t term = 0;  // the key's create revision: grows from leader to leader
};

// What is known of the queue.
struct Queue {
  bool leads = false;                 // this controller does
  Fence fence;                        // of the own lead
  std::string leader;                 // its address; empty: none is known
  std::vector<std::string> replicas;  // addresses, in the order in which they would lead
};

// Keeps a place in the queue: a key with a lease, and whose key is the oldest leads. A place that
// was lost, because etcd did not hear of this controller for too long or it did not hear from etcd,
// is taken anew at the end.
//
// The lead lasts by this controller's own steady clock, from the moment before etcd was last asked
// to keep the lease, and a tenth less than the lease does by etcd's: it is over here before another
// can begin. Owns two threads. Safe to call from any thread.
class Candidacy {
 public:
  Candidacy(std::shared_ptr<EtcdClient> client, const EtcdOptions& options);
  // Leaves the queue, so that the next need not wait for the lease to end.
  ~Candidacy();

  Queue Get() const;
  // Waits until there is something else than `known`, or `deadline`.
  Queue AwaitChange(const Queue& known, SteadyTime deadline) const;
  // Whether the lead of `term` is held at this moment. Asks the clock, and nobody else.
  bool Leads(int64_t term) const;
  // When the lead of `term` ends unless etcd prolongs it; in the past when it is over.
  SteadyTime LeadsUntil(int64_t term) const;
  // A write found the fence gone: the place is left.
  void GiveUp(int64_t term);

 private:
  void Run();
  // True while there is a place in the queue.
  bool KeepPlace(SteadyTime now);
  bool Enter(SteadyTime now);
  void Look(SteadyTime now);
  void LeaveQueue();
  void SetUntil(const EtcdLease& lease);
  void Set(Queue queue);
  bool Lapsed() const;

  const std::shared_ptr<EtcdClient> client_;
  const std::string prefix_;  // of the queue's keys
  const std::string address_;
  const absl::Duration ttl_, interval_;
  // Of the thread.
  int64_t lease_ = 0;  // 0: no place
  std::string key_;
  SteadyTime keep_at_, look_at_;

  mutable absl::Mutex mutex_;
  mutable SteadyCondition changed_;
  Queue queue_ ABSL_GUARDED_BY(mutex_);
  SteadyTime until_ ABSL_GUARDED_BY(mutex_);
  bool hint_ ABSL_GUARDED_BY(mutex_) = false;
  bool give_up_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  EtcdWatch watch_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ETCD_CANDIDACY_H_
