// The data of a replay's report, `rhumb.report/1`; controller/web/src/data/report.ts says what
// every key means. Keys are added, never renamed or removed.
#ifndef RHUMB_CONTROLLER_REPORT_REPLAY_DOCUMENT_H_
#define RHUMB_CONTROLLER_REPORT_REPLAY_DOCUMENT_H_

#include <string>
#include <vector>

#include "controller/replay/replay_config.h"
#include "controller/replay/replay_engine.h"
#include "controller/replay/replay_input.h"
#include "controller/replay/replay_result.h"
#include "controller/report/replay_record.h"

namespace rhumb {

// What one report is made of; all of one replay.
struct ReplayStory {
  const ReplayConfig& config;
  const ReplayInput& input;
  const std::vector<PolicyCells>& cells;
  const std::vector<double>& optimum;  // may be empty
  const ReplayResult& result;
  const ReplayRecord& record;
};

// JSON without line breaks. Series are rounded to five digits, loads to per mille. The reasons (why
// demands were moved) of the policies are kept, those of the agent first, while they fit into a
// megabyte.
std::string ReplayDocument(const ReplayStory& story);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_REPLAY_DOCUMENT_H_
