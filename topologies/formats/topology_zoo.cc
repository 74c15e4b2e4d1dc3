#include "topologies/formats/topology_zoo.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/graph_elements.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/xml_file.h"

namespace rhumb {
namespace {

// What <key> declares: the name of an attribute, what it belongs to, its default.
struct Key {
  std::string id, name, domain;
  std::optional<std::string> preset;
};
using Keys = std::vector<Key>;

constexpr size_t kMaxKeys = 500;

Keys ReadKeys(pugi::xml_node root) {
  Keys keys;
  for (pugi::xml_node element : root.children("key")) {
    Key key;
    key.id = element.attribute("id").value();
    key.name = element.attribute("attr.name").value();
    // yEd's drawings have a kind instead of a name.
    if (key.name.empty()) key.name = element.attribute("yfiles.type").value();
    if (key.name.empty()) key.name = key.id;
    key.domain = element.attribute("for").value();
    if (const pugi::xml_node preset = element.child("default")) {
      key.preset = std::string(absl::StripAsciiWhitespace(preset.text().get()));
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

// An element's <data> in the order of the file, then the defaults of keys it does not set.
// `domain` is "node", "edge" or "graph".
Fields ReadFields(pugi::xml_node element, const Keys& keys, absl::string_view domain) {
  Fields fields;
  absl::flat_hash_set<std::string> set;
  for (pugi::xml_node data : element.children("data")) {
    const std::string id = data.attribute("key").value();
    const auto key =
        std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.id == id; });
    set.insert(id);
    fields.push_back({key == keys.end() ? id : key->name,
                      std::string(absl::StripAsciiWhitespace(data.text().get()))});
  }
  for (const Key& key : keys) {
    const bool applies = key.domain == domain || key.domain == "all" || key.domain.empty();
    if (applies && key.preset && set.count(key.id) == 0) fields.push_back({key.name, *key.preset});
  }
  return fields;
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadTopologyZoo(const Input& input, const LoadOptions& options) {
  auto xml = XmlFile::Parse(input);
  if (!xml.ok()) return xml.status();
  const pugi::xml_node root = (*xml)->root();
  const Keys keys = ReadKeys(root);
  if (keys.size() > kMaxKeys) {
    return input.Fault(
        absl::StrFormat("declares more than %d attributes, which no network has", kMaxKeys));
  }
  const pugi::xml_node graph = root.child("graph");
  if (!graph) return input.Fault("has no <graph> element; is the file cut short?");
  TopologyDraft draft(input, options);
  if (graph.next_sibling("graph")) {
    draft.notes.Say("the file holds more than one graph: only the first was read");
  }
  ElementFields reader(options, &draft);
  if (absl::Status status = AddGraphFields(ReadFields(graph, keys, "graph"), &reader, &draft);
      !status.ok()) {
    return status;
  }
  for (pugi::xml_node element : graph.children("node")) {
    const int line = (*xml)->Line(element);
    if (element.child("graph")) {
      draft.notes.Count("graphs inside a node not read",
                        absl::StrFormat("node %s, line %d", element.attribute("id").value(), line));
    }
    if (absl::Status status =
            AddGraphNode(element.attribute("id").value(), ReadFields(element, keys, "node"), line,
                         &reader, &draft);
        !status.ok()) {
      return status;
    }
  }
  const bool directed = absl::string_view(graph.attribute("edgedefault").value()) == "directed";
  for (pugi::xml_node element : graph.children("edge")) {
    if (absl::Status status =
            AddGraphEdge(element.attribute("source").value(), element.attribute("target").value(),
                         element.attribute("directed").as_bool(directed),
                         ReadFields(element, keys, "edge"), (*xml)->Line(element), &reader, &draft);
        !status.ok()) {
      return status;
    }
  }
  for (pugi::xml_node element : graph.children("hyperedge")) {
    draft.notes.Count("<hyperedge> elements not read",
                      absl::StrFormat("line %d", (*xml)->Line(element)));
  }
  return draft.Finish();
}

}  // namespace rhumb
