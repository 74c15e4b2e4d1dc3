// What viewers are told, in order, and what one that has heard a part of it still has to hear.
#ifndef RHUMB_CONTROLLER_SERVING_LIVE_EVENT_LOG_H_
#define RHUMB_CONTROLLER_SERVING_LIVE_EVENT_LOG_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace rhumb {

struct LiveEvent {
  std::string kind;  // the name of a server-sent event
  std::string data;  // JSON on one line
  // What it describes is as it says until the next event of this kind: only the latest counts. Else
  // it happened, and all of them count.
  bool state = false;
};

// A viewer that is behind by any amount is given one message: the latest state of each kind that
// changed since, and what happened since, as long as that is kept. So a slow viewer costs what a
// quick one does, and memory is bounded by one event a kind and `kept` that happened, of each kind.
// Viewers that have heard the same share the bytes.
//
// Safe to call from any thread.
class EventLog {
 public:
  // `epoch` tells this log from those of other processes; no '-' is in it.
  EventLog(std::string epoch, size_t kept) : epoch_(std::move(epoch)), kept_(kept) {}

  void Append(std::vector<LiveEvent> events);

  struct Message {
    uint64_t heard = 0;                        // after it
    std::shared_ptr<const std::string> bytes;  // null: nothing is new
  };
  // For who has heard everything up to `heard`. 0, or more than there is, is nothing: then the
  // message begins with the event "hello", which says to forget what was heard before.
  Message After(uint64_t heard);
  // Where a viewer that names this as its last event goes on; 0 when it must begin anew.
  uint64_t Resume(absl::string_view last_event_id) const;

  const std::string& epoch() const { return epoch_; }

 private:
  struct Numbered {
    uint64_t number;
    LiveEvent event;
  };
  std::string Encode(uint64_t heard) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const std::string epoch_;
  const size_t kept_;
  mutable absl::Mutex mutex_;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 1;  // so that whoever has heard nothing is behind
  // The latest event that happened and is not kept any more.
  uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Numbered> states_ ABSL_GUARDED_BY(mutex_);                // by kind
  std::map<std::string, std::deque<Numbered>> happened_ ABSL_GUARDED_BY(mutex_);  // by kind
  // By `heard`; until the next Append.
  std::map<uint64_t, std::shared_ptr<const std::string>> encoded_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_LIVE_EVENT_LOG_H_
