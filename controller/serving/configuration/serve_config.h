// What `rhumb serve` runs with: one typed structure, read from a TOML file. rhumb.toml beside this
// file lists every key with its default, unit and meaning; a test holds the two together. What a
// part of the server runs with is that part's own option structure, held by value, so that a
// default stands once; a section of the file may set fields of several.
#ifndef RHUMB_CONTROLLER_SERVING_CONFIGURATION_SERVE_CONFIG_H_
#define RHUMB_CONTROLLER_SERVING_CONFIGURATION_SERVE_CONFIG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controller/serving/access/gate_limits.h"
#include "controller/serving/etcd/etcd_options.h"
#include "controller/steering/decision/control_options.h"
#include "controller/steering/store/store_options.h"

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
    int compute_threads = 0;
    int compute_queue = 64;
  } limits;
  GateLimits gate;
  // Core, guard and candidate paths. The policy is the one until an operator sets another.
  ControlOptions steering;
  StoreOptions store;
  EtcdOptions etcd;
  struct Metrics {
    std::string listen = "127.0.0.1:9433";
    bool allow_remote = false;
  } metrics;
  struct Http {
    std::string listen = "127.0.0.1:8433";
    std::vector<std::string> host_names;
    int connections = 4096;
  } http;
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

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CONFIGURATION_SERVE_CONFIG_H_
