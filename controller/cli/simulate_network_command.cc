#include "controller/cli/simulate_network_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agents/registry/policy_registry.h"
#include "controller/cli/frame/client_flags.h"
#include "controller/cli/frame/nested_commands.h"
#include "controller/live_network/live_player.h"
#include "controller/replay/optimum_series.h"
#include "controller/replay/packet_setup.h"
#include "controller/replay/result_files.h"
#include "controller/terminal/interrupt.h"
#include "controller/terminal/progress_bar.h"
#include "controller/terminal/usage_error.h"
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
  app.add_option("--topology", scenario->topology, "Network: shipped name or file")
      ->type_name("T")
      ->required()
      ->group(kGroup);
  app.add_option("--traffic", scenario->traffic,
                 "Traffic: shipped name, file, directory, or a generator such as "
                 "gravity:seed=1,count=50")
      ->type_name("F")
      ->required()
      ->group(kGroup);
  app.add_option("--load", scenario->load,
                 "Scale traffic so that shortest-path has this MLU on its mean matrix (default: "
                 "as recorded)")
      ->type_name("X")
      ->group(kGroup);
  AddParsed(app, "--intervals", ParseIntervalRange, &scenario->intervals,
            "Play intervals A to B-1 of the series (default: all)")
      ->type_name("A:B")
      ->group(kGroup);
  app.add_option("--event", scenario->events,
                 "Something that happens, such as link-down:A-B@3..7; `rhumb help replay` lists "
                 "all kinds")
      ->type_name("EVENT")
      ->allow_extra_args(false)
      ->group(kGroup);
  app.add_option("--simulator", scenario->simulator,
                 "Simulate by formulas, by packet trains or by packets")
      ->check(CLI::IsMember({"flow", "fluid", "ns3"}))
      ->type_name("flow|fluid|ns3")
      ->capture_default_str()
      ->group(kGroup);
  AddParsed(app, "--measure", ParseDuration, &scenario->packet.measure,
            "With --simulator fluid or ns3: simulated time of an interval")
      ->type_name("TIME")
      ->default_str(absl::FormatDuration(scenario->packet.measure))
      ->group(kGroup);
  app.add_flag("!--no-optimum", scenario->optimum, "Do without the exact optimum")->group(kGroup);
}

void AddAdapter(CLI::App& app, Arguments* arguments) {
  constexpr char kGroup[] = "Adapter";
  app.add_option("--telemetry", arguments->telemetry, "What the network measures")
      ->type_name("all|demands|link-counters|flow-counters")
      ->capture_default_str()
      ->group(kGroup);
  app.add_flag("--real-time", arguments->real_time,
               "Let time pass as in a network, instead of waiting for the controller's answer to "
               "every interval")
      ->group(kGroup);
  app.add_option("--speed", arguments->speed,
                 "With --real-time: seconds of the network that pass in one")
      ->check(CLI::PositiveNumber)
      ->type_name("X")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--adapter", arguments->adapter.name, "Name of the adapter")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--election-id", arguments->adapter.election_id,
                 "Rank of the adapter: the highest is the primary")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--nack-every", arguments->adapter.nack_every,
                 "Refuse every N-th plan update (default: none)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->group(kGroup);
  app.add_option("--reconnect-every", arguments->player.reconnect_every,
                 "Break and resume all connections every N intervals (default: never)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->group(kGroup);
  AddParsed(app, "--patience", ParseDuration, &arguments->adapter.patience,
            "Longest wait for a server that is away")
      ->type_name("TIME")
      ->default_str(absl::FormatDuration(arguments->adapter.patience))
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

// What a run that is stopped has played, and where it is kept. Safe to call while it plays.
class Played {
 public:
  explicit Played(std::string out) : out_(std::move(out)) {}

  // The result, locked for as long as `change` takes.
  void Change(const std::function<void(LiveResult&)>& change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    change(result_);
  }

  std::string LastWords() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t played = result_.intervals.size();
    if (played == 0) return "stopped before the first interval was over; nothing was kept";
    std::string text =
        absl::StrFormat("stopped after %d interval%s", played, played == 1 ? "" : "s");
    if (out_.empty()) return text + "; --out DIR would have kept them";
    const absl::Status saved = Save(out_, result_);
    return saved.ok()
               ? absl::StrCat(text, "; they are in ", out_, ", and the rest can be played with ",
                              "--intervals ", result_.intervals.back().number, ":END")
               : absl::StrCat(text, "; they are not kept: ", saved.message());
  }

 private:
  const std::string out_;
  std::mutex mutex_;
  LiveResult result_;
};

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
  Played kept(arguments.out);
  const StopGuard stop([&kept] { return kept.LastWords(); });
  arguments.player.stop = arguments.adapter.stop = stop.flag();
  absl::StatusOr<ReplayInput> input = LoadReplayInput(scenario, MakeLocalPolicy);
  if (!input.ok()) return input.status();
  for (const std::string& note : input->notes) std::cerr << "note: " << note << "\n";
  const auto factory = MakeFactory(scenario, *input, &arguments.player);
  if (!factory.ok()) return factory.status();
  std::vector<double> optimum;
  if (scenario.optimum) {
    ProgressBar bar("optimum");
    auto solved =
        OptimumSeries(*input, static_cast<int>(std::thread::hardware_concurrency()), stop.flag(),
                      [&bar](int done, int total) { bar.Update(done, total); });
    if (*stop.flag()) return absl::CancelledError(kept.LastWords());
    if (!solved.ok()) return solved.status();
    optimum = *std::move(solved);
  }

  NetworkAdapter adapter(*connection, arguments.adapter);
  LivePlayer player(*input, &adapter, *factory, arguments.player);
  kept.Change([&](LiveResult& result) {
    result.topology = input->topology.name();
    result.nodes = input->topology.num_nodes();
    result.links = input->topology.num_links();
    result.traffic = scenario.traffic;
    result.simulator = scenario.simulator;
    result.telemetry = arguments.telemetry;
    result.load = scenario.load;
  });
  const bool table = arguments.output == "table";
  const bool colour = isatty(STDOUT_FILENO) == 1;
  const auto begin = std::chrono::steady_clock::now();
  const absl::Status played = player.Play([&](LiveInterval row) {
    kept.Change([&](LiveResult& result) {
      const size_t index = result.intervals.size();
      if (index > 0 && !optimum.empty()) row.optimum_mlu = optimum[index - 1];
      if (result.policy.empty()) {
        result.policy = row.plan.model();
        if (table) std::cout << TableHeading(result);
      }
      if (table) std::cout << TableLine(row, colour) << std::flush;
      result.intervals.push_back(std::move(row));
    });
  });
  // An interval that was under way when the signal came may fail in many ways.
  if (*stop.flag()) return absl::CancelledError(kept.LastWords());
  if (!played.ok()) return played;
  LiveResult result;
  kept.Change([&result](LiveResult& all) { result = std::move(all); });
  const PlanSubscriber::State state = adapter.stream().Get();
  result.updates = state.updates;
  result.resets = state.resets;
  result.nacks = state.nacks;
  result.connections = state.connections;
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cout << (table ? TableSummary(result) : ToJson(result)) << std::flush;
  if (!std::cout) return absl::UnavailableError("cannot write the result to standard output");
  return arguments.out.empty() ? absl::OkStatus() : Save(arguments.out, result);
}

RunCommand Define(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  AddScenario(app, &arguments->scenario);
  AddAdapter(app, arguments.get());
  AddClientOptions(app, &arguments->client);
  app.add_option("--out", arguments->out, "Directory for live.json and live_intervals.csv")
      ->type_name("DIR");
  AddOutputOption(app, &arguments->output);
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command SimulateNetworkCommand() {
  return {"simulate-network", "Play a network that a running rhumb serve steers",
          "rhumb simulate-network --topology abilene --traffic abilene-2004 --intervals 0:24 "
          "--event link-down:CHINng-IPLSng@10..20",
          Define};
}

}  // namespace rhumb
