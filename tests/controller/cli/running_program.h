// The real program `rhumb` as a child that works while the test does something to it.
#ifndef RHUMB_TESTS_CONTROLLER_CLI_RUNNING_PROGRAM_H_
#define RHUMB_TESTS_CONTROLLER_CLI_RUNNING_PROGRAM_H_

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"
#include "tests/controller/cli/program.h"

namespace rhumb::testing {

// Killed, with its children of its process group, when the test forgets it.
class RunningRhumb {
 public:
  explicit RunningRhumb(std::vector<std::string> arguments)
      : out_(TemporaryPath("running.out")), err_(TemporaryPath("running.err")) {
    arguments.insert(arguments.begin(), RHUMB_PROGRAM);
    std::vector<char*> argv;
    for (std::string& word : arguments) argv.push_back(word.data());
    argv.push_back(nullptr);
    // Emptied here, so that nobody reads what an earlier run left.
    const int out = open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const int err = open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    pid_ = fork();
    if (pid_ != 0) {
      close(out);
      close(err);
      return;
    }
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execv(RHUMB_PROGRAM, argv.data());
    _exit(127);
  }
  ~RunningRhumb() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  RunningRhumb(const RunningRhumb&) = delete;
  RunningRhumb& operator=(const RunningRhumb&) = delete;

  pid_t pid() const { return pid_; }
  std::string Errors() const { return ReadFile(err_); }

  // Waits until `true_now` holds; false when the program ended before, or after two minutes.
  bool Await(const std::function<bool()>& true_now) {
    const SteadyTime deadline = SteadyNow() + absl::Minutes(2);
    while (SteadyNow() < deadline) {
      if (true_now()) return true;
      if (Ended()) return false;
      absl::SleepFor(absl::Milliseconds(5));
    }
    return false;
  }
  // Waits until it has worked for so long: it is in the middle of something then.
  bool AwaitWork(double cpu_s) {
    return Await([&] { return CpuSeconds() >= cpu_s; });
  }

  void Signal(int signal) {
    if (pid_ > 0) kill(pid_, signal);
  }

  // Waits for its end, for 20 s: far more than it should take, far less than the work would. The
  // exit code, -1 when a signal killed it, -2 when it works on.
  ProgramResult Wait() {
    const SteadyTime deadline = SteadyNow() + absl::Seconds(20);
    while (!Ended() && SteadyNow() < deadline) absl::SleepFor(absl::Milliseconds(5));
    ProgramResult result{-2, ReadFile(out_), ReadFile(err_)};
    if (pid_ < 0) result.exit_code = WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
    return result;
  }

 private:
  bool Ended() {
    if (pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
  }
  // utime + stime of /proc/PID/stat, which follow the name in brackets.
  double CpuSeconds() const {
    const std::string stat = ReadFile("/proc/" + std::to_string(pid_) + "/stat");
    std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 2)));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

  const std::string out_, err_;
  pid_t pid_ = -1;
  int status_ = 0;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_CLI_RUNNING_PROGRAM_H_
