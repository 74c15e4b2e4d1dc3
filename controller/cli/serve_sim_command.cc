#include "controller/cli/serve_sim_command.h"

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "agents/registry/policy_registry.h"
#include "controller/environment_server/environment_server.h"
#include "controller/serving/rpc/listen_address.h"
#include "controller/terminal/usage_error.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(10);

struct ServeSimFlags {
  std::string listen = "127.0.0.1:7434";
  bool anybody = false;
  std::string port_file;
  bool until_stdin_closes = false;
  int workers = 0;
  int environments = BatchLimits().environments;
  int environments_per_client = BatchLimits().environments_per_client;
  double idle_timeout_s = absl::ToDoubleSeconds(BatchLimits().idle_timeout);
  double step_timeout_s = absl::ToDoubleSeconds(ScenarioLimits().deadline);
};

absl::StatusOr<ListenAddress> CheckedAddress(const ServeSimFlags& flags) {
  absl::StatusOr<ListenAddress> address = ParseListenAddress(flags.listen);
  if (!address.ok()) return UsageError(absl::StrCat("--listen ", address.status().message()));
  if (!address->loopback() && !flags.anybody) {
    return UsageError(absl::StrFormat(
        "--listen %s can be reached from other machines, and whoever reaches it may use all of "
        "this "
        "one: there are no passwords and no encryption here; listen on 127.0.0.1, or add "
        "--allow-remote on a network that you trust",
        flags.listen));
  }
  return address;
}

EnvironmentServerOptions OptionsOf(const ServeSimFlags& flags) {
  EnvironmentServerOptions options;
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  options.threads = flags.workers > 0 ? flags.workers : processors;
  options.batches.environments = flags.environments;
  options.batches.environments_per_client = flags.environments_per_client;
  options.batches.idle_timeout = absl::Seconds(flags.idle_timeout_s);
  options.scenarios.deadline = absl::Seconds(flags.step_timeout_s);
  options.policies = MakePolicy;
  return options;
}

// Ends this program with whoever holds the other end of its standard input.
void StopWhenStdinCloses() {
  std::thread([] {
    char ignored[256];
    while (read(STDIN_FILENO, ignored, sizeof(ignored)) > 0) {
    }
    kill(getpid(), SIGTERM);
  }).detach();
}

// A simulator that is still at work when the grace is over is left behind: its worker ends when it
// finds nobody to answer.
void LeaveAfter(absl::Duration time) {
  std::thread([time] {
    absl::SleepFor(time);
    std::cerr << "rhumb serve-sim: some environments were still being played\n";
    std::_Exit(kDone);
  }).detach();
}

absl::Status ServeSim(const ServeSimFlags& flags) {
  const auto address = CheckedAddress(flags);
  if (!address.ok()) return address.status();
  // Before any thread starts, so that all of them leave these signals to sigwait.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const EnvironmentServerOptions options = OptionsOf(flags);
  auto server = EnvironmentServer::Start(*address, options);
  if (!server.ok()) return server.status();
  if (!flags.port_file.empty()) {
    const std::string port = absl::StrCat((*server)->port(), "\n");
    if (auto status = WriteFileAtomically(flags.port_file, port); !status.ok()) return status;
  }
  const ListenAddress bound{address->host, (*server)->port()};
  std::cerr << absl::StrFormat("serving simulations on %s with %d workers; Ctrl-C stops\n",
                               bound.text(), options.threads);
  if (flags.until_stdin_closes) StopWhenStdinCloses();
  int signal = 0;
  sigwait(&signals, &signal);
  // A second signal ends at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  LeaveAfter(kGrace + absl::Seconds(1));
  (*server)->Stop(kGrace);
  return absl::OkStatus();
}

}  // namespace

Command ServeSimCommand() {
  Command command;
  command.name = "serve-sim";
  command.summary = "Serve the simulators over gRPC to learners outside of Rhumb";
  command.details =
      "SIGTERM and Ctrl-C refuse new calls and give those that run ten seconds; a second signal "
      "ends at once.";
  command.stops_itself = true;
  command.example = "rhumb serve-sim --listen 127.0.0.1:7434";
  command.define = [](CLI::App& app) -> RunCommand {
    auto flags = std::make_shared<ServeSimFlags>();
    app.add_option("--listen", flags->listen, "Address to serve on; port 0 takes a free one")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    app.add_flag("--allow-remote", flags->anybody,
                 "Listen on addresses that other machines reach, without any protection");
    app.add_option("--port-file", flags->port_file, "File to write the port to once it serves")
        ->type_name("FILE");
    app.add_flag(
        "--until-stdin-closes", flags->until_stdin_closes,
        "Stop when standard input ends, as it does when the program that holds it is gone");
    app.add_option("--workers", flags->workers,
                   "Environments played at the same time (default: one a processor)")
        ->check(CLI::Range(1, 4096))
        ->type_name("N");
    app.add_option("--max-environments", flags->environments,
                   "Environments of all clients, at most")
        ->check(CLI::Range(1, 100000))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--max-environments-per-client", flags->environments_per_client,
                   "Environments of one connection, at most")
        ->check(CLI::Range(1, 100000))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--idle-timeout", flags->idle_timeout_s,
                   "Time without a call after which environments are closed")
        ->check(CLI::Range(0.1, 1e6))
        ->type_name("SECONDS")
        ->default_str(absl::StrCat(flags->idle_timeout_s, " s"));
    app.add_option("--step-timeout", flags->step_timeout_s,
                   "Time that a step in ns-3 may take before its worker is killed")
        ->check(CLI::Range(0.1, 1e6))
        ->type_name("SECONDS")
        ->default_str(absl::StrCat(flags->step_timeout_s, " s"));
    return [flags] { return ServeSim(*flags); };
  };
  return command;
}

}  // namespace rhumb
