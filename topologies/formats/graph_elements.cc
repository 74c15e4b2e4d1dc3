#include "topologies/formats/graph_elements.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace rhumb {
namespace {

// The Zoo writes "None", "?" or "???" where a map shows no name.
bool IsPlaceholder(absl::string_view label) {
  return label == "None" || label.find_first_not_of("? ") == absl::string_view::npos;
}

}  // namespace

std::string TakeField(Fields* fields, absl::string_view name) {
  for (auto field = fields->begin(); field != fields->end(); ++field) {
    if (field->name != name) continue;
    std::string text = std::move(field->text);
    fields->erase(field);
    return text;
  }
  return "";
}

absl::Status AddGraphFields(Fields fields, ElementFields* reader, TopologyDraft* draft) {
  if (const std::string network = TakeField(&fields, "Network"); !network.empty()) {
    draft->origin = absl::StrFormat("Internet Topology Zoo (CC BY 4.0): %s, %s", network,
                                    TakeField(&fields, "NetworkDate"));
  }
  return reader->ReadGraph(fields);
}

absl::Status AddGraphNode(std::string key, Fields fields, const Place& place, ElementFields* reader,
                          TopologyDraft* draft) {
  DraftNode node;
  node.key = std::move(key);
  node.label = TakeField(&fields, "label");
  const std::string where = absl::StrFormat("node %s, %s", node.key, place.ToString());
  if (IsPlaceholder(node.label)) {
    // igraph numbers its nodes and has a field "name"; other writers, such as NetworkX, have the
    // name for an id.
    int number;
    absl::string_view digits = node.key;
    const bool numbered = absl::SimpleAtoi(node.key, &number);
    const bool numbered_by_igraph =
        absl::ConsumePrefix(&digits, "n") && absl::SimpleAtoi(digits, &number);
    if (numbered || numbered_by_igraph) node.label = TakeField(&fields, "name");
  }
  if (IsPlaceholder(node.label)) {
    int number;
    node.label = absl::SimpleAtoi(node.key, &number) ? absl::StrCat("n", node.key) : node.key;
    draft->notes.Count("nodes without a label, named by id", where);
  }
  node.description = TakeField(&fields, "Country");
  if (TakeField(&fields, "hyperedge") == "1") {
    draft->notes.Count("hyperedge nodes kept as nodes", absl::StrFormat("node %s", node.key));
  }
  if (TakeField(&fields, "Internal") == "0") {
    draft->notes.Count("external nodes kept", absl::StrFormat("node %s", node.key));
  }
  reader->ReadNode(fields, place, &node);
  return draft->AddNode(std::move(node), place);
}

absl::Status AddGraphEdge(std::string source, std::string target, bool directed, Fields fields,
                          const Place& place, ElementFields* reader, TopologyDraft* draft) {
  if (source.empty() || target.empty()) {
    return draft->Fault(place, "edges without both ends",
                        "an edge lacks its source or target; give both");
  }
  DraftLink link;
  link.source_key = std::move(source);
  link.destination_key = std::move(target);
  link.both_directions = !directed;
  if (const std::string status = TakeField(&fields, "LinkStatus"); !status.empty()) {
    draft->notes.Count("edges with a LinkStatus kept as if in service",
                       absl::StrFormat("\"%s\", %s", status.substr(0, 40), place.ToString()));
  }
  if (absl::Status s = reader->ReadLink(fields, place, &link); !s.ok()) return s;
  return draft->AddLink(std::move(link), place);
}

}  // namespace rhumb
