// Which adapter may write: the one with the highest election id among open plan streams.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_ELECTION_H_
#define RHUMB_CONTROLLER_STEERING_STATE_ELECTION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rhumb {

using StreamId = uint64_t;

// Owned by the control thread.
class Election {
 public:
  // Takes a stream in. Returns the earlier stream of the same adapter, which the caller ends. An
  // election id of 0 only listens. InvalidArgument for a bad name or an id that another adapter
  // holds; nothing changes then.
  absl::StatusOr<std::optional<StreamId>> Open(StreamId stream, const std::string& adapter,
                                               uint64_t election_id);
  void Close(StreamId stream);

  // OK when a caller with this id may write. The last primary's id stays the bar after its stream
  // is gone, so that an adapter that was replaced cannot come back by accident.
  absl::Status CheckWriter(uint64_t election_id) const;

  // 0 when nobody may write.
  uint64_t primary_id() const { return primary_; }
  bool IsPrimary(StreamId stream) const;

 private:
  void FindPrimary();

  struct Member {
    std::string adapter;
    uint64_t election_id = 0;
  };
  std::map<StreamId, Member> members_;
  uint64_t primary_ = 0;
  uint64_t last_primary_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_ELECTION_H_
