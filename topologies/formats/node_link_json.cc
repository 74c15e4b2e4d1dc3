#include "topologies/formats/node_link_json.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/json_fields.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using nlohmann::json;

constexpr size_t kMaxJsonBytes = size_t{64} << 20;

bool IsFirstOf(const json& object, std::initializer_list<const char*> keys, const char** found) {
  for (const char* key : keys) {
    if (JsonMember(object, key) != nullptr) {
      *found = key;
      return true;
    }
  }
  return false;
}

bool IsOneOf(absl::string_view key, std::initializer_list<const char*> keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// The tree carries no line numbers; elements are named by their place in the list instead.
absl::Status ReadNode(const json& in, size_t index, ElementFields* reader, TopologyDraft* draft) {
  const Place place("nodes", index);
  DraftNode node;
  if (in.is_object()) {
    node.key = JsonText(JsonMember(in, "id"));
    const char* key = nullptr;
    if (IsFirstOf(in, {"label", "name"}, &key)) node.description = JsonText(&in[key]);
    const absl::string_view described = key == nullptr ? "" : key;
    reader->ReadNode(
        JsonFields(in, [&](const std::string& name) { return name != "id" && name != described; }),
        place, &node);
  }
  if (node.key.empty()) {
    return draft->Fault(place, "nodes without an id",
                        "has no \"id\" that is a number or a text; give one");
  }
  return draft->AddNode(std::move(node), place);
}

absl::Status ReadLink(const char* list, const json& in, size_t index, bool directed,
                      ElementFields* reader, TopologyDraft* draft) {
  const Place place(list, index);
  if (!in.is_object()) {
    return draft->Fault(place, "links that are no objects",
                        "is no object; give source, target and capacity");
  }
  DraftLink link;
  link.source_key = JsonText(JsonMember(in, "source"));
  link.destination_key = JsonText(JsonMember(in, "target"));
  if (link.source_key.empty() || link.destination_key.empty()) {
    return draft->Fault(place, "links without both ends",
                        "lacks its \"source\" or \"target\"; give both");
  }
  link.both_directions = !directed;
  const Fields fields = JsonFields(in, [](const std::string& name) {
    return !IsOneOf(name, {"source", "target", "key"});
  });
  for (const Field& field : fields) {
    if (RoleOfField(field.name) == FieldRole::kCapacity && in[field.name].is_string() &&
        ParseNumber(field.text).ok()) {
      draft->notes.Count("link capacities written as text");
    }
  }
  if (absl::Status status = reader->ReadLink(fields, place, &link); !status.ok()) return status;
  return draft->AddLink(std::move(link), place);
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadNodeLinkJson(const Input& input, const LoadOptions& options) {
  if (input.bytes.size() > kMaxJsonBytes) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: has %d bytes of node-link JSON; the limit is %d", input.file,
                        input.bytes.size(), kMaxJsonBytes));
  }
  const auto parsed = ParseJson(input);
  if (!parsed.ok()) return parsed.status();
  const json& document = *parsed;
  const json* nodes = JsonMember(document, "nodes");
  const char* list = nullptr;
  if (nodes == nullptr || !nodes->is_array() || !IsFirstOf(document, {"links", "edges"}, &list) ||
      !document[list].is_array()) {
    return input.Fault("lacks the lists \"nodes\" and \"links\" (or \"edges\"); give both");
  }
  const json* directed = JsonMember(document, "directed");
  if (directed != nullptr && !directed->is_boolean()) {
    return input.Fault("\"directed\" is neither true nor false; correct it");
  }
  TopologyDraft draft(input, options);
  ElementFields reader(options, &draft);
  if (const json* graph = JsonMember(document, "graph"); graph != nullptr && graph->is_object()) {
    if (absl::Status status = reader.ReadGraph(JsonFields(*graph)); !status.ok()) return status;
  }
  for (const auto& item : document.items()) {
    if (!IsOneOf(item.key(), {"nodes", "links", "edges", "directed", "multigraph", "graph"})) {
      draft.notes.Unused("graph", item.key());
    }
  }
  for (size_t i = 0; i < nodes->size(); ++i) {
    if (absl::Status status = ReadNode((*nodes)[i], i, &reader, &draft); !status.ok())
      return status;
  }
  const json& links = document[list];
  const bool is_directed = directed != nullptr && directed->get<bool>();
  for (size_t i = 0; i < links.size(); ++i) {
    if (absl::Status status = ReadLink(list, links[i], i, is_directed, &reader, &draft);
        !status.ok()) {
      return status;
    }
  }
  return draft.Finish();
}

}  // namespace rhumb
