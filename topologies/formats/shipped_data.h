// The networks and traffic that come with the program, and how a name on the command line becomes a
// file.
#ifndef RHUMB_TOPOLOGIES_FORMATS_SHIPPED_DATA_H_
#define RHUMB_TOPOLOGIES_FORMATS_SHIPPED_DATA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// Names that LoadTopology and LoadTraffic take without a path, sorted. topologies/installation.h
// says where they are looked for.
std::vector<std::string> ShippedTopologies();
std::vector<std::string> ShippedTraffic();

// The path that a user means by a shipped name or a path. A file wins over a shipped name only when
// the text holds a '/' or a '.'. NotFound, listing the shipped names, when there is neither.
absl::StatusOr<std::string> FindTopologyFile(absl::string_view name_or_path);
absl::StatusOr<std::string> FindTrafficFile(absl::string_view name_or_path);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_SHIPPED_DATA_H_
