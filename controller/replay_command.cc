#include "controller/replay_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "agents/policy_registry.h"
#include "controller/load_flags.h"
#include "controller/replay/progress_bar.h"
#include "controller/replay/replay_config.h"
#include "controller/replay/replay_session.h"
#include "controller/replay/result_table.h"
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

// An option whose text has a parser of its own: Parse(text) is a StatusOr of what `value` takes.
template <typename Parse, typename Value>
void AddParsed(CLI::App* app, const std::string& name, Parse parse, Value* value,
               const std::string& help) {
  app->add_option_function<std::string>(
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
  app->add_option("--topology", config->topology, "shipped name (rhumb topo list) or a file");
  app->add_option("--traffic", config->traffic,
                  "shipped name, file, directory, or a generator: gravity:seed=1,count=50");
  app->add_option_function<std::string>(
      "--policies", [config](const std::string& list) { config->policies = SplitPolicyList(list); },
      "comma-separated; shortest-path, ecmp, cspf, widest, lp-previous, lp-omniscient, neural, "
      "with options after a colon (ecmp:inverse-capacity; neural:default,iterations=8)");
  app->add_option("--simulator", config->simulator,
                  "flow (formulas), fluid (packet trains) or ns3 (packets)");
  app->add_option("--load", config->load,
                  "scale traffic so that shortest-path has this MLU on its mean matrix");
  AddParsed(app, "--intervals", ParseIntervalRange, &config->intervals,
            "A:B plays intervals A to B-1 of the series; A itself is not counted");
  app->add_option(
         "--event", config->events,
         "repeatable: link-down:A-B@3..7, drain:A-B@3, srlg-down:NAME@2, burst:A-B*5@4..6, "
         "flash-crowd:A*4@4..6, random-failures:seed=1,mtbf=20")
      ->allow_extra_args(false);
  app->add_option("--seeds", config->seeds, "ns3, fluid: runs with different arrivals [10]");
  app->add_flag("!--no-optimum", config->optimum, "do without the exact optimum and NormMLU");
}

void AddInputOptions(CLI::App* app, ReplayConfig* config) {
  AddParsed(app, "--default-capacity", ParsePositiveRate, &config->default_capacity_bps,
            "for links without one: 10G");
  AddParsed(app, "--capacity-unit", ParsePositiveRate, &config->capacity_unit_bps,
            "what a rate of 1 means in a file that names no unit: 1G [1M]");
  AddParsed(app, "--default-delay", ParseDuration, &config->default_delay,
            "for links without one and without coordinates: 5ms");
  app->add_flag("--drop-suspect", config->drop_suspect,
                "leave out matrices whose total is far from that of the day around them");
  app->add_flag("--largest-part", config->largest_part,
                "of a network in several parts, take the largest");
  app->add_option("--paths", config->paths, "candidate paths: diverse or yen")
      ->capture_default_str();
  app->add_option("--max-paths", config->max_paths, "candidate paths a pair")
      ->capture_default_str();
  app->add_option("--stretch", config->stretch,
                  "longest candidate path over the shortest, in delay [no limit]");
}

void AddPacketOptions(CLI::App* app, PacketConfig* packet) {
  AddParsed(app, "--warm-up", ParseDuration, &packet->warm_up,
            "ns3, fluid: played before measuring [2s, or 20 round trips if that is more]");
  AddParsed(app, "--measure", ParseDuration, &packet->measure, "ns3, fluid: measured time [10s]");
  AddParsed(app, "--drain", ParseDuration, &packet->drain,
            "ns3, fluid: time for flows to finish afterwards [5s]");
  app->add_option("--tcp-share", packet->tcp_share, "ns3, fluid: share of flows that are TCP")
      ->capture_default_str();
  app->add_option(
         "--flow-sizes", packet->flow_sizes,
         "ns3, fluid: mice-elephants, websearch, bounded-pareto, long-tail, constant or poisson")
      ->capture_default_str();
  app->add_option("--data-plane", packet->data_plane, "ns3: ip, udp-fast or global-routing")
      ->capture_default_str();
  app->add_option("--segment-bytes", packet->segment_bytes,
                  "ns3, fluid: TCP payload of a full segment; 8948 for jumbo frames")
      ->capture_default_str();
  app->add_option("--scale", packet->scale,
                  "ns3, fluid: factor on rates and buffers [narrowest loaded link at 100 Mbit/s]");
  app->add_flag("--continuous", packet->continuous,
                "ns3, fluid: one episode for all intervals instead of one each");
}

absl::Status Run(const Arguments& arguments) {
  if (!arguments.config_status.ok()) return arguments.config_status;
  if (arguments.output != "table" && arguments.output != "json") {
    return UsageError("--output is table or json");
  }
  absl::Status saved;
  const absl::StatusOr<ReplayResult> result =
      RunReplaySession(arguments.config, arguments.run, &saved);
  if (!result.ok()) return result.status();
  if (arguments.output == "json") {
    std::cout << ToJson(*result);
  } else {
    std::cout << ToTable(*result, WantsColour(STDOUT_FILENO));
    if (!arguments.run.out.empty() && saved.ok()) {
      std::cout << "Saved in " << arguments.run.out
                << ": results.json, intervals.csv, scenario.toml\n";
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
      "scenario file, such as the scenario.toml that --out leaves; other options override it");
  AddScenarioOptions(&app, &arguments->config);
  AddInputOptions(&app, &arguments->config);
  AddPacketOptions(&app, &arguments->config.packet);
  app.add_option("--jobs", arguments->run.jobs,
                 "policies and seeds played at the same time [one a processor]")
      ->check(CLI::Range(1, 1024));
  app.add_option("--out", arguments->run.out,
                 "directory for results.json, intervals.csv, scenario.toml");
  app.add_flag(
      "--resume", arguments->run.resume,
      "ns3, fluid: take over the finished episodes of a replay that was stopped, from --out");
  app.add_option("--output", arguments->output, "table or json")->capture_default_str();
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command ReplayCommand() {
  return {"replay", "play traffic over a topology and compare policies",
          "rhumb replay --topology esnet6-backbone --traffic gravity:seed=1,count=50 --load 1.0",
          Define};
}

}  // namespace rhumb
