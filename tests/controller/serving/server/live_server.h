// The server under test: a real one on an ephemeral port.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_LIVE_SERVER_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_LIVE_SERVER_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agents/registry/policy_registry.h"
#include "controller/serving/server/server.h"

namespace rhumb::testing {

// A folder for the files of this process, which goes with it: the same tests may run side by side.
inline const std::string& ProcessFolder() {
  struct Folder {
    Folder() : process(getpid()), path(absl::StrCat(::testing::TempDir(), "rhumb_", process)) {
      std::filesystem::remove_all(path);  // of a process of before that had this number
      std::filesystem::create_directories(path);
    }
    ~Folder() {
      if (getpid() != process) return;  // a server that was forked
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
    const pid_t process;
    const std::string path;
  };
  static const Folder folder;
  return folder.path;
}

// A file of the test that runs, which is not there yet; nor are those that a store makes beside it.
inline std::string TestPath(const std::string& name) {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string path =
      absl::StrCat(ProcessFolder(), "/", test->test_suite_name(), "_", test->name(), "_", name);
  for (const char* suffix : {"", "-wal", "-shm", ".lock", ".essentials"})
    std::remove((path + suffix).c_str());
  return path;
}

// Loopback, ephemeral ports, nothing kept; decisions only when something happens.
inline ServeConfig TestConfig() {
  ServeConfig config;
  config.server.listen = "127.0.0.1:0";
  config.server.drain_time = absl::Seconds(5);
  config.metrics.listen = "";
  config.http.listen = "";
  config.steering.core.policy = "ecmp";
  config.steering.core.interval = absl::Hours(1);
  return config;
}

class LiveServer {
 public:
  explicit LiveServer(ServeConfig config = TestConfig()) {
    ServerOptions options;
    options.config = std::move(config);
    Start(std::move(options));
  }
  explicit LiveServer(ServerOptions options) { Start(std::move(options)); }

  Server& server() { return *server_; }
  void Stop() { server_.reset(); }
  std::string address() const { return absl::StrCat("127.0.0.1:", server_->port()); }
  // A connection of its own each time.
  std::shared_ptr<grpc::Channel> Connect(std::shared_ptr<grpc::ChannelCredentials> credentials =
                                             grpc::InsecureChannelCredentials()) const {
    return Connect(std::move(credentials), {});
  }
  // A client that lets the server send no more than `bytes` of a stream ahead of what it reads.
  std::shared_ptr<grpc::Channel> ConnectWithWindow(int bytes) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, bytes);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);  // it would widen the window
    return Connect(grpc::InsecureChannelCredentials(), std::move(arguments));
  }

 private:
  std::shared_ptr<grpc::Channel> Connect(std::shared_ptr<grpc::ChannelCredentials> credentials,
                                         grpc::ChannelArguments arguments) const {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address(), credentials, arguments);
  }

  void Start(ServerOptions options) {
    if (!options.policies) options.policies = MakePolicy;
    options.version = "test";
    auto server = Server::Start(std::move(options));
    if (!server.ok()) {
      ADD_FAILURE() << server.status();
      std::abort();
    }
    server_ = *std::move(server);
  }
  std::unique_ptr<Server> server_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_LIVE_SERVER_H_
