// `rhumb ctl routes`: a question about any network, from files.
#ifndef RHUMB_CONTROLLER_CLI_CTL_ROUTES_QUESTION_H_
#define RHUMB_CONTROLLER_CLI_CTL_ROUTES_QUESTION_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "controller/cli/frame/load_flags.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

struct RoutesQuestion {
  std::string topology, traffic, policy;
  std::optional<int> interval;  // absent: the mean of all
  double factor = 1;
  uint32_t max_paths = 0;
  LoadFlags load;
};

// `question` must outlive the parsing.
void AddRoutesQuestion(CLI::App& app, RoutesQuestion* question);

// Errors of the readers; OutOfRange for an interval that is not there.
absl::StatusOr<rhumb::v1::ComputeRoutesRequest> MakeRequest(const RoutesQuestion& question);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_CTL_ROUTES_QUESTION_H_
