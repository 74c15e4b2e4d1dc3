// Two nodes as a request names them.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_NAMED_PAIR_H_
#define RHUMB_CONTROLLER_STEERING_STATE_NAMED_PAIR_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

// NotFound, about the field "source" or "destination", unless both are nodes of the topology and
// not the same.
inline absl::StatusOr<NodePair> FindPair(const Topology& topology, const std::string& source,
                                         const std::string& destination) {
  const auto s = topology.FindNode(source);
  const auto d = topology.FindNode(destination);
  if (s && d && *s != *d) return NodePair{*s, *d};
  return AboutField(!s ? "source" : "destination",
                    absl::NotFoundError(absl::StrFormat(
                        "\"%s>%s\" are not two nodes of the topology", source, destination)));
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_NAMED_PAIR_H_
