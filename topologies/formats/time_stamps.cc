#include "topologies/formats/time_stamps.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr double kFirstUnixSecond = 631152000;  // 1990-01-01
constexpr double kPastUnixSecond = 4102444800;  // 2100-01-01
constexpr int kFirstYear = 1990, kLastYear = 2099;

struct UnixUnit {
  TimeKind kind;
  double per_second;
  const char* name;
};

constexpr UnixUnit kUnixUnits[] = {
    {TimeKind::kUnixSeconds, 1, "Unix seconds"},
    {TimeKind::kUnixMilliseconds, 1e3, "Unix milliseconds"},
    {TimeKind::kUnixMicroseconds, 1e6, "Unix microseconds"},
    {TimeKind::kUnixNanoseconds, 1e9, "Unix nanoseconds"},
};

// "20240331", "202403310005", "20240331000500" with an optional 'T' or '-' between day and time;
// absent otherwise. Their ranges meet none of a Unix time of those years.
std::optional<absl::Time> ParseCompact(absl::string_view text) {
  std::string digits(text);
  if (digits.size() > 9 && (digits[8] == 'T' || digits[8] == '-' || digits[8] == '_')) {
    digits.erase(8, 1);
  }
  if (digits.size() != 8 && digits.size() != 12 && digits.size() != 14) return std::nullopt;
  for (const char c : digits) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
  }
  digits.resize(14, '0');
  int fields[6] = {};
  constexpr int kWidths[6] = {4, 2, 2, 2, 2, 2};
  for (int i = 0, at = 0; i < 6; at += kWidths[i++]) {
    if (!absl::SimpleAtoi(digits.substr(at, kWidths[i]), &fields[i])) return std::nullopt;
  }
  if (fields[0] < kFirstYear || fields[0] > kLastYear) return std::nullopt;
  const absl::CivilSecond second(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
  // Civil times carry over: the 31st of June would become the 1st of July.
  if (second.month() != fields[1] || second.day() != fields[2] || second.hour() != fields[3] ||
      second.minute() != fields[4] || second.second() != fields[5]) {
    return std::nullopt;
  }
  return absl::FromCivil(second, absl::UTCTimeZone());
}

std::optional<absl::Time> ParseCalendar(absl::string_view text) {
  absl::Time parsed;
  std::string ignored;
  for (const char* format :
       {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d%ET%H:%M:%E*S%z", "%Y-%m-%d %H:%M:%E*S%Ez",
        "%Y-%m-%d %H:%M:%E*S %Ez", "%Y-%m-%d%ET%H:%M%Ez", "%Y-%m-%d %H:%M%Ez",
        "%Y-%m-%d%ET%H:%M:%E*S", "%Y-%m-%d%ET%H:%M", "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d %H:%M",
        "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, &parsed, &ignored) && parsed > absl::InfinitePast() &&
        parsed < absl::InfiniteFuture()) {
      return parsed;
    }
  }
  return std::nullopt;
}

const char* KindName(TimeKind kind) {
  for (const UnixUnit& unit : kUnixUnits) {
    if (unit.kind == kind) return unit.name;
  }
  return kind == TimeKind::kCalendar ? "a calendar time" : "a running number";
}

}  // namespace

absl::StatusOr<TimeStamp> ParseTimeStamp(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  TimeStamp stamp;
  if (const auto compact = ParseCompact(text)) {
    stamp.kind = TimeKind::kCalendar;
    stamp.time = *compact;
    return stamp;
  }
  if (const auto number = ParseNumber(text); number.ok()) {
    stamp.number = *number;
    for (const UnixUnit& unit : kUnixUnits) {
      if (*number < kFirstUnixSecond * unit.per_second ||
          *number >= kPastUnixSecond * unit.per_second) {
        continue;
      }
      stamp.kind = unit.kind;
      int64_t whole = 0;
      if (absl::SimpleAtoi(text, &whole)) {  // a double has no room for nanoseconds
        const int64_t per_second = static_cast<int64_t>(unit.per_second);
        stamp.time = absl::FromUnixSeconds(whole / per_second) +
                     absl::Seconds(1) * (whole % per_second) / per_second;
      } else {
        stamp.time = absl::UnixEpoch() + absl::Seconds(*number / unit.per_second);
      }
    }
    return stamp;
  }
  if (const auto calendar = ParseCalendar(text)) {
    stamp.kind = TimeKind::kCalendar;
    stamp.time = *calendar;
    return stamp;
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "\"%s\" is no time; write for instance 2004-03-01T00:05:00Z", text.substr(0, 40)));
}

absl::StatusOr<RowTimes> ResolveTimes(const Input& input, const std::vector<TimeStamp>& rows,
                                      std::optional<absl::Duration> interval) {
  RowTimes resolved;
  resolved.times.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].kind != rows[0].kind) {
      return input.FaultAt(
          rows[i].line,
          absl::StrFormat(
              "the time is %s but that of line %d is %s, by its form and size; write all "
              "of one kind, for instance 2004-03-01T00:05:00Z",
              KindName(rows[i].kind), rows[0].line, KindName(rows[0].kind)));
    }
    if (rows[i].kind != TimeKind::kRunningNumber) resolved.times[i] = rows[i].time;
  }
  if (rows.empty() || rows[0].kind == TimeKind::kCalendar) return resolved;
  if (rows[0].kind != TimeKind::kRunningNumber) {
    resolved.note = absl::StrFormat("times were read as %s", KindName(rows[0].kind));
    return resolved;
  }
  for (size_t i = 1; i < rows.size(); ++i) {
    const double step = rows[i].number - rows[i - 1].number;
    if (step == 1) continue;
    if (interval && step > 0 && step == absl::ToDoubleSeconds(*interval)) continue;
    return input.FaultAt(
        rows[i].line,
        absl::StrFormat(
            "the times %.15g and %.15g are neither calendar times nor a count 0, 1, 2, "
            "...; write calendar times, or seconds together with what lies between rows, "
            "as in \"# unit: Mbit/s mean over 5 min\"",
            rows[i - 1].number, rows[i].number));
  }
  return resolved;
}

}  // namespace rhumb
