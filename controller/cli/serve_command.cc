#include "controller/cli/serve_command.h"

#include <grpc/support/log.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "agents/registry/policy_registry.h"
#include "controller/serving/configuration/check_config.h"
#include "controller/serving/configuration/serve_config.h"
#include "controller/serving/server/log_format.h"
#include "controller/serving/server/server.h"
#include "controller/serving/server/service_manager.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

struct ServeFlags {
  std::string config;
  bool check = false;
  bool print = false;
};

// gRPC's own messages, at a level that ordinary running leaves silent.
void LogFromGrpc(gpr_log_func_args* args) {
  spdlog::log(args->severity == GPR_LOG_SEVERITY_ERROR ? spdlog::level::warn : spdlog::level::debug,
              "grpc {}", args->message);
}

void SetUpLog(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("rhumb");
  logger->set_formatter(MakeLogFormatter());
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
  gpr_set_log_function(&LogFromGrpc);
}

std::string Ports(const Server& server) {
  std::string text;
  if (server.port() != 0) absl::StrAppend(&text, "grpc ", server.port(), "\n");
  if (server.metrics_port() != 0) absl::StrAppend(&text, "metrics ", server.metrics_port(), "\n");
  if (server.http_port() != 0) absl::StrAppend(&text, "http ", server.http_port(), "\n");
  return text;
}

// Serves until SIGTERM or SIGINT; SIGHUP reads the tokens again. A second signal ends at once.
absl::Status ServeUntilStopped(const ServeConfig& config) {
  // Debian's Abseil keeps the order in which all mutexes were taken, which costs the fan-out about
  // a tenth of its time. Tests that run the server in their own process keep it on.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Before any thread starts, so that all of them leave these signals to sigwait.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  ServerOptions options;
  options.config = config;
  options.policies = MakeLocalPolicy;
  options.version = RHUMB_VERSION;
  auto server = Server::Start(std::move(options));
  if (!server.ok()) return server.status();
  if (const std::string& path = config.server.ports_file; !path.empty()) {
    if (auto s = WriteFileAtomically(path, Ports(**server)); !s.ok()) return s;
  }
  NotifyServiceManager("READY=1");
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) (*server)->ReloadTokens();
  NotifyServiceManager("STOPPING=1");
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  (*server)->Drain();
  return absl::OkStatus();
}

absl::Status Serve(const ServeFlags& flags) {
  ReadConfig read;
  read.where = "the defaults";
  if (!flags.config.empty()) {
    auto file = ReadServeConfig(flags.config);
    if (!file.ok()) return file.status();
    read = *std::move(file);
  }
  // What is printed need not suit this machine.
  const std::vector<std::string> faults =
      flags.print ? read.faults : CheckServeConfig(read, MakeLocalPolicy);
  if (!faults.empty()) {
    return absl::InvalidArgumentError(absl::StrFormat("the configuration has %d problem%s:\n%s",
                                                      faults.size(), faults.size() == 1 ? "" : "s",
                                                      absl::StrJoin(faults, "\n")));
  }
  if (flags.print) {
    std::cout << ToToml(read.config);
    return absl::OkStatus();
  }
  if (flags.check) {
    std::cout << read.where << ": all is well\n";
    return absl::OkStatus();
  }
  SetUpLog(read.config.log.level);
  return ServeUntilStopped(read.config);
}

}  // namespace

Command ServeCommand() {
  Command command;
  command.name = "serve";
  command.summary = "Steer a live network over gRPC";
  command.details =
      "Without --config it serves plaintext on 127.0.0.1:7433 and the live page on "
      "http://127.0.0.1:8433, keeps nothing and asks for no tokens: for a first try.\n\n"
      "SIGTERM and Ctrl-C drain: health says NOT_SERVING, streams end, the store is written. A "
      "second signal ends at once. SIGHUP reads the tokens again.";
  command.stops_itself = true;
  command.example = "rhumb serve --check-config";
  command.define = [](CLI::App& app) -> RunCommand {
    auto flags = std::make_shared<ServeFlags>();
    app.add_option("--config", flags->config,
                   "TOML file; --print-config shows every key (default: all defaults)")
        ->type_name("FILE");
    app.add_flag("--check-config", flags->check,
                 "Check the configuration, name every problem and end");
    app.add_flag("--print-config", flags->print, "Print the configuration with every key and end");
    return [flags] { return Serve(*flags); };
  };
  return command;
}

}  // namespace rhumb
