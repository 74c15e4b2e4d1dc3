#include "controller/replay/replay_session.h"

#include <chrono>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agents/registry/policy_registry.h"
#include "controller/replay/kept_work.h"
#include "controller/replay/optimum_series.h"
#include "controller/replay/packet_setup.h"
#include "controller/replay/replay_engine.h"
#include "controller/replay/replay_journal.h"
#include "controller/replay/result_files.h"
#include "controller/terminal/interrupt.h"
#include "controller/terminal/progress_bar.h"
#include "controller/terminal/usage_error.h"
#include "simulator/flow/flow_simulator.h"

namespace rhumb {
namespace {

constexpr int kDefaultPacketSeeds = 10;

bool IsPacketLevel(const ReplayConfig& config) { return config.simulator != "flow"; }

// Policies and events are spelled by the user: a wrong one is a usage error, found before anything
// is read.
absl::Status CheckSpellings(const ReplayConfig& config) {
  for (const std::string& spec : config.policies) {
    const auto policy = MakeLocalPolicy(spec);
    if (absl::IsInvalidArgument(policy.status())) return UsageError(policy.status().message());
    if (!policy.ok()) return policy.status();
  }
  for (const std::string& text : config.events) {
    const auto event = ParseScenarioEvent(text);
    if (!event.ok()) return UsageError(event.status().message());
  }
  return absl::OkStatus();
}

// The default list without policies whose module is not there; a list that was chosen is played as
// it is or not at all.
ReplayConfig WithInstalledPolicies(ReplayConfig config) {
  if (config.policies != DefaultPolicies()) return config;
  std::vector<std::string> installed;
  for (const std::string& spec : config.policies) {
    const auto policy = MakePolicy(spec);
    if (!absl::IsFailedPrecondition(policy.status())) {
      installed.push_back(spec);
      continue;
    }
    std::cerr << "note: " << spec << " is left out: " << policy.status().message() << "\n";
  }
  config.policies = std::move(installed);
  return config;
}

int NumSeeds(const ReplayConfig& config) {
  if (IsPacketLevel(config)) return config.seeds.value_or(kDefaultPacketSeeds);
  if (config.seeds.value_or(1) > 1) {
    std::cerr << "note: the flow simulator has no randomness, so one seed is played\n";
  }
  return 1;
}

// One line that tells replays apart whose cells must not be mixed (FNV-1a).
absl::StatusOr<std::string> Fingerprint(const ReplayConfig& config, const ReplayInput& input) {
  std::string text = ToToml(config);
  for (int i = 0; i <= input.num_counted(); ++i) {
    const auto interval = input.interval(i);
    if (!interval.ok()) return interval.status();
    absl::StrAppendFormat(&text, "%d %.17g\n", (*interval)->number,
                          (*interval)->measured->total_bps());
  }
  for (const Link& link : input.topology.links()) {
    absl::StrAppendFormat(&text, "%s %.17g\n", link.name, link.capacity_bps);
  }
  uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3;
  return absl::StrFormat("%016x", hash);
}

absl::Status ExplainUnsaved(const absl::Status& status, bool has_journal) {
  if (status.ok()) return status;
  return absl::Status(
      status.code(),
      absl::StrCat(status.message(), "; the results were printed but not saved: ",
                   has_journal ? "make room and repeat the command with --resume"
                               : "make room or choose another --out, and repeat the command"));
}

// Engine options for the chosen simulator, and a factory for it.
absl::StatusOr<SimulatorFactory> SetUpSimulator(const ReplayConfig& config,
                                                const ReplayInput& input,
                                                ReplayEngineOptions* engine) {
  if (IsPacketLevel(config)) return SetUpPacketSimulator(config, input, engine);
  return SimulatorFactory(
      []() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> { return MakeFlowSimulator(); });
}

std::optional<double> HopPacketsPerSecond(const std::vector<PolicyCells>& policies) {
  double packets = 0, seconds = 0;
  for (const PolicyCells& policy : policies) {
    for (const auto& cells : policy.cells) {
      for (const Cell& cell : cells) {
        packets += static_cast<double>(cell.measured.cost.hop_packets);
        seconds += cell.measured.cost.wall_s;
      }
    }
  }
  if (!(packets > 0 && seconds > 0)) return std::nullopt;
  return packets / seconds;
}

// Means over nothing would read as measurements.
absl::Status CheckSomethingWasPlayed(const std::vector<PolicyCells>& policies) {
  for (const PolicyCells& policy : policies) {
    const Cell* lost = nullptr;
    bool played = false;
    for (const auto& cells : policy.cells) {
      for (const Cell& cell : cells) {
        played = played || !cell.lost;
        if (cell.lost) lost = &cell;
      }
    }
    if (!played && lost != nullptr) {
      return absl::UnavailableError(absl::StrFormat(
          "policy %s: every episode was lost; the last: %s", policy.name, lost->note));
    }
  }
  return absl::OkStatus();
}

ReplayResult MakeResult(const ReplayConfig& config, const ReplayInput& input,
                        const ReplayEngineOptions& engine, const std::vector<PolicyCells>& cells,
                        const std::vector<double>& optimum, double wall_s) {
  ReplayResult result;
  result.topology = input.topology.name();
  result.nodes = input.topology.num_nodes();
  result.links = input.topology.num_links();
  result.traffic = config.traffic;
  result.simulator = config.simulator;
  result.load = config.load;
  result.intervals = input.num_counted();
  result.seeds = engine.seeds;
  result.scale = engine.scale;
  result.policies = SummarizePolicies(cells, optimum);
  result.hop_packets_per_s = HopPacketsPerSecond(cells);
  result.wall_s = wall_s;
  return result;
}

absl::Status CheckUsage(const ReplayConfig& config, const ReplayRunOptions& options) {
  if (absl::Status status = CheckReplayConfig(config); !status.ok()) {
    return UsageError(status.message());
  }
  if (options.resume && options.out.empty()) {
    return UsageError("--resume needs the --out directory of the replay that was stopped");
  }
  if (options.resume && !IsPacketLevel(config)) {
    return UsageError(
        "--resume is for --simulator ns3 and fluid: a flow-level replay plays thousands of "
        "intervals a "
        "second and keeps no episodes to go on from; leave it out");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ReplayJournal>> OpenJournal(const ReplayConfig& config,
                                                           const ReplayInput& input,
                                                           const ReplayRunOptions& options) {
  const absl::StatusOr<std::string> fingerprint = Fingerprint(config, input);
  if (!fingerprint.ok()) return fingerprint.status();
  auto journal = ReplayJournal::Open(options.out + "/journal.txt", *fingerprint, options.resume);
  if (journal.ok() && options.resume) {
    std::cerr << "note: " << (*journal)->num_found()
              << (config.packet.continuous ? " intervals of finished episodes are taken over\n"
                                           : " finished episodes are taken over\n");
  }
  return journal;
}

}  // namespace

absl::StatusOr<ReplayResult> RunReplaySession(const ReplayConfig& asked,
                                              const ReplayRunOptions& options,
                                              absl::Status* saved) {
  if (absl::Status status = CheckUsage(asked, options); !status.ok()) return status;
  const ReplayConfig config = WithInstalledPolicies(asked);
  if (absl::Status status = CheckSpellings(config); !status.ok()) return status;
  if (!options.out.empty()) {
    if (absl::Status status = MakeDirectory(options.out); !status.ok()) return status;
  }
  KeptWork kept(options.out, config.policies);
  const StopGuard stop([&kept] { return kept.LastWords(); });
  absl::StatusOr<ReplayInput> input = LoadReplayInput(config, MakeLocalPolicy);
  if (!input.ok()) return input.status();
  for (const std::string& note : input->notes) std::cerr << "note: " << note << "\n";

  ReplayEngineOptions engine;
  engine.policies = config.policies;
  engine.seeds = NumSeeds(config);
  engine.jobs = options.jobs > 0
                    ? options.jobs
                    : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  engine.stop = stop.flag();
  engine.observer = options.observer;
  if (options.observer != nullptr) options.observer->Begin(*input, config, engine.seeds);
  const absl::StatusOr<SimulatorFactory> make_simulator = SetUpSimulator(config, *input, &engine);
  if (!make_simulator.ok()) return make_simulator.status();

  std::unique_ptr<ReplayJournal> journal;
  if (IsPacketLevel(config) && !options.out.empty()) {
    auto opened = OpenJournal(config, *input, options);
    if (!opened.ok()) return opened.status();
    journal = *std::move(opened);
    engine.store = journal.get();
    kept.HasJournal();
  }
  if (!options.out.empty()) {
    if (absl::Status status = WriteScenario(options.out, config); !status.ok()) return status;
  }
  // What comes back as Cancelled was stopped by a signal.
  auto explained = [&kept](const absl::Status& status) {
    return absl::IsCancelled(status) ? absl::CancelledError(kept.LastWords()) : status;
  };

  std::vector<double> optimum;
  if (config.optimum) {
    ProgressBar bar("optimum");
    if (OptimumIsBound(input->topology)) {
      std::cerr << "note: the network is too large for the exact optimum: NormMLU divides by a "
                   "proven lower bound of it, so it is at most what is shown\n";
    }
    absl::StatusOr<std::vector<double>> solved = OptimumSeries(
        *input, engine.jobs, engine.stop, [&bar](int done, int total) { bar.Update(done, total); });
    if (!solved.ok()) return explained(solved.status());
    optimum = *std::move(solved);
  }

  const Provenance provenance = ProvenanceOf(config.policies);
  const auto start = std::chrono::steady_clock::now();
  auto result_of = [&](const std::vector<PolicyCells>& cells) {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    ReplayResult result = MakeResult(config, *input, engine, cells, optimum, wall.count());
    result.provenance = provenance;
    return result;
  };
  absl::StatusOr<std::vector<PolicyCells>> cells;
  {
    ProgressBar bar("playing");
    engine.on_progress = [&bar](int done, int total) { bar.Update(done, total); };
    engine.on_decision = [&bar](const std::string& policy, const std::string& what) {
      bar.Show(absl::StrCat(policy, ", ", what));
    };
    engine.on_policy = [&](int policy, const PolicyCells& finished) {
      kept.Finished(policy, finished, [&](const auto& done, const auto& unfinished) {
        ReplayResult result = result_of(done);
        result.unfinished = unfinished;
        return WriteResultFiles(options.out, *input, done, optimum, result);
      });
    };
    cells = RunReplay(*input, MakeLocalPolicy, *make_simulator, engine);
  }
  if (!cells.ok()) return explained(cells.status());
  if (absl::Status status = CheckSomethingWasPlayed(*cells); !status.ok()) return status;
  const ReplayResult result = result_of(*cells);
  if (!options.out.empty()) {
    *saved = ExplainUnsaved(WriteResultFiles(options.out, *input, *cells, optimum, result),
                            journal != nullptr);
    if (saved->ok() && journal != nullptr) *saved = journal->Finish();
  }
  if (options.observer != nullptr && saved->ok()) {
    *saved = options.observer->Finish(*cells, optimum, result);
  }
  return result;
}

}  // namespace rhumb
