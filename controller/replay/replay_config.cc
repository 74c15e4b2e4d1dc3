#include "controller/replay/replay_config.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "topologies/formats/toml_fields.h"
#include "topologies/generators/traffic_generator.h"

namespace rhumb {
namespace {

// A file's name made absolute; any other text as it is.
std::string AbsoluteIfFile(const std::string& name) {
  std::error_code error;
  const bool may_be_file = name.find_first_of("/.") != std::string::npos;
  if (!may_be_file || !std::filesystem::exists(name, error)) return name;
  const std::filesystem::path path = std::filesystem::absolute(name, error);
  return error ? name : path.lexically_normal().string();
}

std::string AbsolutePolicy(const std::string& policy) {
  const size_t colon = policy.find(':');
  if (colon == std::string::npos) return policy;
  return policy.substr(0, colon + 1) + AbsoluteIfFile(policy.substr(colon + 1));
}

std::string IntervalRangeText(const std::pair<int, int>& range) {
  return absl::StrCat(range.first, ":", range.second);
}

// Every section and key of a scenario file with the member that holds it. `enter(name, visit)`
// calls `visit` with what reads or writes the fields of that section; the first has no name.
template <typename Config, typename Enter>
void VisitSections(Config& c, Enter&& enter) {
  enter("", [&](auto& fields) {
    fields.Text("topology", c.topology);
    fields.Text("traffic", c.traffic);
    fields.Texts("policies", c.policies);
    fields.Text("simulator", c.simulator);
    fields.Number("load", c.load);
    fields.Parsed("intervals", c.intervals, ParseIntervalRange, IntervalRangeText,
                  "a range such as \"0:12\"");
    fields.Texts("events", c.events);
    fields.Count("seeds", c.seeds);
    fields.Flag("optimum", c.optimum);
  });
  enter("input", [&](auto& fields) {
    fields.Rate("default_capacity", c.default_capacity_bps);
    fields.Rate("capacity_unit", c.capacity_unit_bps);
    fields.Time("default_delay", c.default_delay);
    fields.Flag("drop_suspect", c.drop_suspect);
    fields.Flag("largest_part", c.largest_part);
  });
  enter("paths", [&](auto& fields) {
    fields.Text("method", c.paths);
    fields.Count("max_paths", c.max_paths);
    fields.Number("stretch", c.stretch);
  });
  enter("packet", [&](auto& fields) {
    fields.Time("warm_up", c.packet.warm_up);
    fields.Time("measure", c.packet.measure);
    fields.Time("drain", c.packet.drain);
    fields.Number("tcp_share", c.packet.tcp_share);
    fields.Text("flow_sizes", c.packet.flow_sizes);
    fields.Text("data_plane", c.packet.data_plane);
    fields.Number("scale", c.packet.scale);
    fields.Flag("continuous", c.packet.continuous);
    fields.Count("segment_bytes", c.packet.segment_bytes);
  });
}

bool IsOneOf(const std::string& value, std::initializer_list<const char*> known) {
  for (const char* k : known) {
    if (value == k) return true;
  }
  return false;
}

bool IsPositive(double value) { return std::isfinite(value) && value > 0; }

void CheckPacket(const PacketConfig& packet, std::vector<std::string>* faults) {
  if (packet.measure <= absl::ZeroDuration())
    faults->push_back("the measured time must be positive");
  if (packet.warm_up.value_or(absl::ZeroDuration()) < absl::ZeroDuration() ||
      packet.drain < absl::ZeroDuration()) {
    faults->push_back("warm-up and drain times must not be negative");
  }
  if (!(packet.tcp_share >= 0 && packet.tcp_share <= 1)) {
    faults->push_back("the TCP share must be in [0, 1]");
  }
  if (packet.scale && !IsPositive(*packet.scale)) {
    faults->push_back("the scale must be above 0");
  }
  if (packet.segment_bytes < 100 || packet.segment_bytes > 8948) {
    faults->push_back("the segment size must be between 100 and 8948 bytes");
  }
  if (!IsOneOf(packet.flow_sizes, {"mice-elephants", "websearch", "bounded-pareto", "long-tail",
                                   "constant", "poisson"})) {
    faults->push_back(
        absl::StrFormat("no flow sizes \"%s\"; choose mice-elephants, websearch, bounded-pareto, "
                        "long-tail, constant or poisson",
                        packet.flow_sizes));
  }
  if (!IsOneOf(packet.data_plane, {"ip", "udp-fast", "global-routing"})) {
    faults->push_back(absl::StrFormat("no data plane \"%s\"; choose ip, udp-fast or global-routing",
                                      packet.data_plane));
  }
}

}  // namespace

absl::Status CheckReplayConfig(const ReplayConfig& config) {
  std::vector<std::string> faults;
  if (config.topology.empty())
    faults.push_back("no topology; give --topology, a shipped name or a file");
  if (config.traffic.empty()) {
    faults.push_back(
        "no traffic; give --traffic, a shipped name, a file or a generator such as "
        "gravity:seed=1,count=50");
  }
  if (config.policies.empty()) faults.push_back("no policies; give --policies shortest-path,ecmp");
  if (!IsOneOf(config.simulator, {"flow", "fluid", "ns3"})) {
    faults.push_back(
        absl::StrFormat("no simulator \"%s\"; choose flow, fluid or ns3", config.simulator));
  }
  if (config.load && !IsPositive(*config.load)) {
    faults.push_back("the load must be above 0");
  }
  if (config.seeds && *config.seeds < 1) faults.push_back("there must be at least 1 seed");
  if (config.default_capacity_bps && !IsPositive(*config.default_capacity_bps)) {
    faults.push_back("the default capacity must be above 0");
  }
  if (config.capacity_unit_bps && !IsPositive(*config.capacity_unit_bps)) {
    faults.push_back("the capacity unit must be above 0");
  }
  if (!IsOneOf(config.paths, {"diverse", "yen"})) {
    faults.push_back(
        absl::StrFormat("no candidate paths \"%s\"; choose diverse or yen", config.paths));
  }
  if (config.max_paths < 1) faults.push_back("there must be at least 1 candidate path");
  if (!(config.stretch >= 1)) faults.push_back("the stretch must be at least 1");
  CheckPacket(config.packet, &faults);
  if (config.simulator == "fluid" && config.packet.data_plane != "ip") {
    faults.push_back(absl::StrFormat(
        "the data plane %s is one of ns3; the fluid simulator has ip alone, leave it out",
        config.packet.data_plane));
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
}

std::string ToToml(const ReplayConfig& config) {
  ReplayConfig absolute = config;
  absolute.topology = AbsoluteIfFile(config.topology);
  if (!LooksLikeTrafficGenerator(config.traffic)) absolute.traffic = AbsoluteIfFile(config.traffic);
  for (std::string& policy : absolute.policies) policy = AbsolutePolicy(policy);
  std::string text = "# Play it again: rhumb replay --config FILE\n";
  VisitSections(absolute, [&](const std::string& name, auto&& visit) {
    if (!name.empty()) absl::StrAppend(&text, "\n[", name, "]\n");
    TomlWriter writer(&text);
    visit(writer);
  });
  return text;
}

absl::StatusOr<ReplayConfig> ReplayConfigFromToml(absl::string_view text,
                                                  const std::string& file_name) {
  const absl::StatusOr<toml::table> root = ParseToml(text, file_name);
  if (!root.ok()) return root.status();
  ReplayConfig config;
  std::vector<std::string> faults, sections;
  VisitSections(config, [&](const std::string& name, auto&& visit) {
    const toml::node* node = name.empty() ? &*root : root->get(name);
    if (!name.empty()) sections.push_back(name);
    if (node == nullptr || !node->is_table()) return;
    TomlReader reader(*node->as_table(), name, file_name, &faults);
    visit(reader);
    reader.ReportUnknownKeys();
  });
  for (const auto& [key, node] : *root) {
    const std::string name(key.str());
    const bool known = std::find(sections.begin(), sections.end(), name) != sections.end();
    if (!node.is_table() || known) continue;
    faults.push_back(absl::StrFormat("%s:%d: no section [%s]; sections are %s", file_name,
                                     node.source().begin.line, name,
                                     absl::StrJoin(sections, ", ")));
  }
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  return config;
}

absl::StatusOr<std::pair<int, int>> ParseIntervalRange(absl::string_view text) {
  const std::vector<absl::string_view> ends = absl::StrSplit(text, ':');
  int begin = 0, end = 0;
  if (ends.size() != 2 || !absl::SimpleAtoi(ends[0], &begin) || !absl::SimpleAtoi(ends[1], &end) ||
      begin < 0 || end <= begin) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "intervals \"%s\" are not a range; write 3:7 for intervals 3, 4, 5 and 6", text));
  }
  return std::pair(begin, end);
}

}  // namespace rhumb
