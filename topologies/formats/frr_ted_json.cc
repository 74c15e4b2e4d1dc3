#include "topologies/formats/frr_ted_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/json_fields.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using nlohmann::json;

constexpr double kBitsPerByte = 8;

class Reader {
 public:
  Reader(const Input& input, const LoadOptions& options) : input_(input), draft_(input, options) {}

  absl::StatusOr<Loaded<Topology>> Read(const json& ted) {
    draft_.name = JsonText(JsonMember(ted, "name"));
    const json& vertices = *JsonMember(ted, "vertices");
    const json& edges = *JsonMember(ted, "edges");
    for (const auto& [list, key] :
         {std::pair(&vertices, "verticesCount"), std::pair(&edges, "edgesCount")}) {
      const std::string count = JsonText(JsonMember(ted, key));
      if (!count.empty() && count != absl::StrCat(list->size())) {
        return input_.Fault(absl::StrFormat("says \"%s\": %s but lists %d; print it again", key,
                                            count.substr(0, 20), list->size()));
      }
    }
    for (const auto& item : ted.items()) {
      const std::string& key = item.key();
      if (key != "name" && key != "vertices" && key != "edges" && key != "verticesCount" &&
          key != "edgesCount") {
        draft_.notes.Unused("database", key);
      }
    }
    for (size_t i = 0; i < vertices.size(); ++i) {
      if (absl::Status status = ReadVertex(vertices[i], i); !status.ok()) return status;
    }
    for (size_t i = 0; i < edges.size(); ++i) {
      if (absl::Status status = ReadEdge(edges[i], i); !status.ok()) return status;
    }
    return draft_.Finish();
  }

 private:
  absl::Status ReadVertex(const json& in, size_t index) {
    const Place place("vertices", index);
    DraftNode node;
    node.key = JsonText(JsonMember(in, "vertex-id"));
    const std::string name = JsonText(JsonMember(in, "name"));
    const std::string router = JsonText(JsonMember(in, "router-id"));
    node.label = !name.empty() ? name : router;
    if (!name.empty()) node.description = router;
    if (node.key.empty()) {
      return draft_.Fault(place, "vertices without an id", "has no \"vertex-id\"; give one");
    }
    for (const auto& item : in.items()) {
      const std::string& key = item.key();
      if (key != "vertex-id" && key != "name" && key != "router-id") {
        draft_.notes.Unused("node", key);
      }
    }
    return draft_.AddNode(std::move(node), place);
  }

  absl::Status ReadEdge(const json& in, size_t index) {
    const Place place("edges", index);
    DraftLink link;
    link.source_key = JsonText(JsonMember(in, "local-vertex-id"));
    link.destination_key = JsonText(JsonMember(in, "remote-vertex-id"));
    if (link.source_key.empty() || link.destination_key.empty()) {
      draft_.notes.Count("edges that lead to no vertex of the database skipped", place.ToString());
      return absl::OkStatus();
    }
    std::optional<double> metric, te_metric, bytes_per_second, delay_us;
    const json* attributes = JsonMember(in, "edge-attributes");
    struct Wanted {
      const json* object;
      const char* key;
      std::optional<double>* value;
    };
    for (const Wanted& wanted : {Wanted{&in, "metric", &metric},
                                 {attributes, "te-metric", &te_metric},
                                 {attributes, "max-link-bandwidth", &bytes_per_second},
                                 {attributes, "delay", &delay_us}}) {
      const json* value =
          wanted.object == nullptr ? nullptr : JsonMember(*wanted.object, wanted.key);
      if (value == nullptr) continue;
      const auto number = ParseNumber(JsonText(value));
      if (!number.ok()) {
        if (absl::Status status = draft_.Fault(
                place, absl::StrCat("links with an unreadable ", wanted.key),
                absl::StrFormat("link %s-%s: the %s: %s", link.source_key, link.destination_key,
                                wanted.key, number.status().message()));
            !status.ok()) {
          return status;
        }
        continue;
      }
      *wanted.value = *number;
    }
    // An interface of which the IGP says nothing has metric 0.
    if (metric && *metric != 0) {
      link.igp_metric = *metric;
    } else if (te_metric && *te_metric != 0) {
      link.igp_metric = *te_metric;
    } else {
      draft_.notes.Count("links without a metric, given 1");
    }
    if (bytes_per_second && *bytes_per_second != 0) {
      link.capacity_bps = *bytes_per_second * kBitsPerByte;
    }
    if (delay_us) link.propagation_delay = absl::Microseconds(*delay_us);
    ReadRest(in, attributes, &link);
    return draft_.AddLink(std::move(link), place);
  }

  void ReadRest(const json& in, const json* attributes, DraftLink* link) {
    for (const auto& item : in.items()) {
      const std::string& key = item.key();
      if (key == "status" && JsonText(&item.value()) == "Delete") {
        link->operational_state = OperationalState::kDown;
      } else if (key != "local-vertex-id" && key != "remote-vertex-id" && key != "metric" &&
                 key != "edge-attributes") {
        draft_.notes.Unused("link", key);
      }
    }
    if (attributes == nullptr || !attributes->is_object()) return;
    for (const auto& item : attributes->items()) {
      const std::string& key = item.key();
      if (key == "srlgs" && item.value().is_array()) {
        for (const json& group : item.value()) {
          const std::string number = JsonText(JsonMember(group, "srlg"));
          if (number.empty()) {
            draft_.notes.Count("risk groups without a number left out");
          } else {
            link->shared_risk_groups.push_back(absl::StrCat("srlg-", number));
          }
        }
      } else if (key != "te-metric" && key != "max-link-bandwidth" && key != "delay") {
        draft_.notes.Unused("link", key);
      }
    }
  }

  const Input& input_;
  TopologyDraft draft_;
};

}  // namespace

bool IsFrrTedJson(const Sniff& sniff) {
  return sniff.kind == Sniff::Kind::kJsonObject &&
         (sniff.json_keys.contains("ted") ||
          (sniff.json_keys.contains("vertices") && sniff.json_keys.contains("edges")));
}

absl::StatusOr<Loaded<Topology>> ReadFrrTedJson(const Input& input, const LoadOptions& options) {
  const auto document = ParseJson(input);
  if (!document.ok()) return document.status();
  const json* ted = JsonMember(*document, "ted");
  if (ted == nullptr) ted = &*document;
  const json* vertices = JsonMember(*ted, "vertices");
  const json* edges = JsonMember(*ted, "edges");
  if (vertices == nullptr || edges == nullptr || !vertices->is_array() || !edges->is_array()) {
    return input.Fault("lacks the lists \"vertices\" and \"edges\"; print the whole database");
  }
  return Reader(input, options).Read(*ted);
}

}  // namespace rhumb
