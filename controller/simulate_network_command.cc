#include "controller/simulate_network_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "agents/policy_registry.h"
#include "controller/client/client_options.h"
#include "controller/live_network/live_player.h"
#include "controller/nested_commands.h"
#include "controller/replay/interrupt.h"
#include "controller/replay/optimum_series.h"
#include "controller/replay/packet_setup.h"
#include "controller/replay/progress_bar.h"
#include "controller/replay/result_files.h"
#include "simulator/flow/flow_simulator.h"
#include "topologies/formats/file_io.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

struct Arguments {
  ReplayConfig scenario;
  ClientOptions client;
  NetworkAdapter::Options adapter;
  LivePlayerOptions player;
  std::string telemetry = "all";
  bool real_time = false;
  double speed = 1;
  std::string out;
  std::string output;
};

template <typename Parse, typename Value>
CLI::Option* AddParsed(CLI::App& app, const std::string& name, Parse parse, Value* value,
                       const std::string& help) {
  return app.add_option_function<std::string>(
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

void AddScenario(CLI::App& app, ReplayConfig* scenario) {
  constexpr char kGroup[] = "Scenario, as in rhumb replay";
  app.add_option("--topology", scenario->topology, "shipped name (rhumb topo list) or a file")
      ->required()
      ->group(kGroup);
  app.add_option("--traffic", scenario->traffic,
                 "shipped name, file, directory, or a generator: gravity:seed=1,count=50")
      ->required()
      ->group(kGroup);
  app.add_option("--load", scenario->load,
                 "scale traffic so that shortest-path has this MLU on its mean matrix")
      ->group(kGroup);
  AddParsed(app, "--intervals", ParseIntervalRange, &scenario->intervals,
            "A:B plays intervals A to B-1 of the series")
      ->group(kGroup);
  app.add_option("--event", scenario->events,
                 "repeatable: link-down:A-B@3..7, drain:A-B@3, srlg-down:NAME@2, "
                 "burst:A-B*5@4..6, random-failures:seed=1,mtbf=20")
      ->allow_extra_args(false)
      ->group(kGroup);
  app.add_option("--simulator", scenario->simulator,
                 "flow (formulas), fluid (packet trains) or ns3 (packets)")
      ->check(CLI::IsMember({"flow", "fluid", "ns3"}))
      ->capture_default_str()
      ->group(kGroup);
  AddParsed(app, "--measure", ParseDuration, &scenario->packet.measure,
            "ns3, fluid: simulated time of an interval [10s]")
      ->group(kGroup);
  app.add_flag("!--no-optimum", scenario->optimum, "do without the exact optimum")->group(kGroup);
}

void AddAdapter(CLI::App& app, Arguments* arguments) {
  constexpr char kGroup[] = "Adapter";
  app.add_option("--telemetry", arguments->telemetry,
                 "what the network measures: all, demands, link-counters or flow-counters")
      ->capture_default_str()
      ->group(kGroup);
  app.add_flag("--real-time", arguments->real_time,
               "let time pass as in a network, instead of waiting for the controller's answer to "
               "every interval")
      ->group(kGroup);
  app.add_option("--speed", arguments->speed,
                 "--real-time: seconds of the network that pass in one")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--adapter", arguments->adapter.name, "name of the adapter")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--election-id", arguments->adapter.election_id,
                 "the adapter with the highest one is the primary")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--nack-every", arguments->adapter.nack_every,
                 "refuse every N-th plan update [never]")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->group(kGroup);
  app.add_option("--reconnect-every", arguments->player.reconnect_every,
                 "break and resume all connections every N intervals [never]")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->group(kGroup);
  AddParsed(app, "--patience", ParseDuration, &arguments->adapter.patience,
            "how long to wait for a server that is away [60s]")
      ->group(kGroup);
}

absl::StatusOr<SimulatorFactory> MakeFactory(const ReplayConfig& scenario, const ReplayInput& input,
                                             LivePlayerOptions* player) {
  if (scenario.simulator == "flow") return SimulatorFactory([] { return MakeFlowSimulator(); });
  ReplayEngineOptions engine;
  engine.policies = {"the live plan", "shortest-path"};
  ReplayConfig continuous = scenario;
  continuous.packet.continuous = true;
  absl::StatusOr<SimulatorFactory> factory = SetUpPacketSimulator(continuous, input, &engine);
  player->traffic = engine.traffic;
  player->scale = engine.scale;
  player->warm_up = engine.warm_up;
  return factory;
}

absl::Status Save(const std::string& directory, const LiveResult& result) {
  if (absl::Status status = MakeDirectory(directory); !status.ok()) return status;
  if (absl::Status status = WriteFileAtomically(directory + "/live.json", ToJson(result));
      !status.ok()) {
    return status;
  }
  return WriteFileAtomically(directory + "/live_intervals.csv", ToCsv(result));
}

absl::Status Run(Arguments arguments) {
  const auto telemetry = ParseTelemetryKind(arguments.telemetry);
  if (!telemetry.ok()) return UsageError(telemetry.status().message());
  arguments.player.telemetry = *telemetry;
  if (arguments.real_time) arguments.player.speed = arguments.speed;
  ReplayConfig& scenario = arguments.scenario;
  scenario.policies = {"shortest-path"};
  if (absl::Status status = CheckReplayConfig(scenario); !status.ok()) {
    return UsageError(status.message());
  }
  const absl::StatusOr<Connection> connection = Connection::Open(arguments.client);
  if (!connection.ok()) return connection.status();
  const InterruptFlag interrupt;
  arguments.player.stop = arguments.adapter.stop = interrupt.flag();
  absl::StatusOr<ReplayInput> input = LoadReplayInput(scenario, MakePolicy);
  if (!input.ok()) return input.status();
  for (const std::string& note : input->notes) std::cerr << "note: " << note << "\n";
  const auto factory = MakeFactory(scenario, *input, &arguments.player);
  if (!factory.ok()) return factory.status();
  std::vector<double> optimum;
  if (scenario.optimum) {
    ProgressBar bar("optimum");
    auto solved =
        OptimumSeries(*input, static_cast<int>(std::thread::hardware_concurrency()),
                      interrupt.flag(), [&bar](int done, int total) { bar.Update(done, total); });
    if (!solved.ok()) return solved.status();
    optimum = *std::move(solved);
  }

  NetworkAdapter adapter(*connection, arguments.adapter);
  LivePlayer player(*input, &adapter, *factory, arguments.player);
  LiveResult result;
  result.topology = input->topology.name();
  result.nodes = input->topology.num_nodes();
  result.links = input->topology.num_links();
  result.traffic = scenario.traffic;
  result.simulator = scenario.simulator;
  result.telemetry = arguments.telemetry;
  result.load = scenario.load;
  const bool table = arguments.output == "table";
  const bool colour = isatty(STDOUT_FILENO) == 1;
  const absl::Time begin = absl::Now();
  const absl::Status played = player.Play([&](LiveInterval row) {
    const size_t index = result.intervals.size();
    if (index > 0 && !optimum.empty()) row.optimum_mlu = optimum[index - 1];
    if (result.policy.empty()) {
      result.policy = row.plan.model();
      if (table) std::cout << TableHeading(result);
    }
    if (table) std::cout << TableLine(row, colour) << std::flush;
    result.intervals.push_back(std::move(row));
  });
  if (!played.ok()) return played;
  const PlanSubscriber::State state = adapter.stream().Get();
  result.updates = state.updates;
  result.resets = state.resets;
  result.nacks = state.nacks;
  result.connections = state.connections;
  result.wall_s = absl::ToDoubleSeconds(absl::Now() - begin);
  std::cout << (table ? TableSummary(result) : ToJson(result)) << std::flush;
  if (!std::cout) return absl::UnavailableError("cannot write the result to standard output");
  return arguments.out.empty() ? absl::OkStatus() : Save(arguments.out, result);
}

RunCommand Define(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  AddScenario(app, &arguments->scenario);
  AddAdapter(app, arguments.get());
  AddClientOptions(app, &arguments->client);
  app.add_option("--out", arguments->out, "directory for live.json and live_intervals.csv");
  AddOutputOption(app, &arguments->output);
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command SimulateNetworkCommand() {
  return {"simulate-network", "play a network that a running rhumb serve steers over its API",
          "rhumb simulate-network --topology abilene --traffic abilene-2004 --intervals 0:24 "
          "--event link-down:CHINng-IPLSng@10..20",
          Define};
}

}  // namespace rhumb
