#include "controller/replay/replay_config.h"

#include <toml++/toml.h>

#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "topologies/formats/units.h"
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

// Every key of a scenario file with the member that holds it: reading and writing go through this
// one list.
template <typename Config, typename Visitor>
void VisitTopLevel(Config& c, Visitor&& visit) {
  visit.Text("topology", c.topology);
  visit.Text("traffic", c.traffic);
  visit.Texts("policies", c.policies);
  visit.Text("simulator", c.simulator);
  visit.Number("load", c.load);
  visit.Range("intervals", c.intervals);
  visit.Texts("events", c.events);
  visit.Number("seeds", c.seeds);
  visit.Flag("optimum", c.optimum);
}

template <typename Config, typename Visitor>
void VisitInput(Config& c, Visitor&& visit) {
  visit.Rate("default_capacity", c.default_capacity_bps);
  visit.Rate("capacity_unit", c.capacity_unit_bps);
  visit.Time("default_delay", c.default_delay);
  visit.Flag("drop_suspect", c.drop_suspect);
  visit.Flag("largest_part", c.largest_part);
}

template <typename Config, typename Visitor>
void VisitPaths(Config& c, Visitor&& visit) {
  visit.Text("method", c.paths);
  visit.Number("max_paths", c.max_paths);
  visit.Number("stretch", c.stretch);
}

template <typename Config, typename Visitor>
void VisitPacket(Config& c, Visitor&& visit) {
  visit.Time("warm_up", c.warm_up);
  visit.Time("measure", c.measure);
  visit.Time("drain", c.drain);
  visit.Number("tcp_share", c.tcp_share);
  visit.Text("flow_sizes", c.flow_sizes);
  visit.Text("data_plane", c.data_plane);
  visit.Number("scale", c.scale);
  visit.Flag("continuous", c.continuous);
  visit.Number("segment_bytes", c.segment_bytes);
}

class Writer {
 public:
  explicit Writer(toml::table* table) : table_(*table) {}

  void Text(const char* key, const std::string& value) { table_.insert_or_assign(key, value); }
  void Texts(const char* key, const std::vector<std::string>& values) {
    toml::array array;
    for (const std::string& value : values) array.push_back(value);
    table_.insert_or_assign(key, std::move(array));
  }
  void Flag(const char* key, bool value) { table_.insert_or_assign(key, value); }
  void Number(const char* key, int value) { table_.insert_or_assign(key, int64_t{value}); }
  void Number(const char* key, double value) {
    if (std::isfinite(value)) table_.insert_or_assign(key, value);
  }
  template <typename T>
  void Number(const char* key, const std::optional<T>& value) {
    if (value) Number(key, *value);
  }
  void Rate(const char* key, const std::optional<double>& value) { Number(key, value); }
  void Range(const char* key, const std::optional<std::pair<int, int>>& value) {
    if (value) table_.insert_or_assign(key, absl::StrCat(value->first, ":", value->second));
  }
  void Time(const char* key, absl::Duration value) {
    table_.insert_or_assign(key, absl::FormatDuration(value));
  }
  void Time(const char* key, const std::optional<absl::Duration>& value) {
    if (value) Time(key, *value);
  }

 private:
  toml::table& table_;
};

class Reader {
 public:
  // `where` is the file's name; faults are collected in `faults`.
  Reader(const toml::table& table, std::string section, const std::string& where,
         std::vector<std::string>* faults)
      : table_(table), section_(std::move(section)), where_(where), faults_(*faults) {}

  // Sub-tables are not keys; everything else that no visit asked for is unknown.
  ~Reader() {
    for (const auto& [key, node] : table_) {
      if (node.is_table() || known_.count(std::string(key.str())) > 0) continue;
      Fault(std::string(key.str()), node,
            absl::StrCat("is not known; keys here are ", absl::StrJoin(known_, ", ")));
    }
  }

  void Text(const char* key, std::string& value) {
    if (const toml::node* node = Find(key))
      Take(key, *node, node->value<std::string>(), "a text", value);
  }
  void Texts(const char* key, std::vector<std::string>& values) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    values.clear();
    const toml::array* array = node->as_array();
    if (array == nullptr) return Fault(key, *node, "is not a list of texts");
    for (const toml::node& entry : *array) {
      std::string value;
      Take(key, entry, entry.value<std::string>(), "a list of texts", value);
      values.push_back(value);
    }
  }
  void Flag(const char* key, bool& value) {
    if (const toml::node* node = Find(key)) {
      Take(key, *node, node->value_exact<bool>(), "true or false", value);
    }
  }
  void Number(const char* key, int& value) {
    if (const toml::node* node = Find(key)) {
      Take(key, *node, node->value_exact<int64_t>(), "a whole number", value);
    }
  }
  void Number(const char* key, double& value) {
    if (const toml::node* node = Find(key)) {
      Take(key, *node, node->is_number() ? node->value<double>() : std::nullopt, "a number", value);
    }
  }
  template <typename T>
  void Number(const char* key, std::optional<T>& value) {
    if (Find(key) == nullptr) return;
    T number{};
    Number(key, number);
    value = number;
  }
  void Rate(const char* key, std::optional<double>& value) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    if (node->is_number()) return Number(key, value);
    const auto rate = ParseRate(node->value<std::string>().value_or(""));
    if (!rate.ok()) return Fault(key, *node, "is not a rate such as \"10G\"");
    value = *rate;
  }
  void Range(const char* key, std::optional<std::pair<int, int>>& value) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const auto range = ParseIntervalRange(node->value<std::string>().value_or(""));
    if (!range.ok()) return Fault(key, *node, "is not a range such as \"0:12\"");
    value = *range;
  }
  void Time(const char* key, absl::Duration& value) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const auto time = ParseDuration(node->value<std::string>().value_or(""));
    if (!time.ok()) return Fault(key, *node, "is not a time such as \"10s\"");
    value = *time;
  }
  void Time(const char* key, std::optional<absl::Duration>& value) {
    if (Find(key) == nullptr) return;
    absl::Duration time;
    Time(key, time);
    value = time;
  }

 private:
  const toml::node* Find(const char* key) {
    known_.insert(key);
    return table_.get(key);
  }
  void Fault(const std::string& key, const toml::node& node, const std::string& fault) {
    faults_.push_back(
        absl::StrFormat("%s:%d: %s%s %s", where_, node.source().begin.line, section_, key, fault));
  }
  template <typename From, typename To>
  void Take(const char* key, const toml::node& node, const std::optional<From>& from,
            const char* what, To& to) {
    if (!from) return Fault(key, node, absl::StrCat("is not ", what));
    to = static_cast<To>(*from);
  }

  const toml::table& table_;
  std::string section_;
  const std::string& where_;
  std::vector<std::string>& faults_;
  std::set<std::string> known_;
};

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
  if (!IsOneOf(packet.flow_sizes,
               {"mice-elephants", "websearch", "bounded-pareto", "constant", "poisson"})) {
    faults->push_back(
        absl::StrFormat("no flow sizes \"%s\"; choose mice-elephants, websearch, bounded-pareto, "
                        "constant or poisson",
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
  if (!IsOneOf(config.simulator, {"flow", "ns3"})) {
    faults.push_back(absl::StrFormat("no simulator \"%s\"; choose flow or ns3", config.simulator));
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
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
}

std::string ToToml(const ReplayConfig& config) {
  ReplayConfig absolute = config;
  absolute.topology = AbsoluteIfFile(config.topology);
  if (!LooksLikeTrafficGenerator(config.traffic)) absolute.traffic = AbsoluteIfFile(config.traffic);
  for (std::string& policy : absolute.policies) policy = AbsolutePolicy(policy);
  toml::table table, input, paths, packet;
  VisitTopLevel(absolute, Writer(&table));
  VisitInput(absolute, Writer(&input));
  VisitPaths(absolute, Writer(&paths));
  VisitPacket(absolute.packet, Writer(&packet));
  table.insert_or_assign("input", std::move(input));
  table.insert_or_assign("paths", std::move(paths));
  table.insert_or_assign("packet", std::move(packet));
  std::ostringstream out;
  out << "# Play it again: rhumb replay --config FILE\n" << table << "\n";
  return out.str();
}

absl::StatusOr<ReplayConfig> ReplayConfigFromToml(absl::string_view text,
                                                  const std::string& file_name) {
  toml::table table;
  try {
    table = toml::parse(std::string_view(text.data(), text.size()));
  } catch (const toml::parse_error& e) {
    return absl::InvalidArgumentError(absl::StrFormat("%s:%d: not valid TOML: %s", file_name,
                                                      e.source().begin.line,
                                                      std::string(e.description())));
  }
  ReplayConfig config;
  std::vector<std::string> faults;
  VisitTopLevel(config, Reader(table, "", file_name, &faults));
  for (const auto& [key, node] : table) {
    const toml::table* section = node.as_table();
    if (section == nullptr) continue;
    const std::string name(key.str());
    if (name == "input") {
      VisitInput(config, Reader(*section, "input.", file_name, &faults));
    } else if (name == "paths") {
      VisitPaths(config, Reader(*section, "paths.", file_name, &faults));
    } else if (name == "packet") {
      VisitPacket(config.packet, Reader(*section, "packet.", file_name, &faults));
    } else {
      faults.push_back(absl::StrFormat("%s:%d: no section [%s]; sections are input, paths, packet",
                                       file_name, node.source().begin.line, name));
    }
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
