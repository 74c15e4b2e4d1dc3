#include "simulator/scenario/scenario_event.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace rhumb {
namespace {

struct KindInfo {
  const char* name;
  ScenarioEvent::Kind kind;
  bool has_factor;
  const char* example;
};

constexpr KindInfo kKinds[] = {
    {"link-down", ScenarioEvent::Kind::kLinkDown, false, "link-down:A-B@3..7"},
    {"drain", ScenarioEvent::Kind::kDrain, false, "drain:A-B@3"},
    {"srlg-down", ScenarioEvent::Kind::kRiskGroupDown, false, "srlg-down:NAME@2"},
    {"burst", ScenarioEvent::Kind::kBurst, true, "burst:A-B*5@4..6"},
    {"flash-crowd", ScenarioEvent::Kind::kFlashCrowd, true, "flash-crowd:A*4@4..6"},
    {"random-failures", ScenarioEvent::Kind::kRandomFailures, false,
     "random-failures:seed=1,mtbf=20"},
};

absl::Status Fault(absl::string_view event, absl::string_view fault) {
  return absl::InvalidArgumentError(absl::StrFormat("event \"%s\": %s", event, fault));
}

absl::StatusOr<double> Number(absl::string_view event, absl::string_view what,
                              absl::string_view text) {
  double value = 0;
  if (!absl::SimpleAtod(text, &value) || !std::isfinite(value) || value < 0) {
    return Fault(event, absl::StrFormat("%s is \"%s\"; give a number of 0 or more", what, text));
  }
  return value;
}

absl::Status ParseTime(absl::string_view time, ScenarioEvent* event) {
  const std::pair<absl::string_view, absl::string_view> range =
      absl::StrSplit(time, absl::MaxSplits("..", 1));
  const absl::StatusOr<double> begin = Number(event->text, "the start", range.first);
  if (!begin.ok()) return begin.status();
  event->begin = *begin;
  if (!absl::StrContains(time, "..")) return absl::OkStatus();
  const absl::StatusOr<double> end = Number(event->text, "the end", range.second);
  if (!end.ok()) return end.status();
  event->end = *end;
  if (event->end <= event->begin) {
    return Fault(event->text,
                 "the end is not after the start; @3..7 is from the start of interval 3 to the "
                 "start of interval 7");
  }
  return absl::OkStatus();
}

absl::Status ParseFactor(absl::string_view example, ScenarioEvent* event) {
  const size_t star = event->target.rfind('*');
  if (star == std::string::npos) {
    return Fault(event->text, absl::StrFormat("has no factor; write it like %s", example));
  }
  const absl::StatusOr<double> factor =
      Number(event->text, "the factor", absl::string_view(event->target).substr(star + 1));
  if (!factor.ok()) return factor.status();
  event->factor = *factor;
  event->target.resize(star);
  return absl::OkStatus();
}

absl::Status ParseRandomFailures(absl::string_view options, ScenarioEvent* event) {
  for (absl::string_view option : absl::StrSplit(options, ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> entry =
        absl::StrSplit(option, absl::MaxSplits('=', 1));
    if (entry.first == "seed") {
      if (!absl::SimpleAtoi(entry.second, &event->seed)) {
        return Fault(event->text, "the seed is not a whole number of 0 or more");
      }
      continue;
    }
    double* const target = entry.first == "mtbf"   ? &event->mean_between_failures
                           : entry.first == "mttr" ? &event->mean_to_repair
                                                   : nullptr;
    if (target == nullptr) {
      return Fault(event->text,
                   absl::StrFormat("does not know \"%s\"; keys are seed, mtbf (intervals "
                                   "between failures) and mttr (intervals to repair)",
                                   entry.first));
    }
    const absl::StatusOr<double> value = Number(event->text, entry.first, entry.second);
    if (!value.ok()) return value.status();
    if (*value == 0) return Fault(event->text, absl::StrFormat("%s must be above 0", entry.first));
    *target = *value;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ScenarioEvent> ParseScenarioEvent(absl::string_view text) {
  ScenarioEvent event;
  event.text = std::string(text);
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  const KindInfo* info = nullptr;
  for (const KindInfo& kind : kKinds) {
    if (parts.first == kind.name) info = &kind;
  }
  if (info == nullptr) {
    std::string known;
    for (const KindInfo& kind : kKinds) {
      absl::StrAppend(&known, known.empty() ? "" : ", ", kind.example);
    }
    return Fault(text, absl::StrFormat("no such kind; write one like %s", known));
  }
  event.kind = info->kind;
  absl::string_view rest = parts.second;
  const size_t at = rest.rfind('@');
  if (at != absl::string_view::npos) {
    if (absl::Status status = ParseTime(rest.substr(at + 1), &event); !status.ok()) return status;
    rest = rest.substr(0, at);
  } else if (event.kind != ScenarioEvent::Kind::kRandomFailures) {
    return Fault(text, absl::StrFormat("has no time; write it like %s", info->example));
  }
  if (event.kind == ScenarioEvent::Kind::kRandomFailures) {
    if (absl::Status status = ParseRandomFailures(rest, &event); !status.ok()) return status;
    return event;
  }
  event.target = std::string(rest);
  if (info->has_factor) {
    if (absl::Status status = ParseFactor(info->example, &event); !status.ok()) return status;
  }
  if (event.target.empty()) {
    return Fault(text, absl::StrFormat("names nothing; write it like %s", info->example));
  }
  return event;
}

}  // namespace rhumb
