#include "controller/cli/replay_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agents/registry/policy_registry.h"
#include "controller/cli/frame/load_flags.h"
#include "controller/replay/replay_config.h"
#include "controller/replay/replay_session.h"
#include "controller/replay/result_table.h"
#include "controller/report/replay_report.h"
#include "controller/terminal/progress_bar.h"
#include "controller/terminal/usage_error.h"
#include "topologies/formats/file_io.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr int64_t kMaxConfigBytes = 1 << 20;

struct Arguments {
  ReplayConfig config;
  absl::Status config_status;  // of reading --config
  ReplayRunOptions run;
  std::string output = "table";
};

absl::StatusOr<ReplayConfig> ReadConfig(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadWholeFile(path, kMaxConfigBytes);
  if (!text.ok()) return text.status();
  return ReplayConfigFromToml(*text, path);
}

constexpr char kDetails[] =
    "Every policy decides from what it has measured in past intervals; shortest-path decides the "
    "first interval for all, which is not counted. lp-omniscient is the bound: it sees the traffic "
    "about to be played.\n\n"
    "Networks (T): native JSON, GraphML, SNDlib XML or text, Repetita, node-link JSON. Traffic "
    "(F): "
    "native JSON, CSV, SNDlib, Repetita, or a generator. `rhumb topo list` names what is "
    "shipped.\n\n"
    "Events: link-down:A-B@3..7, drain:A-B@3, srlg-down:NAME@2, burst:A-B*5@4..6, "
    "flash-crowd:A*4@4..6, random-failures:seed=1,mtbf=20; numbers after @ are intervals.\n\n"
    "A policy that cannot decide takes another plan. How many of its decisions fell back, in which "
    "interval first, why and to what stands below the tables, and in JSON as fallbacks: {count, "
    "of, intervals, first: {interval, reason, to}}. Where that is enough, it takes the other plan "
    "for "
    "some demands alone; such decisions are counted apart, as partial there.\n\n"
    "SIGTERM and Ctrl-C stop a replay within a second. With --out it keeps what is finished: whole "
    "policies in results.json (the others are under unfinished), with --simulator fluid or ns3 "
    "every "
    "episode, from which --resume goes on.";

// An option whose text has a parser of its own: Parse(text) is a StatusOr of what `value` takes.
template <typename Parse, typename Value>
CLI::Option* AddParsed(CLI::App* app, const std::string& name, Parse parse, Value* value,
                       const std::string& help) {
  return app->add_option_function<std::string>(
      name,
      [name, parse, value](const std::string& text) {
        auto parsed = parse(text);
        if (!parsed.ok()) {
          throw CLI::ValidationError(name, std::string(parsed.status().message()));
        }
        *value = *parsed;
      },
      help);
}

void AddScenarioOptions(CLI::App* app, ReplayConfig* config) {
  constexpr char kGroup[] = "Scenario";
  app->add_option("--topology", config->topology, "Network: shipped name or file")
      ->type_name("T")
      ->group(kGroup);
  app->add_option("--traffic", config->traffic,
                  "Traffic: shipped name, file, directory, or a generator such as "
                  "gravity:seed=1,count=50")
      ->type_name("F")
      ->group(kGroup);
  app->add_option_function<std::string>(
         "--policies",
         [config](const std::string& list) { config->policies = SplitPolicyList(list); },
         "Policies to compare, with commas; options follow a colon, as in ecmp:inverse-capacity "
         "or neural:default,iterations=8")
      ->type_name("POLICIES")
      ->default_str(absl::StrJoin(config->policies, ","))
      ->group(kGroup);
  app->add_option("--simulator", config->simulator,
                  "Simulate by formulas, by packet trains or by packets")
      ->type_name("flow|fluid|ns3")
      ->capture_default_str()
      ->group(kGroup);
  app->add_option("--load", config->load,
                  "Scale traffic so that shortest-path has this MLU on its mean matrix (default: "
                  "as recorded)")
      ->type_name("X")
      ->group(kGroup);
  AddParsed(app, "--intervals", ParseIntervalRange, &config->intervals,
            "Play intervals A to B-1 of the series; A itself is not counted (default: all)")
      ->type_name("A:B")
      ->group(kGroup);
  app->add_option("--event", config->events, "Something that happens, as above")
      ->type_name("EVENT")
      ->allow_extra_args(false)
      ->group(kGroup);
  app->add_flag("!--no-optimum", config->optimum, "Do without the exact optimum and NormMLU")
      ->group(kGroup);
}

void AddInputOptions(CLI::App* app, ReplayConfig* config) {
  constexpr char kGroup[] = "Reading files";
  AddParsed(app, "--default-capacity", ParsePositiveRate, &config->default_capacity_bps,
            "Capacity of links whose file gives none, such as 10G")
      ->type_name("RATE")
      ->group(kGroup);
  AddParsed(app, "--capacity-unit", ParsePositiveRate, &config->capacity_unit_bps,
            "What a rate of 1 means in a file that names no unit")
      ->type_name("RATE")
      ->default_str("1M")
      ->group(kGroup);
  AddParsed(app, "--default-delay", ParseDuration, &config->default_delay,
            "Delay of links without delay and coordinates")
      ->type_name("TIME")
      ->default_str("1ms")
      ->group(kGroup);
  app->add_flag("--drop-suspect", config->drop_suspect,
                "Leave out matrices whose total is far from that of the day around them")
      ->group(kGroup);
  app->add_flag("--largest-part", config->largest_part,
                "Take the largest part of a network that is not connected")
      ->group(kGroup);
}

void AddPathOptions(CLI::App* app, ReplayConfig* config) {
  constexpr char kGroup[] = "Candidate paths";
  app->add_option("--paths", config->paths, "How paths are found")
      ->type_name("diverse|yen")
      ->capture_default_str()
      ->group(kGroup);
  app->add_option("--max-paths", config->max_paths, "Paths a pair of nodes, at most")
      ->type_name("N")
      ->capture_default_str()
      ->group(kGroup);
  app->add_option("--stretch", config->stretch,
                  "Longest path over the shortest, in delay (default: no limit)")
      ->type_name("X")
      ->group(kGroup);
}

void AddPacketOptions(CLI::App* app, ReplayConfig* config) {
  constexpr char kGroup[] = "With --simulator fluid or ns3";
  PacketConfig* packet = &config->packet;
  app->add_option("--seeds", config->seeds, "Runs with different arrivals")
      ->type_name("N")
      ->default_str("10")
      ->group(kGroup);
  AddParsed(app, "--warm-up", ParseDuration, &packet->warm_up,
            "Simulated time before measuring (default: 2s, or 20 round trips if that is more)")
      ->type_name("TIME")
      ->group(kGroup);
  AddParsed(app, "--measure", ParseDuration, &packet->measure, "Simulated time that is measured")
      ->type_name("TIME")
      ->default_str(absl::FormatDuration(packet->measure))
      ->group(kGroup);
  AddParsed(app, "--drain", ParseDuration, &packet->drain, "Time for flows to finish afterwards")
      ->type_name("TIME")
      ->default_str(absl::FormatDuration(packet->drain))
      ->group(kGroup);
  app->add_option("--tcp-share", packet->tcp_share, "Share of flows that are TCP, 0 to 1")
      ->type_name("X")
      ->capture_default_str()
      ->group(kGroup);
  app->add_option("--flow-sizes", packet->flow_sizes, "Distribution of flow sizes")
      ->type_name("mice-elephants|websearch|bounded-pareto|long-tail|constant|poisson")
      ->capture_default_str()
      ->group(kGroup);
  app->add_option("--data-plane", packet->data_plane, "How packets find their way in ns3")
      ->type_name("ip|udp-fast|global-routing")
      ->capture_default_str()
      ->group(kGroup);
  app->add_option("--segment-bytes", packet->segment_bytes,
                  "TCP payload of a full segment; 8948 for jumbo frames")
      ->type_name("BYTES")
      ->default_str(absl::StrCat(packet->segment_bytes, " bytes"))
      ->group(kGroup);
  app->add_option("--scale", packet->scale,
                  "Factor on rates and buffers (default: narrowest loaded link at 100 Mbit/s)")
      ->type_name("X")
      ->group(kGroup);
  app->add_flag("--continuous", packet->continuous,
                "Play one episode for all intervals instead of one each")
      ->group(kGroup);
}

void AddRunOptions(CLI::App* app, Arguments* arguments) {
  constexpr char kGroup[] = "Run and results";
  app->add_option("--jobs", arguments->run.jobs,
                  "Policies and seeds played at the same time (default: one a processor)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N")
      ->group(kGroup);
  app->add_option("--out", arguments->run.out,
                  "Directory for report.html, results.json, intervals.csv and scenario.toml")
      ->type_name("DIR")
      ->group(kGroup);
  app->add_flag(
         "--resume", arguments->run.resume,
         "Take over the finished episodes of a replay by packets that was stopped, from --out")
      ->group(kGroup);
  app->add_option("--output", arguments->output, "Table for people, or JSON for programs")
      ->type_name("table|json")
      ->capture_default_str()
      ->group(kGroup);
}

absl::Status Run(const Arguments& arguments) {
  if (!arguments.config_status.ok()) return arguments.config_status;
  if (arguments.output != "table" && arguments.output != "json") {
    return UsageError("--output is table or json");
  }
  absl::Status saved;
  ReplayReport report(arguments.run.out);
  ReplayRunOptions run = arguments.run;
  if (!run.out.empty()) run.observer = &report;
  const absl::StatusOr<ReplayResult> result = RunReplaySession(arguments.config, run, &saved);
  if (!result.ok()) return result.status();
  if (arguments.output == "json") {
    std::cout << ToJson(*result);
  } else {
    std::cout << ToTable(*result, WantsColour(STDOUT_FILENO));
    if (!arguments.run.out.empty() && saved.ok()) {
      std::cout << "Saved in " << arguments.run.out
                << ": results.json, intervals.csv, scenario.toml, worst-interval.svg\n";
      if (report.written()) {
        std::cout << "Look at it: " << arguments.run.out << "/report.html\n";
      } else {
        std::cout << "No report.html: this program was built without pages (RHUMB_WEB=OFF)\n";
      }
    }
  }
  std::cout.flush();
  if (!std::cout) return absl::UnavailableError("cannot write the result to stdout");
  return saved;
}

RunCommand Define(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  // First, so that options on the command line override the file: options act in the order of their
  // definition.
  app.add_option_function<std::string>(
         "--config",
         [arguments](const std::string& path) {
           absl::StatusOr<ReplayConfig> config = ReadConfig(path);
           if (config.ok()) arguments->config = *std::move(config);
           arguments->config_status = config.status();
         },
         "Scenario file, such as the scenario.toml that --out leaves; other options override it")
      ->type_name("FILE")
      ->group("Scenario");
  AddScenarioOptions(&app, &arguments->config);
  AddInputOptions(&app, &arguments->config);
  AddPathOptions(&app, &arguments->config);
  AddPacketOptions(&app, &arguments->config);
  AddRunOptions(&app, arguments.get());
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command ReplayCommand() {
  return {"replay", "Play traffic over a network and compare policies",
          "rhumb replay --topology esnet6-backbone --traffic gravity:seed=1,count=50 --load 1.0",
          Define, kDetails};
}

}  // namespace rhumb
