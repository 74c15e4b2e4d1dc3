// The answer to a change, once it is known whether the change was kept.
#ifndef RHUMB_CONTROLLER_SERVING_CALLS_KEPT_ANSWER_H_
#define RHUMB_CONTROLLER_SERVING_CALLS_KEPT_ANSWER_H_

#include <utility>

#include "absl/status/statusor.h"
#include "controller/serving/calls/standing.h"
#include "controller/steering/decision/control_thread.h"

namespace rhumb {

// What could not be kept because the lead is over is for the next leader to do. `standing` is null
// where there is one controller.
template <typename Response>
absl::StatusOr<Response> KeptAnswer(const Standing* standing, absl::StatusOr<Response> answer) {
  if constexpr (HasDurable<Response>::value) {
    if (standing != nullptr && answer.ok() && !answer->durable()) {
      if (auto status = standing->CheckLeads(); !status.ok()) return status;
    }
  }
  return answer;
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CALLS_KEPT_ANSWER_H_
