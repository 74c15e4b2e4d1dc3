// Everything that decides the numbers of a replay, as the command line or a scenario file gives it.
#ifndef RHUMB_CONTROLLER_REPLAY_REPLAY_CONFIG_H_
#define RHUMB_CONTROLLER_REPLAY_REPLAY_CONFIG_H_

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rhumb {

struct PacketConfig {
  std::optional<absl::Duration>
      warm_up;  // absent: 2 s, or 20 round trips of the longest path if that is more
  absl::Duration measure = absl::Seconds(10);
  absl::Duration drain = absl::Seconds(5);
  double tcp_share = 1.0;  // of flows, in [0, 1]
  std::string flow_sizes =
      "mice-elephants";  // mice-elephants, websearch, bounded-pareto, long-tail, constant, poisson
  std::string data_plane = "ip";  // ip, udp-fast, global-routing
  std::optional<double> scale;    // absent: the narrowest loaded link is 100 Mbit/s
  bool continuous = false;        // one episode for all intervals instead of one each
  int segment_bytes = 1448;       // TCP payload of a full segment; 8948 for jumbo frames
};

// Every policy worth a comparison: the baselines, the agent, and the bound. The agent lives in a
// module that may not be installed; then a replay of this list goes on without it.
inline std::vector<std::string> DefaultPolicies() {
  return {"shortest-path", "ecmp", "cspf", "lp-previous", "lp-robust", "neural", "lp-omniscient"};
}

struct ReplayConfig {
  std::string topology;
  std::string traffic;  // name, file or generator
  std::vector<std::string> policies = DefaultPolicies();
  std::string simulator = "flow";
  std::optional<double> load;
  std::optional<std::pair<int, int>> intervals;  // [begin, end) of the series
  std::vector<std::string> events;
  std::optional<int> seeds;  // absent: 1 at flow level, 10 at packet level
  bool optimum = true;       // compute NormMLU

  // Reading.
  std::optional<double> default_capacity_bps;
  std::optional<double> capacity_unit_bps;  // of files that name no unit; absent: 1 Mbit/s
  std::optional<absl::Duration> default_delay;
  bool drop_suspect = false;
  bool largest_part = false;

  // Candidate paths.
  std::string paths = "diverse";  // diverse, yen
  int max_paths = 8;
  double stretch = std::numeric_limits<double>::infinity();

  PacketConfig packet;
};

// Every fault at once, one line each; OK when the configuration makes sense by itself (names and
// files are looked up later).
absl::Status CheckReplayConfig(const ReplayConfig& config);

// As a scenario file: only what differs from the defaults, topology and traffic always. File names
// are written as absolute paths, so that the file works from anywhere.
std::string ToToml(const ReplayConfig& config);

// InvalidArgument naming file, line, fault and the known keys for bad TOML, an unknown key or a
// value of the wrong type.
absl::StatusOr<ReplayConfig> ReplayConfigFromToml(absl::string_view text,
                                                  const std::string& file_name);

// "3:7" as [3, 7). InvalidArgument with an example otherwise.
absl::StatusOr<std::pair<int, int>> ParseIntervalRange(absl::string_view text);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_REPLAY_CONFIG_H_
