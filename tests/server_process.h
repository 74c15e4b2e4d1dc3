// The real program `rhumb serve` as a child process, for component tests and load programs.
#ifndef RHUMB_TESTS_SERVER_PROCESS_H_
#define RHUMB_TESTS_SERVER_PROCESS_H_

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

extern char** environ;

namespace rhumb::testing {

// Owns a directory with configuration, store and log; both end with it.
class ServerProcess {
 public:
  // `program` is rhumb; `configuration` is TOML behind the sections that this class writes
  // ([server], [metrics] and [http] without ports of their own, [store] in the directory when
  // `stored`). `page`: with the live page, on a port of its own.
  ServerProcess(std::string program, std::string configuration, bool stored = true,
                bool page = false)
      : program_(std::move(program)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "rhumb_server_XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    std::ofstream(directory_ + "/rhumb.toml")
        << "[server]\nlisten = \"127.0.0.1:0\"\nports_file = \"" << directory_
        << "/ports\"\n[metrics]\nlisten = \"\"\n[http]\nlisten = \"" << (page ? "127.0.0.1:0" : "")
        << "\"\n"
        << (stored ? "[store]\npath = \"" + directory_ + "/state.db\"\n" : "") << configuration;
  }
  ~ServerProcess() {
    Kill(SIGKILL);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Starts it and waits until it serves. Empty, or what went wrong. A server that was stopped
  // starts again on the port that it had.
  std::string Start() {
    std::filesystem::remove(directory_ + "/ports");
    const std::string config = directory_ + "/rhumb.toml";
    std::vector<std::string> words = {program_, "serve", "--config", config};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log_path().c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int error = posix_spawn(&pid_, program_.c_str(), &files, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) return absl::StrCat("cannot start ", program_);
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (absl::Now() < deadline) {
      std::ifstream ports(directory_ + "/ports");
      std::string name;
      if (ports >> name >> port_ && name == "grpc") return FixPort();
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
        return absl::StrCat("the server ended: ", Log());
      }
      absl::SleepFor(absl::Milliseconds(5));
    }
    return "the server does not serve within a minute";
  }
  // Sends a signal and waits for the end; the exit code, or -1 when it was killed.
  int Kill(int signal) {
    if (pid_ <= 0) return -1;
    kill(pid_, signal);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // To the process as it runs.
  void Signal(int signal) const {
    if (pid_ > 0) kill(pid_, signal);
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  // Of the live page; 0 without one.
  int http_port() const {
    std::ifstream ports(directory_ + "/ports");
    std::string name;
    int port = 0;
    while (ports >> name >> port) {
      if (name == "http") return port;
    }
    return 0;
  }
  const std::string& directory() const { return directory_; }
  std::string log_path() const { return directory_ + "/log"; }
  std::string Log() const {
    std::ifstream file(log_path());
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // Resident memory; 0 when it is not running.
  double ResidentBytes() const {
    std::ifstream file(absl::StrCat("/proc/", pid_, "/statm"));
    double total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
  }
  // Processor time so far.
  double CpuSeconds() const {
    std::ifstream file(absl::StrCat("/proc/", pid_, "/stat"));
    std::string text((std::istreambuf_iterator<char>(file)), {});
    // The name may hold blanks; fields count from behind it.
    std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

 private:
  // The port that the system chose, for the next start.
  std::string FixPort() {
    const std::string path = directory_ + "/rhumb.toml";
    std::ifstream in(path);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const std::string any = "listen = \"127.0.0.1:0\"";
    if (const size_t at = text.find(any); at != std::string::npos) {
      text.replace(at, any.size(), absl::StrCat("listen = \"", address(), "\""));
      std::ofstream(path) << text;
    }
    return "";
  }

  const std::string program_;
  std::string directory_;
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_SERVER_PROCESS_H_
