// Everything odd about a topology's file, in one run: what refuses it, what an engineer should look
// at, and what the reader merged, skipped or assumed.
#ifndef RHUMB_TOPOLOGIES_ANALYSIS_INSPECTION_H_
#define RHUMB_TOPOLOGIES_ANALYSIS_INSPECTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/findings.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"

namespace rhumb {

struct Inspection {
  std::vector<Finding> findings;  // worst first
  bool refused = false;           // the file does not load with the given options
  // What it loads as, with the given options or, when those refuse it, with `command`'s; absent
  // when no options help.
  std::optional<Loaded<Topology>> loaded;
  // The whole command that loads the file; empty when it loads as it is or nothing helps.
  std::string command;
};

// NotFound and other codes when the file itself cannot be read. What it says is in the result.
absl::StatusOr<Inspection> InspectTopology(absl::string_view name_or_path,
                                           const LoadOptions& options);

// "refused", "odd", "note".
absl::string_view SeverityName(Severity severity);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_ANALYSIS_INSPECTION_H_
