// A network as a table: one row a link, with columns for its two ends, as pandas and spreadsheets
// write it.
//
//     source,target,capacity [Gbit/s],delay_ms
//     Paris,Lyon,100,2.1
#ifndef RHUMB_TOPOLOGIES_FORMATS_EDGE_LIST_CSV_H_
#define RHUMB_TOPOLOGIES_FORMATS_EDGE_LIST_CSV_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/topology.h"

namespace rhumb {

struct EdgeColumns {
  size_t source, target;
};

// The columns of a head line that name the two ends (source and target, src and dst, from and to, u
// and v, ...); absent when there are none.
std::optional<EdgeColumns> FindEdgeColumns(const std::vector<std::string>& head);

// A head line with both ends and no demands.
bool IsEdgeListCsv(const Sniff& sniff);

// The other columns are read by element_fields.h; a column "directed" counts too. Where it is
// missing, links are undirected unless more than half of them are listed in both directions. Nodes
// are what the ends name, in order of first appearance.
absl::StatusOr<Loaded<Topology>> ReadEdgeListCsv(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_EDGE_LIST_CSV_H_
