#include "controller/serving/configuration/serve_config.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "topologies/formats/toml_fields.h"

namespace rhumb {
namespace {

// An upper bound that the file spells 0 when there is none.
void Bound(TomlReader& fields, const char* key, double& value) {
  double written = std::isinf(value) ? 0 : value;
  fields.Number(key, written);
  value = written == 0 ? std::numeric_limits<double>::infinity() : written;
}
void Bound(TomlWriter& fields, const char* key, double value) {
  fields.Number(key, std::isinf(value) ? 0 : value);
}

// Every section and key with the member that holds it. `enter(name, visit)` calls `visit` with what
// reads or writes the fields of that section.
template <typename Config, typename Enter>
void VisitSections(Config& c, Enter&& enter) {
  enter("server", [&](auto& fields) {
    fields.Text("listen", c.server.listen);
    fields.Text("unix_socket", c.server.unix_socket);
    fields.Text("ports_file", c.server.ports_file);
    fields.Flag("reflection", c.server.reflection);
    fields.Time("keepalive_time", c.server.keepalive_time);
    fields.Time("keepalive_timeout", c.server.keepalive_timeout);
    fields.Time("drain_time", c.server.drain_time);
  });
  enter("security", [&](auto& fields) {
    fields.Text("certificate", c.security.certificate);
    fields.Text("key", c.security.key);
    fields.Text("client_authorities", c.security.client_authorities);
    fields.Time("refresh", c.security.refresh);
    fields.Text("tokens", c.security.tokens);
    fields.Flag("allow_plaintext", c.security.allow_plaintext);
    fields.Flag("allow_anonymous", c.security.allow_anonymous);
  });
  enter("limits", [&](auto& fields) {
    fields.Count("message_bytes", c.limits.message_bytes);
    fields.Count("streams", c.gate.streams);
    fields.Count("streams_per_peer", c.gate.streams_per_peer);
    fields.Count("connections", c.gate.connections);
    fields.Count("stranger_connections", c.gate.stranger_connections);
    fields.Number("calls_per_second", c.gate.calls_per_second);
    fields.Count("call_burst", c.gate.call_burst);
    fields.Count("nodes", c.steering.core.topology_limits.max_nodes);
    fields.Count("links", c.steering.core.topology_limits.max_links);
    fields.Count("telemetry_sources", c.steering.core.max_telemetry_sources);
    fields.Count("queue", c.steering.queue_capacity);
    fields.Count("compute_threads", c.limits.compute_threads);
    fields.Count("compute_queue", c.limits.compute_queue);
  });
  enter("decision", [&](auto& fields) {
    auto& core = c.steering.core;
    fields.Text("policy", core.policy);
    fields.Time("interval", core.interval);
    fields.Flag("on_telemetry", core.decide_on_telemetry);
    fields.Time("deadline", core.deadline);
    fields.Time("hold_after", core.hold_after);
    fields.Time("fall_back_after", core.fall_back_after);
    fields.Count("kept_plans", core.kept_plans);
    fields.Count("traffic_history", core.traffic_history);
    fields.Count("max_paths", c.steering.paths.max_paths);
    Bound(fields, "max_stretch", c.steering.paths.max_stretch);
    fields.Number("smallest_share", core.smallest_share);
  });
  enter("guard", [&](auto& fields) {
    auto& guard = c.steering.core.guard;
    fields.Number("mlu_tolerance", guard.mlu_tolerance);
    fields.Number("max_moved_share", guard.max_moved_share);
    fields.Number("hysteresis", guard.hysteresis);
    fields.Count("matrices", guard.matrices);
  });
  enter("store", [&](auto& fields) {
    fields.Text("kind", c.store.kind);
    fields.Text("path", c.store.path);
    fields.Count("kept_audit", c.store.kept_audit);
    fields.Texts("endpoints", c.etcd.endpoints);
    fields.Text("prefix", c.etcd.prefix);
    fields.Time("lease", c.etcd.lease);
    fields.Text("authorities", c.etcd.authorities);
    fields.Text("certificate", c.etcd.certificate);
    fields.Text("key", c.etcd.key);
    fields.Text("advertise", c.etcd.advertise);
  });
  enter("metrics", [&](auto& fields) {
    fields.Text("listen", c.metrics.listen);
    fields.Flag("allow_remote", c.metrics.allow_remote);
  });
  enter("http", [&](auto& fields) {
    fields.Text("listen", c.http.listen);
    fields.Texts("host_names", c.http.host_names);
    fields.Count("connections", c.http.connections);
  });
  enter("log", [&](auto& fields) { fields.Text("level", c.log.level); });
}

}  // namespace

absl::StatusOr<ReadConfig> ParseServeConfig(absl::string_view text, const std::string& where) {
  ReadConfig read;
  read.where = where;
  const absl::StatusOr<toml::table> root = ParseToml(text, where);
  if (!root.ok()) return root.status();
  std::vector<std::string> sections;
  VisitSections(read.config, [&](const char* name, auto&& visit) {
    sections.push_back(name);
    const toml::node* node = root->get(name);
    if (node == nullptr) return;
    if (!node->is_table()) {
      read.faults.push_back(absl::StrFormat("%s:%d: %s is not a section; write [%s]", where,
                                            node->source().begin.line, name, name));
      return;
    }
    TomlReader reader(*node->as_table(), name, where, &read.faults, &read.lines);
    visit(reader);
    reader.ReportUnknownKeys();
  });
  for (const auto& [key, node] : *root) {
    if (std::find(sections.begin(), sections.end(), key.str()) != sections.end()) continue;
    read.faults.push_back(absl::StrFormat("%s:%d: %s is not a section; there are %s", where,
                                          node.source().begin.line, std::string(key.str()),
                                          absl::StrJoin(sections, ", ")));
  }
  return read;
}

absl::StatusOr<ReadConfig> ReadServeConfig(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || (file.peek() != EOF && !(text << file.rdbuf()))) {
    return absl::NotFoundError(
        absl::StrFormat("%s: cannot read it; give the path of a TOML file", path));
  }
  return ParseServeConfig(text.str(), path);
}

std::string ToToml(const ServeConfig& config) {
  std::string text;
  VisitSections(config, [&](const char* name, auto&& visit) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", "[", name, "]\n");
    TomlWriter writer(&text);
    visit(writer);
  });
  return text;
}

}  // namespace rhumb
