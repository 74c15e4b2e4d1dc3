// Tells every reader of plans that there is a new one, on threads of its own, so that the control
// thread goes on while a thousand streams are written.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_FAN_OUT_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_FAN_OUT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/metrics/metrics.h"

namespace rhumb {

class ControllerCore;

// Something that sends plans on: it looks at the board itself when woken, so a reader that is
// behind takes the latest and nothing is queued for it.
class PlanReader {
 public:
  virtual ~PlanReader() = default;
  // Must not block.
  virtual void Wake() = 0;
  // On the control thread, which hands in its core. Must not block.
  virtual void ElectionChanged(const ControllerCore&) {}
  // Tokens or authorities have changed: ends unless its caller would still be let in.
  virtual void CheckAccess() {}
  // Ends it with this status, which says why.
  virtual void End(const absl::Status& status) = 0;
};

// Safe to call from any thread. A write to a stream costs 20 us of the kernel's time, so the
// readers are shared out among several threads.
class FanOut {
 public:
  using Readers = std::vector<std::pair<uint64_t, std::shared_ptr<PlanReader>>>;

  explicit FanOut(Metrics* metrics);
  ~FanOut();

  void Add(uint64_t id, std::shared_ptr<PlanReader> reader);
  void Remove(uint64_t id);
  // Null when there is none.
  std::shared_ptr<PlanReader> Find(uint64_t id) const;
  // A snapshot.
  Readers readers() const;

  // Wakes all readers soon; several announcements may become one.
  void Announce();
  void EndAll(const absl::Status& status);

 private:
  // What one announcement, or several at once, makes the threads do.
  struct Round {
    Readers readers;
    SteadyTime since;
    std::atomic<size_t> next{0};  // the first that no thread has taken yet
    std::atomic<size_t> woken{0};
  };

  void Run();
  // Takes readers until none is left.
  void Wake(Round* round);

  Metrics* const metrics_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<uint64_t, std::shared_ptr<PlanReader>> readers_ ABSL_GUARDED_BY(mutex_);
  bool announced_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyTime announced_at_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Round> round_ ABSL_GUARDED_BY(mutex_);  // the latest; null before the first
  uint64_t rounds_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_FAN_OUT_H_
