// The interval in which two policies differ most, as a drawing for papers.
#ifndef RHUMB_CONTROLLER_REPORT_WORST_INTERVAL_H_
#define RHUMB_CONTROLLER_REPORT_WORST_INTERVAL_H_

#include <string>

#include "controller/report/replay_document.h"

namespace rhumb {

// SVG: shortest-path (else the first policy) beside the agent (else the last that does not see the
// future), or one map when there is one policy, in the interval in which their busiest links differ
// most; of those whose loads were kept.
std::string DrawWorstInterval(const ReplayStory& story);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_WORST_INTERVAL_H_
