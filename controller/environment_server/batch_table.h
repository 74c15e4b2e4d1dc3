// Which batches of environments there are, whose they are, and which of them nobody asked for in a
// long time.
#ifndef RHUMB_CONTROLLER_ENVIRONMENT_SERVER_BATCH_TABLE_H_
#define RHUMB_CONTROLLER_ENVIRONMENT_SERVER_BATCH_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"
#include "controller/environment_server/environment_slot.h"

namespace rhumb {

struct BatchLimits {
  int environments = 256;            // of all clients together
  int environments_per_client = 64;  // a client is a connection
  absl::Duration idle_timeout = absl::Minutes(10);
};

// Counts environments from before they are made until they are gone. Safe to call from any thread.
class EnvironmentQuota {
 public:
  explicit EnvironmentQuota(const BatchLimits& limits) : limits_(limits) {}

  // Gives its places back when destroyed.
  class Places {
   public:
    Places(std::shared_ptr<EnvironmentQuota> quota, std::string client, int count)
        : quota_(std::move(quota)), client_(std::move(client)), count_(count) {}
    ~Places() { quota_->Return(client_, count_); }
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;

   private:
    const std::shared_ptr<EnvironmentQuota> quota_;
    const std::string client_;
    const int count_;
  };
  // ResourceExhausted beyond the limits. Called on the shared_ptr's object.
  static absl::StatusOr<std::unique_ptr<Places>> Take(
      const std::shared_ptr<EnvironmentQuota>& quota, const std::string& client, int count);

 private:
  void Return(const std::string& client, int count);

  const BatchLimits limits_;
  absl::Mutex mutex_;
  int all_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<std::string, int> by_client_ ABSL_GUARDED_BY(mutex_);
};

// Environments that share a scenario. Gone, and their workers with them, when nobody holds it.
struct EnvironmentBatch {
  std::unique_ptr<EnvironmentQuota::Places> places;
  std::vector<std::unique_ptr<EnvironmentSlot>> slots;
};

// Safe to call from any thread.
class BatchTable {
 public:
  explicit BatchTable(absl::Duration idle_timeout) : idle_timeout_(idle_timeout) {}

  uint64_t Add(std::shared_ptr<EnvironmentBatch> batch, SteadyTime now);

  // For one call, until Release: NotFound when it is not there, FailedPrecondition while another
  // call has it.
  absl::StatusOr<std::shared_ptr<EnvironmentBatch>> Take(uint64_t id);
  void Release(uint64_t id, SteadyTime now);

  // False when there is none of that name.
  bool Close(uint64_t id);
  // Closes those that no call has had for the time-out; how many.
  int CloseIdle(SteadyTime now);

 private:
  struct Entry {
    std::shared_ptr<EnvironmentBatch> batch;
    SteadyTime last_use;
    bool busy = false;
  };

  const absl::Duration idle_timeout_;
  absl::Mutex mutex_;
  absl::BitGen random_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<uint64_t, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_ENVIRONMENT_SERVER_BATCH_TABLE_H_
