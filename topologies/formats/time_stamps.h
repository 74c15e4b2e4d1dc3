// The times of a table's rows, whatever the tool that wrote them calls a time: ISO 8601 with or
// without an offset, Unix seconds, milliseconds, microseconds or nanoseconds, days and minutes
// without signs (20240331, 202403310005), or a running number. Which of them is decided for all
// rows together; a column that could be two of them is refused.
#ifndef RHUMB_TOPOLOGIES_FORMATS_TIME_STAMPS_H_
#define RHUMB_TOPOLOGIES_FORMATS_TIME_STAMPS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "topologies/formats/input.h"

namespace rhumb {

// Unix times are told by their size: they must lie in the years 1990 to 2099.
enum class TimeKind {
  kCalendar,
  kUnixSeconds,
  kUnixMilliseconds,
  kUnixMicroseconds,
  kUnixNanoseconds,
  kRunningNumber,
};

struct TimeStamp {
  TimeKind kind = TimeKind::kRunningNumber;
  absl::Time time;    // unless kRunningNumber
  double number = 0;  // of kRunningNumber
  int line = 0;       // where it stands, for messages
};

// "2004-03-01T00:05:00Z", "2004-03-01 00:05:00+0200", "1711843200", "1711843200.0",
// "20240331T0005". Without an offset it is UTC. InvalidArgument, saying how to write it, for
// anything else.
absl::StatusOr<TimeStamp> ParseTimeStamp(absl::string_view text);

// The time of each row; all absent when they are a running number.
struct RowTimes {
  std::vector<std::optional<absl::Time>> times;
  std::string note;  // how numbers were read; empty when nothing was assumed
};

// InvalidArgument, naming the line, when rows are of different kinds, and for running numbers that
// do not count by ones unless `interval` is what they count by in seconds.
absl::StatusOr<RowTimes> ResolveTimes(const Input& input, const std::vector<TimeStamp>& rows,
                                      std::optional<absl::Duration> interval);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_TIME_STAMPS_H_
