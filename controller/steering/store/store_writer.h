// Writes to the store on a thread of its own, many changes in one transaction, and says when a
// change is safe.
#ifndef RHUMB_CONTROLLER_STEERING_STORE_STORE_WRITER_H_
#define RHUMB_CONTROLLER_STEERING_STORE_STORE_WRITER_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/metrics/metrics.h"
#include "controller/steering/store/store.h"
#include "controller/steering/threads/bounded_queue.h"

namespace rhumb {

// Owns the store and a thread; safe to call from any other.
//
// When a write fails the controller goes on from memory: callers are told that nothing is durable,
// health says why, and the latest state is tried again with the next change or after a second.
// Plans that no request promised are written together, up to a second later; demands up to ten.
class StoreWriter {
 public:
  StoreWriter(std::unique_ptr<Store> store, Metrics* metrics);
  // Writes what waits, then ends.
  ~StoreWriter();

  // What an earlier run left. Call once, before the first Write. When it cannot be read, a fresh
  // state, and health says so.
  StoredState Load();

  // `done` is called on the writer's thread: true when the change is durable. May be null.
  void Write(StoreChange change, std::function<void(bool durable)> done);

  rhumb::v1::StoreStatus Health() const;
  absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> Audit(int limit);

 private:
  struct Item {
    StoreChange change;
    std::function<void(bool)> done;
  };
  void Run();
  // Takes the plans out of `changes` for later, and adds those that are due, promised or the last.
  void SetPlansAside(std::vector<StoreChange>* changes, SteadyTime now, bool last);
  // The same with demands, of which only the latest count.
  void SetDemandsAside(std::vector<StoreChange>* changes, SteadyTime now, bool last);
  absl::Status WriteBatch(const std::vector<StoreChange>& changes);
  // Keeps the latest of everything that could not be written, within bounds.
  void KeepUnwritten(std::vector<StoreChange> changes);
  void SetHealth(const absl::Status& status);

  Metrics* const metrics_;
  absl::Mutex store_mutex_;  // the store is used by one thread at a time
  std::unique_ptr<Store> store_ ABSL_GUARDED_BY(store_mutex_);
  BoundedQueue<Item> queue_;
  // Writer thread only.
  StoreChange unwritten_;
  std::deque<LivePlanPtr> later_plans_;
  SteadyTime plans_due_;
  std::optional<KeptDemands> later_demands_;
  SteadyTime demands_due_;
  mutable absl::Mutex health_mutex_;
  std::string load_problem_ ABSL_GUARDED_BY(health_mutex_);
  rhumb::v1::StoreStatus health_ ABSL_GUARDED_BY(health_mutex_);
  std::thread thread_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STORE_STORE_WRITER_H_
