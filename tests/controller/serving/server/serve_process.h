// `rhumb serve` as a process of its own.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_SERVE_PROCESS_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_SERVE_PROCESS_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "controller/serving/configuration/serve_config.h"

namespace rhumb::testing {

// Starts when made, with `config` on an ephemeral port and `environment` ("NAME=VALUE") beside the
// test's own; killed when destroyed.
class ServeProcess {
 public:
  ServeProcess(ServeConfig config, const std::string& directory,
               const std::vector<std::string>& environment = {}) {
    config.server.listen = "127.0.0.1:0";
    config.server.ports_file = directory + "/ports";
    std::remove(config.server.ports_file.c_str());
    const std::string file = directory + "/config.toml";
    std::ofstream(file) << ToToml(config);
    child_ = fork();
    if (child_ == 0) {
      for (const std::string& variable : environment) putenv(strdup(variable.c_str()));
      execl(RHUMB_PROGRAM, RHUMB_PROGRAM, "serve", "--config", file.c_str(), nullptr);
      _exit(127);
    }
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (port_ == 0 && absl::Now() < deadline) {
      std::ifstream ports(config.server.ports_file);
      std::string name;
      int port = 0;
      while (ports >> name >> port) {
        if (name == "grpc") port_ = port;
      }
      if (waitpid(child_, nullptr, WNOHANG) == child_) {
        child_ = -1;
        break;
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
    EXPECT_NE(port_, 0) << "rhumb serve did not start";
  }
  ~ServeProcess() { Kill(); }
  ServeProcess(const ServeProcess&) = delete;
  ServeProcess& operator=(const ServeProcess&) = delete;

  // SIGKILL: as a power cut, but for the disk's cache.
  void Kill() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }
  int port() const { return port_; }
  pid_t pid() const { return child_; }

 private:
  pid_t child_ = -1;
  int port_ = 0;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_SERVE_PROCESS_H_
