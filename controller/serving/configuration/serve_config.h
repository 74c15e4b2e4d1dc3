// What `rhumb serve` runs with: one typed structure, read from a TOML file. rhumb.toml beside this
// file lists every key with its default, unit and meaning; a test holds the two together.
#ifndef RHUMB_CONTROLLER_SERVING_CONFIGURATION_SERVE_CONFIG_H_
#define RHUMB_CONTROLLER_SERVING_CONFIGURATION_SERVE_CONFIG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controller/steering/decision/core_options.h"
#include "topologies/paths/candidate_path_options.h"

namespace rhumb {

struct ServeConfig {
  struct Server {
    std::string listen = "127.0.0.1:7433";
    std::string unix_socket;
    std::string ports_file;
    bool reflection = true;
    absl::Duration keepalive_time = absl::Seconds(30);
    absl::Duration keepalive_timeout = absl::Seconds(10);
    absl::Duration drain_time = absl::Seconds(5);
  } server;
  struct Security {
    std::string certificate;
    std::string key;
    std::string client_authorities;
    absl::Duration refresh = absl::Seconds(10);
    std::string tokens;
    bool allow_plaintext = false;
    bool allow_anonymous = false;
  } security;
  struct Limits {
    int message_bytes = 16 << 20;
    int streams = 4096;
    int streams_per_peer = 512;
    double calls_per_second = 2000;
    int call_burst = 4000;
    int nodes = 1000;
    int links = 10'000;
    int telemetry_sources = 1000;
    int queue = 4096;
    int compute_threads = 0;
    int compute_queue = 64;
  } limits;
  struct Decision {
    std::string policy = "neural";
    absl::Duration interval = absl::Seconds(10);
    bool on_telemetry = true;
    absl::Duration deadline = absl::Seconds(5);
    absl::Duration hold_after = absl::Seconds(60);
    absl::Duration fall_back_after = absl::Minutes(5);
    int kept_plans = 32;
    int traffic_history = 8;
    int max_paths = 8;
    double max_stretch = 0;
    double smallest_share = 0.01;
  } decision;
  struct Guard {
    double mlu_tolerance = 1e-6;
    double max_moved_share = 0.3;
    double hysteresis = 0.01;
    int matrices = 3;
  } guard;
  struct Store {
    std::string path;
    int kept_audit = 10'000;
  } store;
  struct Metrics {
    std::string listen = "127.0.0.1:9433";
  } metrics;
  struct Log {
    std::string level = "info";
  } log;
};

// A configuration with where its keys were set, for messages.
struct ReadConfig {
  ServeConfig config;
  std::string where;                 // name of the file
  std::map<std::string, int> lines;  // "section.key" to line
  // Of form: unknown sections and keys, wrong types. A key with one keeps its default. Not to be
  // run with any; CheckServeConfig names them beside all others.
  std::vector<std::string> faults;
};

// InvalidArgument for text that is not TOML.
absl::StatusOr<ReadConfig> ParseServeConfig(absl::string_view toml, const std::string& where);
// NotFound when the file cannot be read.
absl::StatusOr<ReadConfig> ReadServeConfig(const std::string& path);

// The file that gives this configuration, every key set.
std::string ToToml(const ServeConfig& config);

// What the core takes of it.
CoreOptions CoreOptionsOf(const ServeConfig& config);
CandidatePathOptions PathOptionsOf(const ServeConfig& config);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CONFIGURATION_SERVE_CONFIG_H_
