// Nodes and edges with attributes, as the graph formats have them (GraphML, GML, DOT), and what the
// Topology Zoo's attributes mean in any of them.
#ifndef RHUMB_TOPOLOGIES_FORMATS_GRAPH_ELEMENTS_H_
#define RHUMB_TOPOLOGIES_FORMATS_GRAPH_ELEMENTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/input.h"
#include "topologies/formats/topology_draft.h"

namespace rhumb {

// Takes the field of that name out; empty when there is none.
std::string TakeField(Fields* fields, absl::string_view name);

// Units, name and origin of the graph.
absl::Status AddGraphFields(Fields fields, ElementFields* reader, TopologyDraft* draft);

// A node named by its label; by its id ("n7" for 7) where it has none or only a placeholder.
// External and hyperedge nodes stay and are counted.
absl::Status AddGraphNode(std::string key, Fields fields, const Place& place, ElementFields* reader,
                          TopologyDraft* draft);

// An edge between the nodes of these keys.
absl::Status AddGraphEdge(std::string source, std::string target, bool directed, Fields fields,
                          const Place& place, ElementFields* reader, TopologyDraft* draft);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_GRAPH_ELEMENTS_H_
