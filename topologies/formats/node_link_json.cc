#include "topologies/formats/node_link_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/formats/json_syntax.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using nlohmann::json;

constexpr size_t kMaxJsonBytes = size_t{64} << 20;

const json* Find(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// A node's id as text: NetworkX allows numbers and strings. Empty for anything else.
std::string IdText(const json* id) {
  if (id == nullptr) return "";
  if (id->is_string()) return id->get<std::string>();
  return id->is_number() ? id->dump() : "";
}

bool IsFirstOf(const json& object, std::initializer_list<const char*> keys, const char** found) {
  for (const char* key : keys) {
    if (Find(object, key) != nullptr) {
      *found = key;
      return true;
    }
  }
  return false;
}

std::optional<Coordinates> ReadCoordinates(const json& node) {
  const char *latitude = nullptr, *longitude = nullptr;
  if (!IsFirstOf(node, {"latitude", "Latitude", "lat"}, &latitude) ||
      !IsFirstOf(node, {"longitude", "Longitude", "lon", "lng"}, &longitude)) {
    return std::nullopt;
  }
  const json &north = node[latitude], &east = node[longitude];
  if (!north.is_number() || !east.is_number()) return std::nullopt;
  return Coordinates{north.get<double>(), east.get<double>()};
}

// The tree carries no line numbers; elements are named by their place in the list instead.
absl::Status ReadNode(const Input& input, const json& in, size_t index, TopologyDraft* draft) {
  DraftNode node;
  if (in.is_object()) {
    node.key = IdText(Find(in, "id"));
    const char* key = nullptr;
    if (IsFirstOf(in, {"label", "name"}, &key)) node.description = IdText(&in[key]);
    node.coordinates = ReadCoordinates(in);
  }
  if (node.key.empty()) {
    return input.FaultAt(Place("nodes", index),
                         "has no \"id\" that is a number or a text; give one");
  }
  return draft->AddNode(std::move(node), Place("nodes", index));
}

// Absent when the link has no capacity.
absl::StatusOr<std::optional<double>> ReadCapacity(const Input& input, const char* list,
                                                   const json& link, size_t index,
                                                   const LoadOptions& options, Notes* notes) {
  std::optional<double> capacity;
  const char* key = nullptr;
  if (!IsFirstOf(link, {"capacity", "bandwidth", "bw"}, &key)) return capacity;
  const json& value = link[key];
  const std::string unit_note = absl::StrFormat("link capacities without a unit, 1 read as %s",
                                                FormatRate(options.unitless_rate_bps));
  if (value.is_number()) {
    notes->Count(unit_note);
    capacity = value.get<double>() * options.unitless_rate_bps;
    return capacity;
  }
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (const auto number = ParseNumber(text); number.ok()) {
      notes->Count("link capacities written as text");
      notes->Count(unit_note);
      capacity = *number * options.unitless_rate_bps;
      return capacity;
    }
    if (const auto rate = ParseRate(text); rate.ok()) {
      capacity = *rate;
      return capacity;
    }
  }
  return input.FaultAt(
      Place(list, index),
      absl::StrFormat("the %s %s is no rate; give a number or a text such as \"10G\"", key,
                      value.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 40)));
}

absl::Status ReadLink(const Input& input, const char* list, const json& in, size_t index,
                      bool directed, const LoadOptions& options, TopologyDraft* draft) {
  if (!in.is_object()) {
    return input.FaultAt(Place(list, index), "is no object; give source, target and capacity");
  }
  DraftLink link;
  link.source_key = IdText(Find(in, "source"));
  link.destination_key = IdText(Find(in, "target"));
  if (link.source_key.empty() || link.destination_key.empty()) {
    return input.FaultAt(Place(list, index), "lacks its \"source\" or \"target\"; give both");
  }
  link.both_directions = !directed;
  auto capacity = ReadCapacity(input, list, in, index, options, &draft->notes);
  if (!capacity.ok()) return capacity.status();
  link.capacity_bps = *capacity;
  if (const json* weight = Find(in, "weight"); weight != nullptr && weight->is_number()) {
    link.igp_metric = weight->get<double>();
    draft->notes.Count("link weights read as IGP metrics");
  }
  for (const auto& field : in.items()) {
    const std::string& key = field.key();
    if (key != "source" && key != "target" && key != "key" && key != "capacity" &&
        key != "bandwidth" && key != "bw" && key != "weight") {
      draft->notes.Count("link fields not used", absl::StrFormat("\"%s\"", key.substr(0, 40)));
    }
  }
  return draft->AddLink(std::move(link), Place(list, index));
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadNodeLinkJson(const Input& input, const LoadOptions& options) {
  if (input.bytes.size() > kMaxJsonBytes) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: has %d bytes of node-link JSON; the limit is %d", input.file,
                        input.bytes.size(), kMaxJsonBytes));
  }
  if (absl::Status status = CheckJsonSyntax(input); !status.ok()) return status;
  const json document =
      json::parse(input.bytes.begin(), input.bytes.end(), nullptr, /*allow_exceptions=*/false);
  const json* nodes = Find(document, "nodes");
  const char* list = nullptr;
  if (nodes == nullptr || !nodes->is_array() || !IsFirstOf(document, {"links", "edges"}, &list) ||
      !document[list].is_array()) {
    return input.Fault("lacks the lists \"nodes\" and \"links\" (or \"edges\"); give both");
  }
  const json* directed = Find(document, "directed");
  if (directed != nullptr && !directed->is_boolean()) {
    return input.Fault("\"directed\" is neither true nor false; correct it");
  }
  TopologyDraft draft(input);
  if (const json* graph = Find(document, "graph"); graph != nullptr && graph->is_object()) {
    draft.name = IdText(Find(*graph, "name"));
  }
  for (size_t i = 0; i < nodes->size(); ++i) {
    if (absl::Status status = ReadNode(input, (*nodes)[i], i, &draft); !status.ok()) return status;
  }
  const json& links = document[list];
  const bool is_directed = directed != nullptr && directed->get<bool>();
  for (size_t i = 0; i < links.size(); ++i) {
    if (absl::Status status = ReadLink(input, list, links[i], i, is_directed, options, &draft);
        !status.ok()) {
      return status;
    }
  }
  return draft.Finish(options);
}

}  // namespace rhumb
