// Measures a controller under load: how fast a failure is answered on many adapter streams, what a
// plan's way to a thousand of them takes while some do not read, how many questions it answers.
//
//   controller_load [failover|fan-out|compute|all] [--short] [--server HOST:PORT]
//
// Without --server it starts its own `rhumb serve`, with a store and the agent, and also prints
// that process's memory and processor time.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "tests/benchmark/controller_load/load_scenarios.h"
#include "tests/server_process.h"
#include "topologies/formats/units.h"

namespace {

// Every stream comes from one address, so the limits of one peer are those of all.
constexpr char kConfiguration[] =
    "[limits]\nstreams_per_peer = 4096\ncalls_per_second = 1e6\ncall_burst = 1000000\n"
    "[decision]\npolicy = \"%s\"\ninterval = \"1h\"\n[log]\nlevel = \"error\"\n";

// A directory with a file of tokens and the token of an adapter, made as an operator makes one.
class Tokens {
 public:
  explicit Tokens(const std::string& program) {
    std::string pattern = (std::filesystem::temp_directory_path() / "rhumb_load_XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    const std::string command =
        absl::StrFormat("umask 077; '%s' token add --file '%s' --name load --role operator > '%s'",
                        program, file(), secret());
    if (std::system(command.c_str()) != 0) std::cerr << "no token: " << command << std::endl;
  }
  ~Tokens() { std::filesystem::remove_all(directory_); }
  std::string file() const { return directory_ + "/tokens"; }
  std::string secret() const { return directory_ + "/secret"; }

 private:
  std::string directory_;
};

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the server
  CLI::App app("Measures a controller under load");
  std::string what = "all", server, agent = "neural", program = RHUMB_PROGRAM;
  bool brief = false;
  double minutes = 0, seconds = 0;
  rhumb::benchmark::LoadOptions options;
  rhumb::ClientOptions client;
  int adapters = 0, slow = -1;
  std::string topology;
  app.add_option("what", what, "failover, fan-out, compute or all")
      ->check(CLI::IsMember({"failover", "fan-out", "compute", "all"}))
      ->capture_default_str();
  app.add_option("--server", server, "address of a running rhumb serve [start one]");
  app.add_option("--rhumb", program, "the program to start")->capture_default_str();
  app.add_option("--agent", agent, "policy of the server that is started")->capture_default_str();
  app.add_option("--topology", topology, "[esnet6-backbone]");
  app.add_option("--adapters", adapters, "streams [failover 100, fan-out 1000]");
  app.add_option("--slow", slow, "fan-out: of these, never read [a tenth]");
  app.add_option("--failures", options.failures, "failover")->capture_default_str();
  app.add_option("--viewers", options.viewers,
                 "failover: viewers of the live page, a tenth of whom never read");
  app.add_flag(
      "--strangers", options.strangers,
      "failover: meanwhile 5,000 connections, 10,000 streams and requests of 16 MB without "
      "a token");
  app.add_option("--plans-per-second", options.plans_per_second, "fan-out: topology changes")
      ->capture_default_str();
  app.add_option("--outstanding", options.outstanding, "compute: requests on their way")
      ->capture_default_str();
  app.add_option("--seconds", seconds, "fan-out, compute [30]");
  app.add_option("--minutes", minutes, "fan-out, compute");
  app.add_flag("--short", brief, "a few seconds and streams: whether it works, not how fast");
  CLI11_PARSE(app, argc, argv);

  std::optional<Tokens> tokens;
  if (options.strangers) tokens.emplace(program);
  std::unique_ptr<rhumb::testing::ServerProcess> process;
  if (server.empty()) {
    process = std::make_unique<rhumb::testing::ServerProcess>(
        program,
        absl::StrFormat(kConfiguration, agent) +
            (tokens ? absl::StrFormat("[security]\ntokens = \"%s\"\n", tokens->file()) : ""),
        true, options.viewers > 0);
    if (tokens) client.token_file = tokens->secret();
    const absl::Time begin = absl::Now();
    if (const std::string fault = process->Start(); !fault.empty()) {
      std::cerr << fault << std::endl;
      return 1;
    }
    std::cout << absl::StrFormat("server: serves %.2f s after its start, %.1f MB, agent %s\n",
                                 absl::ToDoubleSeconds(absl::Now() - begin),
                                 process->ResidentBytes() / 1e6, agent);
    server = process->address();
    options.http_port = process->http_port();
    options.resident_bytes = [&process] { return process->ResidentBytes(); };
    options.cpu_seconds = [&process] { return process->CpuSeconds(); };
  }
  if (tokens) {
    std::ifstream(tokens->secret()) >> options.token;
  } else if (const char* token = std::getenv("RHUMB_TOKEN")) {
    options.token = token;  // as the other clients have it
  }
  client.server = server;
  client.timeout = absl::Seconds(60);
  const auto connection = rhumb::Connection::Open(client);
  absl::Status status = connection.status();
  if (!topology.empty()) options.topology = topology;
  options.time = absl::Seconds(seconds > 0 ? seconds : minutes > 0 ? 60 * minutes : 30);
  if (brief) {
    options.time = absl::Seconds(2);
    options.failures = 5;
  }
  if (status.ok() && (what == "failover" || what == "all")) {
    options.adapters = adapters > 0 ? adapters : brief ? 10 : 100;
    status = rhumb::benchmark::MeasureFailover(*connection, options);
  }
  if (status.ok() && (what == "fan-out" || what == "all")) {
    options.adapters = adapters > 0 ? adapters : brief ? 40 : 1000;
    options.slow = slow >= 0 ? slow : options.adapters / 10;
    status = rhumb::benchmark::MeasureFanOut(*connection, options);
  }
  if (status.ok() && (what == "compute" || what == "all")) {
    for (const std::string& policy : {std::string("shortest-path"), agent}) {
      options.policy = policy;
      const int outstanding = options.outstanding;
      for (const int factor : {1, 20}) {  // the second is more than any queue holds
        options.outstanding = factor * outstanding;
        if (status.ok()) status = rhumb::benchmark::MeasureCompute(*connection, options);
      }
      options.outstanding = outstanding;
    }
  }
  if (status.ok()) return 0;
  std::cerr << "controller_load: " << status.message() << std::endl;
  if (process) std::cerr << process->Log();
  return 1;
}
