// Which connections are open, and which of them have shown who they are.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_CONNECTION_TABLE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_CONNECTION_TABLE_H_

#include <list>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "controller/serving/access/gate_limits.h"

namespace rhumb {

// A connection is a stranger's until a call on it was admitted. A connection costs memory before
// its first call, so strangers have few places, and a newcomer takes that of the stranger who has
// been there longest: nobody can keep adapters out by holding connections open. A peer is named as
// gRPC names it, port included. Safe to call from any thread; every call takes constant time.
class ConnectionTable {
 public:
  explicit ConnectionTable(const GateLimits& limits) : limits_(limits) {}

  // A connection came in. Returns those to be closed for it, in the worst case itself; they are no
  // longer in the table.
  std::vector<std::string> Add(const std::string& peer);
  // A call of the peer was admitted.
  void Know(absl::string_view peer);
  void Remove(absl::string_view peer);

  int size() const;

 private:
  struct Entry {
    bool stranger = true;
    std::list<std::string>::iterator place;  // of a stranger among them
  };
  void Erase(absl::flat_hash_map<std::string, Entry>::iterator entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const GateLimits limits_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> open_ ABSL_GUARDED_BY(mutex_);
  std::list<std::string> strangers_ ABSL_GUARDED_BY(mutex_);  // the one that came first in front
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_CONNECTION_TABLE_H_
