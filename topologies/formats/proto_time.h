// Between absl's time and Protobuf's.
#ifndef RHUMB_TOPOLOGIES_FORMATS_PROTO_TIME_H_
#define RHUMB_TOPOLOGIES_FORMATS_PROTO_TIME_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

namespace rhumb {

inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const timespec parts = absl::ToTimespec(time);
  google::protobuf::Timestamp message;
  message.set_seconds(parts.tv_sec);
  message.set_nanos(static_cast<int32_t>(parts.tv_nsec));
  return message;
}

inline absl::Time FromProto(const google::protobuf::Timestamp& message) {
  return absl::FromUnixSeconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

inline google::protobuf::Duration ToDuration(absl::Duration duration) {
  google::protobuf::Duration message;
  message.set_seconds(absl::ToInt64Seconds(duration));
  message.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(duration - absl::Seconds(message.seconds()))));
  return message;
}

inline absl::Duration FromProto(const google::protobuf::Duration& message) {
  return absl::Seconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_PROTO_TIME_H_
