// What happens to a network during a replay, as it is written on the command line and in scenario
// files.
//
//   link-down:A-B@3..7          both directions between A and B fail (A>B: one direction; A>B#2:
//   one parallel link) drain:A-B@3                 an operator drains them srlg-down:NAME@2 every
//   link of a shared-risk group fails burst:A-B*5@4..6            demands between A and B, both
//   ways, times 5 (A>B: one way) flash-crowd:A*4@4..6        all demands towards node A times 4
//   random-failures:seed=1,mtbf=20,mttr=5    cables fail at random; times in intervals
//
// Times are interval numbers of the traffic series, the first being 0: `@3..7` is from the start of
// interval 3 to the start of interval 7, so 3, 4, 5 and 6 are affected; `@3` is from the start of
// interval 3 to the end of the replay. Fractions are times inside an interval: `@3.5..3.75`.
#ifndef RHUMB_SIMULATOR_SCENARIO_SCENARIO_EVENT_H_
#define RHUMB_SIMULATOR_SCENARIO_SCENARIO_EVENT_H_

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

struct ScenarioEvent {
  enum class Kind { kLinkDown, kDrain, kRiskGroupDown, kBurst, kFlashCrowd, kRandomFailures };

  Kind kind = Kind::kLinkDown;
  std::string text;    // as it was written
  std::string target;  // links, risk group, node pair or node; empty for random failures
  double factor = 1;   // of demands; bursts and flash crowds only
  // In intervals of the series, [begin, end).
  double begin = 0;
  double end = std::numeric_limits<double>::infinity();

  // Random failures only: times between failures anywhere in the network and times to repair are
  // exponential with these means, in intervals.
  uint64_t seed = 1;
  double mean_between_failures = 20;
  double mean_to_repair = 5;
};

// InvalidArgument, quoting the event, for an unknown kind, a missing or bad time, an empty or
// negative range, a factor that is negative or not finite, or an unknown key. Names are checked
// when a timeline is made.
absl::StatusOr<ScenarioEvent> ParseScenarioEvent(absl::string_view text);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_SCENARIO_SCENARIO_EVENT_H_
