// The options about reading files that all commands with input files share.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_LOAD_FLAGS_H_
#define RHUMB_CONTROLLER_CLI_FRAME_LOAD_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/loader.h"

namespace CLI {
class App;
}

namespace rhumb {

struct LoadFlags {
  std::string default_capacity;
  std::string capacity_unit;
  std::string default_delay;
  std::string delay_unit, length_unit, positions;
  bool largest_part = false;
  bool drop_suspect = false;
};

// --default-capacity, --capacity-unit, --default-delay, --delay-unit, --length-unit, --positions
// and --largest-part; --drop-suspect. `flags` must outlive the parsing.
void AddTopologyLoadFlags(CLI::App& app, LoadFlags* flags);
void AddTrafficLoadFlags(CLI::App& app, LoadFlags* flags);

// A rate above 0; InvalidArgument with an example otherwise.
absl::StatusOr<double> ParsePositiveRate(absl::string_view text);

// UsageError for a value that is no rate or time.
absl::StatusOr<LoadOptions> ToLoadOptions(const LoadFlags& flags);

// LoadTopology and OpenTraffic for commands: what was merged, skipped or assumed goes to stderr, a
// line each, and the progress of long reading to a terminal.
absl::StatusOr<Loaded<Topology>> LoadTopologyAloud(const std::string& name, const LoadFlags& flags);
// Traffic may also be a generator such as "gravity:seed=1". `topology` is a name or a file and
// gives names to files that only number their nodes; without it ("") a generator is a UsageError.
absl::StatusOr<Loaded<TrafficStream>> OpenTrafficAloud(const std::string& name,
                                                       const std::string& topology,
                                                       const LoadFlags& flags);

void PrintNotes(absl::string_view input, const LoadReport& report);

// OK when `path` is a name that a native file should have; UsageError otherwise, because other
// formats are only read.
absl::Status CheckNativePath(const std::string& path);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_LOAD_FLAGS_H_
