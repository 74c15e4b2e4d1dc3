#include "topologies/formats/rfc8345_json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "topologies/formats/json_fields.h"
#include "topologies/formats/names.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr double kBitsPerByte = 8;
constexpr char kRiskGroup[] = "srlg-";

// The member of that name, with or without its module's name in front ("ietf-network:node").
const json* Member(const json* object, absl::string_view name) {
  if (object == nullptr || !object->is_object()) return nullptr;
  for (const auto& item : object->items()) {
    absl::string_view key = item.key();
    if (const size_t colon = key.rfind(':'); colon != absl::string_view::npos) {
      key.remove_prefix(colon + 1);
    }
    if (key == name && !item.value().is_null()) return &item.value();
  }
  return nullptr;
}

const json* Descend(const json* object, std::initializer_list<absl::string_view> names) {
  for (const absl::string_view name : names) object = Member(object, name);
  return object;
}

absl::string_view WithoutModule(absl::string_view key) {
  const size_t colon = key.rfind(':');
  return colon == absl::string_view::npos ? key : key.substr(colon + 1);
}

// RFC 8776, te-bandwidth: decimal, hexadecimal, or the hexadecimal of an IEEE float ("0x1.2p33").
absl::StatusOr<double> ParseBandwidth(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  double value = 0;
  absl::string_view digits = text;
  if (absl::ConsumePrefix(&digits, "0x") || absl::ConsumePrefix(&digits, "0X")) {
    const auto result = absl::from_chars(digits.data(), digits.data() + digits.size(), value,
                                         absl::chars_format::hex);
    if (result.ec == std::errc() && result.ptr == digits.data() + digits.size() &&
        std::isfinite(value)) {
      return value;
    }
  } else if (const auto number = ParseNumber(text); number.ok()) {
    return number;
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("\"%s\" is no single bandwidth in bytes per second", text.substr(0, 40)));
}

class Reader {
 public:
  Reader(const Input& input, const LoadOptions& options) : draft_(input, options) {}

  TopologyDraft& draft() { return draft_; }

  absl::StatusOr<Loaded<Topology>> Read(const json& network) {
    draft_.name = JsonText(Member(&network, "network-id"));
    for (const auto& item : network.items()) {
      const absl::string_view key = WithoutModule(item.key());
      if (key != "network-id" && key != "node" && key != "link" && key != "network-types" &&
          key != "te-topology-identifier" && key != "te") {
        draft_.notes.Unused("network", item.key());
      }
    }
    CountUnused(Member(&network, "te"), "network", {"name"});
    if (const json* nodes = Member(&network, "node"); nodes != nullptr && nodes->is_array()) {
      for (size_t i = 0; i < nodes->size(); ++i) {
        if (absl::Status status = ReadNode((*nodes)[i], i); !status.ok()) return status;
      }
    }
    if (const json* links = Member(&network, "link"); links != nullptr && links->is_array()) {
      for (size_t i = 0; i < links->size(); ++i) {
        if (absl::Status status = ReadLink((*links)[i], i); !status.ok()) return status;
      }
    }
    return draft_.Finish();
  }

 private:
  absl::Status ReadNode(const json& in, size_t index) {
    const Place place("node", index);
    DraftNode node;
    node.key = JsonText(Member(&in, "node-id"));
    const json* te_name = Descend(&in, {"te", "te-node-attributes", "name"});
    node.description =
        JsonText(te_name != nullptr ? te_name : Descend(&in, {"l3-node-attributes", "name"}));
    const json* location = Descend(&in, {"te", "geolocation"});
    if (location != nullptr) {
      const auto north = ParseNumber(JsonText(Member(location, "latitude")));
      const auto east = ParseNumber(JsonText(Member(location, "longitude")));
      if (north.ok() && east.ok()) {
        node.coordinates = Coordinates{*north, *east};
      } else {
        draft_.notes.Count("coordinates that are missing in part or unreadable left out",
                           place.ToString());
      }
      CountUnused(location, "node", {"latitude", "longitude"});
    }
    CountUnused(in, "node", {"node-id", "te-node-id", "te", "l3-node-attributes"});
    CountUnused(Member(&in, "te"), "node", {"te-node-attributes", "geolocation"});
    CountUnused(Descend(&in, {"te", "te-node-attributes"}), "node", {"name"});
    CountUnused(Member(&in, "l3-node-attributes"), "node", {"name"});
    return draft_.AddNode(std::move(node), place);
  }

  absl::Status ReadLink(const json& in, size_t index) {
    const Place place("link", index);
    DraftLink link;
    link.name = JsonText(Member(&in, "link-id"));
    link.source_key = JsonText(Descend(&in, {"source", "source-node"}));
    link.destination_key = JsonText(Descend(&in, {"destination", "dest-node"}));
    if (link.source_key.empty() || link.destination_key.empty()) {
      return draft_.Fault(place, "links without both ends",
                          "lacks its source-node or dest-node; give both");
    }
    const json* te = Member(&in, "te");
    const json* attributes = Member(te, "te-link-attributes");
    const json* l3 = Member(&in, "l3-link-attributes");
    std::optional<double> bytes_per_second, delay_us, metric;
    absl::Status status = Quantity(
        link, place, Descend(attributes, {"max-link-bandwidth", "te-bandwidth", "generic"}),
        "max-link-bandwidth", ParseBandwidth, &bytes_per_second);
    if (status.ok()) {
      status = Quantity(link, place, Member(attributes, "te-delay-metric"), "te-delay-metric",
                        ParseNumber, &delay_us);
    }
    for (const auto& [object, name] : {std::pair(l3, "metric1"),
                                       {attributes, "te-igp-metric"},
                                       {attributes, "te-default-metric"}}) {
      if (status.ok() && !metric) {
        status = Quantity(link, place, Member(object, name), name, ParseNumber, &metric);
      }
    }
    if (!status.ok()) return status;
    if (bytes_per_second) link.capacity_bps = *bytes_per_second * kBitsPerByte;
    if (delay_us) link.propagation_delay = absl::Microseconds(*delay_us);
    if (metric) {
      link.igp_metric = *metric;
    } else {
      draft_.notes.Count("links without a metric, given 1");
    }
    const std::string admin = JsonText(Member(attributes, "admin-status"));
    if (!admin.empty() && admin != "up") {
      link.administrative_state = AdministrativeState::kDrained;
      if (admin != "maintenance") {
        draft_.notes.Count(
            absl::StrFormat("links of admin-status \"%s\" read as drained", admin.substr(0, 40)));
      }
    }
    const std::string oper = JsonText(Member(te, "oper-status"));
    if (oper == "down") {
      link.operational_state = OperationalState::kDown;
    } else if (!oper.empty() && oper != "up") {
      draft_.notes.Count(
          absl::StrFormat("links of oper-status \"%s\" read as up", oper.substr(0, 40)));
    }
    ReadRiskGroups(Member(attributes, "te-srlgs"), place, &link);
    CountUnused(in, "link", {"link-id", "source", "destination", "te", "l3-link-attributes"});
    CountUnused(Member(&in, "source"), "link", {"source-node"});
    CountUnused(Member(&in, "destination"), "link", {"dest-node"});
    const json* bandwidth = Member(attributes, "max-link-bandwidth");
    CountUnused(bandwidth, "link", {"te-bandwidth"});
    CountUnused(Member(bandwidth, "te-bandwidth"), "link", {"generic"});
    CountUnused(te, "link", {"te-link-attributes", "oper-status"});
    CountUnused(attributes, "link",
                {"max-link-bandwidth", "te-delay-metric", "te-igp-metric", "te-default-metric",
                 "admin-status", "te-srlgs"});
    CountUnused(l3, "link", {"metric1"});
    return draft_.AddLink(std::move(link), place);
  }

  void ReadRiskGroups(const json* groups, const Place& place, DraftLink* link) {
    if (groups == nullptr) return;
    CountUnused(groups, "link", {"value"});
    const json* values = Member(groups, "value");
    if (values == nullptr) return;
    // A list of one is often written without its brackets.
    const json list = values->is_array() ? *values : json::array({*values});
    for (const json& group : list) {
      const std::string number = JsonText(&group);
      if (number.empty()) {
        draft_.notes.Count("risk groups that are no numbers left out", place.ToString());
      } else {
        link->shared_risk_groups.push_back(absl::StrCat(kRiskGroup, number));
      }
    }
  }

  absl::Status Quantity(const DraftLink& link, const Place& place, const json* value,
                        absl::string_view name, absl::StatusOr<double> (*parse)(absl::string_view),
                        std::optional<double>* quantity) {
    if (value == nullptr) return absl::OkStatus();
    const auto number = parse(JsonText(value));
    if (!number.ok()) {
      return draft_.Fault(place, absl::StrCat("links with an unreadable ", name),
                          absl::StrFormat("link %s-%s: the %s: %s", link.source_key,
                                          link.destination_key, name, number.status().message()));
    }
    *quantity = *number;
    return absl::OkStatus();
  }

  void CountUnused(const json& object, const char* kind,
                   std::initializer_list<absl::string_view> used) {
    CountUnused(&object, kind, used);
  }
  void CountUnused(const json* object, const char* kind,
                   std::initializer_list<absl::string_view> used) {
    if (object == nullptr || !object->is_object()) return;
    for (const auto& item : object->items()) {
      const absl::string_view key = WithoutModule(item.key());
      if (std::find(used.begin(), used.end(), key) == used.end()) {
        draft_.notes.Unused(kind, item.key());
      }
    }
  }

  TopologyDraft draft_;
};

// The letters that te-topology-id allows.
std::string TopologyId(absl::string_view name) {
  std::string id;
  for (const char c : name) {
    id += absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' ? c : '_';
  }
  return id.empty() ? "topology" : id;
}

// Numbers of risk groups: N of "srlg-N", others above all of these.
std::map<std::string, uint32_t> NumberRiskGroups(const Topology& topology, int* renamed) {
  std::map<std::string, uint32_t> numbers;
  uint32_t next = 1;
  for (const Link& link : topology.links()) {
    for (const std::string& group : link.shared_risk_groups) {
      absl::string_view digits = group;
      uint32_t number = 0;
      const bool numbered = absl::ConsumePrefix(&digits, kRiskGroup) &&
                            absl::SimpleAtoi(digits, &number) && absl::StrCat(number) == digits &&
                            number < UINT32_MAX / 2;
      numbers.emplace(group, numbered ? number : UINT32_MAX);
      if (numbered) next = std::max(next, number + 1);
    }
  }
  for (auto& [group, number] : numbers) {
    if (number != UINT32_MAX) continue;
    number = next++;
    ++*renamed;
  }
  return numbers;
}

// The least power of ten that makes every metric a whole number: the same paths are shortest then.
absl::StatusOr<double> MetricFactor(const Topology& topology) {
  const Link* first = nullptr;
  for (double factor = 1; factor <= 1e6; factor *= 10) {
    first = nullptr;
    for (const Link& link : topology.links()) {
      const double metric = link.igp_metric * factor;
      const bool whole = std::abs(metric - std::round(metric)) <= 1e-9 * metric;
      if (whole && std::round(metric) >= 1 && metric < 1e15) continue;
      first = &link;
      break;
    }
    if (first == nullptr) return factor;
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("link %s has the metric %g, but RFC 8346 has whole numbers only; scale the "
                      "metrics of all links, "
                      "or write the native format",
                      first->name, first->igp_metric));
}

}  // namespace

bool IsRfc8345Json(const Sniff& sniff) {
  return sniff.kind == Sniff::Kind::kJsonObject &&
         (sniff.json_keys.contains("ietf-network:networks") ||
          sniff.json_keys.contains("ietf-network:network") || sniff.json_keys.contains("networks"));
}

absl::StatusOr<Loaded<Topology>> ReadRfc8345Json(const Input& input, const LoadOptions& options) {
  const auto document = ParseJson(input);
  if (!document.ok()) return document.status();
  const json* networks = Member(&*document, "networks");
  const json* list = Member(networks != nullptr ? networks : &*document, "network");
  if (list == nullptr || !list->is_array() || list->empty()) {
    return input.Fault("lacks the list \"network\" of ietf-network; is the file cut short?");
  }
  const json* chosen = &(*list)[0];
  for (const json& network : *list) {
    const json* links = Member(&network, "link");
    if (links != nullptr && links->is_array() && !links->empty()) {
      chosen = &network;
      break;
    }
  }
  if (!chosen->is_object()) return input.Fault("has a network that is no object");
  Reader reader(input, options);
  if (list->size() > 1) {
    reader.draft().notes.Say(
        absl::StrFormat("the file holds %d networks: only \"%s\", the first with links, was read",
                        list->size(), JsonText(Member(chosen, "network-id")).substr(0, 60)));
  }
  return reader.Read(*chosen);
}

absl::StatusOr<WrittenText> WriteRfc8345Json(const Topology& topology) {
  const absl::StatusOr<double> factor = MetricFactor(topology);
  if (!factor.ok()) return factor.status();
  int renamed_groups = 0, rounded_capacities = 0, rounded_delays = 0;
  const std::map<std::string, uint32_t> groups = NumberRiskGroups(topology, &renamed_groups);
  ordered_json nodes = ordered_json::array(), links = ordered_json::array();
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    const Node& node = topology.node(v);
    ordered_json te = ordered_json::object();
    if (!node.description.empty()) te["te-node-attributes"] = {{"name", node.description}};
    if (node.coordinates) {
      te["geolocation"] = {{"latitude", absl::StrFormat("%.8f", node.coordinates->latitude_deg)},
                           {"longitude", absl::StrFormat("%.8f", node.coordinates->longitude_deg)}};
    }
    const uint32_t id = static_cast<uint32_t>(v) + 1;
    nodes.push_back(
        {{"node-id", node.name},
         {"ietf-te-topology:te-node-id",
          absl::StrFormat("%d.%d.%d.%d", id >> 24, id >> 16 & 255, id >> 8 & 255, id & 255)},
         {"ietf-te-topology:te", te}});
  }
  for (const Link& link : topology.links()) {
    const double bytes = std::round(link.capacity_bps / kBitsPerByte);
    if (bytes * kBitsPerByte != link.capacity_bps) ++rounded_capacities;
    const int64_t delay_us =
        absl::ToInt64Microseconds(link.propagation_delay + absl::Nanoseconds(500));
    if (absl::Microseconds(delay_us) != link.propagation_delay) ++rounded_delays;
    if (bytes < 1 || bytes >= 1e18 || delay_us > UINT32_MAX) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "link %s has a capacity or delay that RFC 8795 has no room for", link.name));
    }
    ordered_json attributes = {
        {"admin-status",
         link.administrative_state == AdministrativeState::kDrained ? "maintenance" : "up"},
        {"max-link-bandwidth",
         {{"te-bandwidth", {{"generic", absl::StrFormat("%d", static_cast<int64_t>(bytes))}}}}},
        {"te-delay-metric", delay_us}};
    if (!link.shared_risk_groups.empty()) {
      ordered_json values = ordered_json::array();
      for (const std::string& group : link.shared_risk_groups) values.push_back(groups.at(group));
      attributes["te-srlgs"] = {{"value", values}};
    }
    links.push_back(
        {{"link-id", link.name},
         {"source", {{"source-node", topology.node(link.source).name}}},
         {"destination", {{"dest-node", topology.node(link.destination).name}}},
         {"ietf-l3-unicast-topology:l3-link-attributes",
          {{"metric1", absl::StrFormat("%d", std::llround(link.igp_metric * *factor))}}},
         {"ietf-te-topology:te",
          {{"te-link-attributes", attributes},
           {"oper-status", link.operational_state == OperationalState::kDown ? "down" : "up"}}}});
  }
  const ordered_json network = {
      {"network-id", topology.name()},
      {"network-types",
       {{"ietf-l3-unicast-topology:l3-unicast-topology", ordered_json::object()},
        {"ietf-te-topology:te-topology", ordered_json::object()}}},
      {"ietf-te-topology:te-topology-identifier",
       {{"provider-id", 0}, {"client-id", 0}, {"topology-id", TopologyId(topology.name())}}},
      {"ietf-te-topology:te", {{"name", topology.name()}}},
      {"node", nodes},
      {"ietf-network-topology:link", links}};
  WrittenText written;
  written.text =
      ordered_json({{"ietf-network:networks", {{"network", ordered_json::array({network})}}}})
          .dump(1, ' ', false, json::error_handler_t::replace);
  written.text += "\n";
  const auto note = [&](int count, absl::string_view what) {
    if (count > 0) written.notes.push_back(absl::StrFormat("%s: %d", what, count));
  };
  note(rounded_capacities, "capacities rounded to bytes per second");
  note(rounded_delays, "delays rounded to microseconds");
  if (*factor != 1) {
    written.notes.push_back(absl::StrFormat(
        "all metrics were multiplied by %g, since the format has whole numbers only", *factor));
  }
  note(renamed_groups, "risk groups that got a number for a name");
  if (!topology.origin().empty()) written.notes.push_back("the origin has no place in the format");
  return written;
}

}  // namespace rhumb
