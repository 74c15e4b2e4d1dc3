// A replay's result for people.
#ifndef RHUMB_CONTROLLER_REPLAY_RESULT_TABLE_H_
#define RHUMB_CONTROLLER_REPLAY_RESULT_TABLE_H_

#include <string>

#include "controller/replay/replay_result.h"

namespace rhumb {

// Blocks of columns (links, traffic, and flows where there are any), each with one row a policy;
// the winner's row is bold and green with `colour` and starts with '*' either way, the best value
// of a column (of policies that do not see the future) carries a '*' in plain text and is bold with
// `colour`. A line below says in words who won and by how much.
std::string ToTable(const ReplayResult& result, bool colour);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_RESULT_TABLE_H_
