#include "controller/cli/train_command.h"

#include <dlfcn.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "agents/training/train_request.h"
#include "controller/report/training_document.h"
#include "controller/terminal/interrupt.h"
#include "controller/terminal/progress_bar.h"
#include "controller/terminal/usage_error.h"
#include "topologies/installation.h"

namespace rhumb {
namespace {

using training::TrainProgress;
using training::TrainRequest;

constexpr const char* kModule = "librhumb_training.so";
constexpr int kBarWidth = 30;

struct TrainOptions {
  std::string stage = "flow";
  std::string config;
  std::string init;
  std::string out = "training";
  bool resume = false;
  int workers = 1;
  double minutes = 0;
};

absl::StatusOr<training::RunTrainingFunction> LoadTraining() {
  const absl::StatusOr<std::string> path = FindShippedFile(ShippedFiles::kModules, kModule);
  if (!path.ok()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "training needs the module %s, which is not %s; or build it with `cmake --build --preset "
        "release --target rhumb_training`",
        kModule, WhereShippedFilesWereSought(ShippedFiles::kModules, "rhumb-training")));
  }
  void* module = dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL);
  void* run = module == nullptr ? nullptr : dlsym(module, "rhumb_run_training");
  if (run == nullptr) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "module %s does not load: %s; build program and module together", *path, dlerror()));
  }
  return reinterpret_cast<training::RunTrainingFunction>(run);
}

// A path, or the name of a shipped configuration: "packet" is packet.toml beside the program's
// data.
std::string ConfigFile(const std::string& given) {
  if (given.find_first_of("/.") == std::string::npos) {
    const absl::StatusOr<std::string> shipped =
        FindShippedFile(ShippedFiles::kTrainingConfigs, given + ".toml");
    if (shipped.ok()) return *shipped;
  }
  return given;
}

void DrawBar(const TrainProgress& progress) {
  const double share =
      static_cast<double>(progress.updates) / static_cast<double>(progress.total_updates);
  const int full = static_cast<int>(share * kBarWidth);
  std::string scores;
  if (progress.constant_norm_mlu > 0) {
    scores = absl::StrFormat("  NormMLU %.4f constant, %.4f look-back", progress.constant_norm_mlu,
                             progress.lookback_norm_mlu);
  }
  if (progress.outside_share > 0) {
    scores = absl::StrFormat(
        "  reward %+.4f, %s, %.1f episodes/s, %.0f %% of simulation in ns-3",
        progress.validation_reward,
        absl::FormatDuration(absl::Seconds(static_cast<int64_t>(progress.elapsed_s))),
        static_cast<double>(progress.steps) / std::max(progress.elapsed_s, 1e-9),
        100 * progress.packet_share);
  }
  std::cerr << absl::StrFormat(
                   "\r[%s%s] %d/%d%s  %s left   ", std::string(full, '='),
                   std::string(kBarWidth - full, ' '), progress.updates, progress.total_updates,
                   scores,
                   absl::FormatDuration(absl::Seconds(static_cast<int64_t>(progress.left_s))))
            << std::flush;
}

// Under mpirun all processes are stopped, and one of them says so.
bool SpeaksForJob() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"}) {
    const char* rank = std::getenv(name);
    if (rank != nullptr) return std::strcmp(rank, "0") == 0;
  }
  return true;
}

// What is on disk of a run that goes on, for one that is stopped.
std::string LastWords(const std::string& out) {
  if (!SpeaksForJob()) return "";
  std::error_code error;
  const auto saved = std::filesystem::last_write_time(out + "/state.bin", error);
  if (error) return "stopped; nothing was saved yet";
  const auto age =
      std::chrono::duration<double>(std::filesystem::file_time_type::clock::now() - saved);
  return absl::StrFormat(
      "stopped; %s holds the run as it was saved %s ago: go on with the same command and --resume",
      out, DescribeSeconds(age.count()));
}

// A picture of the run beside what it learned. What was learned is saved whether it can be drawn or
// not, so a fault here is only told.
void WriteReport(const std::string& out) {
  std::error_code error;
  if (!SpeaksForJob()) return;
  if (!std::filesystem::exists(out + "/metrics.csv", error)) return;
  const absl::Status status = WriteTrainingReport(out, ProvenanceOf({}));
  if (status.ok()) {
    std::cout << "Look at it: " << out << "/report.html\n";
  } else {
    std::cerr << "note: no report.html: " << status.message() << "\n";
  }
}

absl::Status Train(const TrainOptions& options) {
  if (options.stage != "flow" && options.stage != "packet" && options.stage != "surrogate") {
    return UsageError(absl::StrFormat(
        "--stage %s is not known; use --stage flow, packet or surrogate", options.stage));
  }
  if (options.workers < 1) return UsageError("--workers must be 1 or more");
  if (options.stage == "flow" && options.workers != 1) {
    return UsageError(
        "--stage flow trains in one process: its gradients are cheaper than sharing them; use "
        "--workers 1");
  }
  TrainRequest request;
  request.config_name = "the defaults";
  if (!options.config.empty()) {
    const std::string path = ConfigFile(options.config);
    std::ifstream file(path);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
      return absl::NotFoundError(
          absl::StrFormat("%s: cannot read it; give the path of a TOML file, or the name of a "
                          "shipped one such as packet, which are sought %s",
                          path, WhereShippedFilesWereSought(ShippedFiles::kTrainingConfigs)));
    }
    request.config_toml = text.str();
    request.config_name = path;
  }
  request.stage = options.stage;
  request.workers = options.workers;
  if (options.stage != "flow") {
    // Missed only where something is played in ns-3.
    request.make_packet_simulator =
        [worker = FindWorker()](
            PacketSimulatorOptions simulator) -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
      if (!worker.ok()) return worker.status();
      simulator.worker_path = *worker;
      return MakePacketSimulator(simulator);
    };
  }
  request.init = options.init;
  request.out = options.out;
  request.resume = options.resume;
  request.minutes = options.minutes;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  if (terminal) request.report = DrawBar;
  request.result = [](const std::string& line) { std::cout << line << "\n"; };
  const auto run = LoadTraining();
  if (!run.ok()) return run.status();
  // A training saves itself as it goes, so there is nothing to wait for.
  const StopGuard guard([out = options.out] { return LastWords(out); }, kStopGrace.zero());
  char text[2048] = "";
  const int code = (*run)(&request, text, sizeof(text));
  if (terminal) std::cerr << "\n";
  if (code != 0) return absl::Status(static_cast<absl::StatusCode>(code), text);
  if (*text != 0) std::cerr << text << "\n";
  WriteReport(options.out);
  return absl::OkStatus();
}

}  // namespace

Command TrainCommand() {
  Command command;
  command.name = "train";
  command.summary = "Train the agent in simulation, on random networks";
  command.details =
      "Under mpirun the processes share the work.\n\n"
      "SIGTERM and Ctrl-C stop a training at once; what was last saved stays in --out, and "
      "--resume goes on from there.";
  command.example = "rhumb train --stage flow --minutes 5 --out /tmp/agent";
  command.define = [](CLI::App& app) -> RunCommand {
    auto options = std::make_shared<TrainOptions>();
    app.add_option(
           "--stage", options->stage,
           "On the flow-level model, by reinforcement learning in ns-3, or the correction of "
           "the fluid simulator")
        ->type_name("flow|packet|surrogate")
        ->capture_default_str();
    app.add_option("--config", options->config,
                   "TOML file with settings, or a shipped one, \"default\" or \"packet\" (default: "
                   "all defaults)")
        ->type_name("FILE");
    app.add_option(
           "--init", options->init,
           "Checkpoint to start from; default, packet and plan are shipped (default: random "
           "weights)")
        ->type_name("CHECKPOINT");
    app.add_option("--out", options->out,
                   "Directory for report.html, checkpoints, metrics.csv and TensorBoard events")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_flag("--resume", options->resume, "Go on with the run in --out");
    app.add_option("--workers", options->workers,
                   "Simulators that play at the same time, at the packet and surrogate stages")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--minutes", options->minutes,
                   "Time after which to stop; --resume goes on (default: no limit)")
        ->type_name("MINUTES");
    return [options] { return Train(*options); };
  };
  return command;
}

}  // namespace rhumb
