#include "topologies/formats/matrix_stack.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {

absl::StatusOr<std::vector<std::string>> MatrixNodeNames(const Input& input, int n,
                                                         const LoadOptions& options, Notes* notes) {
  std::vector<std::string> names;
  if (options.topology == nullptr) {
    notes->Say("no topology was given: nodes are named by their number, from 0");
    for (int i = 0; i < n; ++i) names.push_back(absl::StrCat(i));
    return names;
  }
  const Topology& topology = *options.topology;
  if (topology.num_nodes() == n) {
    for (const Node& node : topology.nodes()) names.push_back(node.name);
    notes->Say(
        absl::StrFormat("rows and columns were read as the nodes of topology \"%s\", in their "
                        "order",
                        topology.name()));
    return names;
  }
  for (int i = 1; topology.FindNode(absl::StrCat("h", i)); ++i) {
    names.push_back(absl::StrCat("h", i));
  }
  if (static_cast<int>(names.size()) == n) {
    notes->Say(
        absl::StrFormat("rows and columns were read as the hosts h1 to h%d of topology \"%s\"", n,
                        topology.name()));
    return names;
  }
  return input.Fault(
      absl::StrFormat("has matrices of %d nodes but topology \"%s\" has %d; give the network that "
                      "belongs to them",
                      n, topology.name(), topology.num_nodes()));
}

int SideOfSquare(int64_t columns) {
  const int n = static_cast<int>(std::llround(std::sqrt(static_cast<double>(columns))));
  return n >= 2 && static_cast<int64_t>(n) * n == columns ? n : 0;
}

}  // namespace rhumb
