// A real server on an ephemeral port, and the clients that tests talk to it with. Waiting is for
// conditions, with deadlines that a loaded machine keeps too.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_LIVE_SERVER_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_LIVE_SERVER_H_

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "agents/policy_registry.h"
#include "controller/client/held_plan.h"
#include "controller/serving/server/server.h"
#include "rhumb/v1/north.grpc.pb.h"
#include "rhumb/v1/south.grpc.pb.h"
#include "rhumb/v1/status.pb.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb::testing {

constexpr absl::Duration kPatience = absl::Seconds(60);

// Asks again until it is so; false when patience ends first.
inline bool Eventually(const std::function<bool()>& holds) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!holds()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

inline std::string TestPath(const std::string& name) {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string path = absl::StrCat(::testing::TempDir(), "rhumb_", test->test_suite_name(),
                                        "_", test->name(), "_", name);
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::remove((path + suffix).c_str());
  return path;
}

// Loopback, ephemeral ports, nothing kept; decisions only when something happens.
inline ServeConfig TestConfig() {
  ServeConfig config;
  config.server.listen = "127.0.0.1:0";
  config.server.drain_time = absl::Seconds(5);
  config.metrics.listen = "";
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

inline void Prepare(grpc::ClientContext* context, const std::string& token = "") {
  context->set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  if (!token.empty()) context->AddMetadata("authorization", "Bearer " + token);
}

// Calls with one answer, both sides.
class Caller {
 public:
  explicit Caller(const std::shared_ptr<grpc::Channel>& channel, std::string token = "")
      : south_(rhumb::v1::South::NewStub(channel)),
        north_(rhumb::v1::North::NewStub(channel)),
        token_(std::move(token)) {}

  rhumb::v1::South::Stub& south() { return *south_; }
  rhumb::v1::North::Stub& north() { return *north_; }
  const std::string& token() const { return token_; }

  template <typename Stub, typename Method, typename Request, typename Response>
  grpc::Status Call(Stub& stub, Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    Prepare(&context, token_);
    return (stub.*method)(&context, request, response);
  }

  grpc::Status SetTopology(const Topology& topology, uint64_t election_id = 0) {
    rhumb::v1::SetTopologyRequest request;
    request.set_election_id(election_id);
    *request.mutable_topology() = ToProto(topology);
    rhumb::v1::SetTopologyResponse response;
    return Call(*south_, &rhumb::v1::South::Stub::SetTopology, request, &response);
  }
  grpc::Status SetLink(const std::string& link, bool up, uint64_t election_id = 0) {
    rhumb::v1::UpdateTopologyRequest request;
    request.set_election_id(election_id);
    auto* update = request.add_links();
    update->set_link(link);
    update->set_operational_state(up ? rhumb::v1::OPERATIONAL_STATE_UP
                                     : rhumb::v1::OPERATIONAL_STATE_DOWN);
    rhumb::v1::UpdateTopologyResponse response;
    return Call(*south_, &rhumb::v1::South::Stub::UpdateTopology, request, &response);
  }
  grpc::Status Drain(const std::string& link, rhumb::v1::SettingResponse* response = nullptr) {
    rhumb::v1::DrainLinkRequest request;
    request.set_link(link);
    rhumb::v1::SettingResponse ignored;
    return Call(*north_, &rhumb::v1::North::Stub::DrainLink, request,
                response != nullptr ? response : &ignored);
  }
  rhumb::v1::ControllerStatus Status() {
    rhumb::v1::ControllerStatus status;
    const grpc::Status result =
        Call(*north_, &rhumb::v1::North::Stub::GetStatus, rhumb::v1::GetStatusRequest(), &status);
    EXPECT_TRUE(result.ok()) << result.error_message();
    return status;
  }
  rhumb::v1::LivePlan Plan() {
    rhumb::v1::LivePlan plan;
    const grpc::Status result =
        Call(*north_, &rhumb::v1::North::Stub::GetPlan, rhumb::v1::GetPlanRequest(), &plan);
    EXPECT_TRUE(result.ok()) << result.error_message();
    return plan;
  }
  // One report of measured demands that names all of them.
  rhumb::v1::TelemetryAnswer Report(
      uint64_t sequence, absl::Time end,
      const std::vector<std::tuple<std::string, std::string, double>>& demands,
      uint64_t election_id = 0) {
    rhumb::v1::TelemetryReport report;
    report.set_election_id(election_id);
    report.set_sequence(sequence);
    *report.mutable_interval_end() = ToTimestamp(end);
    report.mutable_interval()->set_seconds(10);
    report.set_demands_complete(true);
    for (const auto& [source, destination, rate_bps] : demands) {
      auto* demand = report.add_demands();
      demand->set_source(source);
      demand->set_destination(destination);
      demand->set_rate_bps(rate_bps);
    }
    return Send(report);
  }
  rhumb::v1::TelemetryAnswer Send(const rhumb::v1::TelemetryReport& report) {
    grpc::ClientContext context;
    Prepare(&context, token_);
    auto stream = south_->StreamTelemetry(&context);
    rhumb::v1::TelemetryAnswer answer;
    EXPECT_TRUE(stream->Write(report));
    EXPECT_TRUE(stream->Read(&answer));
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return answer;
  }

 private:
  std::unique_ptr<rhumb::v1::South::Stub> south_;
  std::unique_ptr<rhumb::v1::North::Stub> north_;
  const std::string token_;
};

// Reason of an error, from the details in its trailer; "" without.
inline std::string ReasonOf(const grpc::Status& status) {
  rhumb::v1::Status details;
  if (!details.ParseFromString(status.error_details())) return "";
  for (const auto& any : details.details()) {
    if (any.type_url() != "type.googleapis.com/google.rpc.ErrorInfo") continue;
    rhumb::v1::ErrorInfo info;
    if (info.ParseFromString(any.value())) return info.reason();
  }
  return "";
}
inline std::string FieldOf(const grpc::Status& status) {
  rhumb::v1::Status details;
  if (!details.ParseFromString(status.error_details())) return "";
  for (const auto& any : details.details()) {
    if (any.type_url() != "type.googleapis.com/google.rpc.BadRequest") continue;
    rhumb::v1::BadRequest bad;
    if (bad.ParseFromString(any.value()) && bad.field_violations_size() > 0) {
      return bad.field_violations(0).field();
    }
  }
  return "";
}

using Routes = std::map<std::pair<std::string, std::string>, rhumb::v1::DemandRoute>;

inline Routes RoutesOf(const rhumb::v1::LivePlan& plan) {
  Routes routes;
  for (const auto& route : plan.routes()) routes[{route.source(), route.destination()}] = route;
  return routes;
}

// Byte for byte, in any order of demands.
inline bool SameRoutes(const Routes& a, const Routes& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [pair, route] : a) {
    const auto it = b.find(pair);
    if (it == b.end() || it->second.paths_size() != route.paths_size()) return false;
    // The order of paths is not part of a plan.
    std::map<std::string, double> difference;
    auto add = [&](const rhumb::v1::DemandRoute& r, double sign) {
      for (const auto& path : r.paths()) {
        std::string name;
        for (const auto& link : path.links()) absl::StrAppend(&name, link, " ");
        difference[name] += sign * path.ratio();
      }
    };
    add(route, 1);
    add(it->second, -1);
    for (const auto& [name, change] : difference) {
      if (std::abs(change) > 1e-9) return false;
    }
  }
  return true;
}

// What an adapter inside an SDN controller does: holds a plan, applies updates, answers. A thread
// reads the stream.
class TestAdapter {
 public:
  struct Options {
    std::string name = "adapter";
    uint64_t election_id = 0;
    uint64_t held_epoch = 0;
    uint64_t held_version = 0;
    Routes held = {};
    std::string token = "";
    bool reads = true;
    // The error to answer an update with; none: ACK.
    std::function<std::optional<rhumb::v1::Status>(const rhumb::v1::PlanUpdate&)> refuse = nullptr;
  };

  TestAdapter(const std::shared_ptr<grpc::Channel>& channel, Options options)
      : options_(std::move(options)), stub_(rhumb::v1::South::NewStub(channel)) {
    version_ = options_.held_version;
    routes_ = options_.held;
    if (!options_.token.empty()) {
      context_.AddMetadata("authorization", "Bearer " + options_.token);
    }
    stream_ = stub_->StreamPlans(&context_);
    rhumb::v1::PlanStreamRequest request;
    auto* subscribe = request.mutable_subscribe();
    subscribe->set_adapter(options_.name);
    subscribe->set_election_id(options_.election_id);
    subscribe->set_held_epoch(options_.held_epoch);
    subscribe->set_held_plan_version(options_.held_version);
    stream_->Write(request);
    if (options_.reads) StartReading();
  }
  ~TestAdapter() { Close(); }

  void StartReading() {
    thread_ = std::thread([this] { Read(); });
  }
  // Breaks the connection off; the server sees a cancelled call.
  void Close() {
    context_.TryCancel();
    if (finished_reading_) return;
    if (!thread_.joinable()) StartReading();
    thread_.join();
    finished_reading_ = true;
  }
  // Waits until the server ends the stream.
  grpc::Status WaitForEnd() {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&ended_), kPatience);
    EXPECT_TRUE(ended_);
    return final_status_;
  }

  // True once what it holds is version `version` or later.
  bool WaitForVersion(uint64_t version) {
    return Wait([&] { return version_ >= version; });
  }
  bool Wait(const std::function<bool()>& holds) {
    return Eventually([&] {
      absl::MutexLock lock(&mutex_);
      return holds();
    });
  }
  // True once it was told to be the primary, or not to be.
  bool WaitForPrimary(bool primary) {
    return Wait([&] { return election_ && election_->you_are_primary() == primary; });
  }

  // The server ended the stream, or refused it.
  bool ended() const {
    absl::MutexLock lock(&mutex_);
    return ended_;
  }
  uint64_t version() const {
    absl::MutexLock lock(&mutex_);
    return version_;
  }
  Routes routes() const {
    absl::MutexLock lock(&mutex_);
    return routes_;
  }
  std::vector<rhumb::v1::PlanUpdate> updates() const {
    absl::MutexLock lock(&mutex_);
    return updates_;
  }
  rhumb::v1::ElectionState election() const {
    absl::MutexLock lock(&mutex_);
    return election_.value_or(rhumb::v1::ElectionState());
  }

 private:
  void Read() {
    rhumb::v1::PlanStreamResponse response;
    while (stream_->Read(&response)) {
      if (response.has_election()) {
        absl::MutexLock lock(&mutex_);
        election_ = response.election();
      } else if (response.has_update()) {
        stream_->Write(Apply(response.update()));
      }
    }
    const grpc::Status status = stream_->Finish();
    absl::MutexLock lock(&mutex_);
    final_status_ = status;
    ended_ = true;
  }

  rhumb::v1::PlanStreamRequest Apply(const rhumb::v1::PlanUpdate& update) {
    rhumb::v1::PlanStreamRequest request;
    auto* answer = request.mutable_answer();
    answer->set_nonce(update.nonce());
    absl::MutexLock lock(&mutex_);
    updates_.push_back(update);
    std::optional<rhumb::v1::Status> error;
    if (options_.refuse) error = options_.refuse(update);
    if (!error && !update.reset() && update.base_plan_version() != version_) {
      error.emplace();
      error->set_code(static_cast<int>(grpc::StatusCode::ABORTED));
      error->set_message(absl::StrCat("holds ", version_));
    }
    if (error) {
      *answer->mutable_error() = *error;
    } else {
      if (update.reset()) routes_.clear();
      for (const auto& route : update.routes()) {
        routes_[{route.source(), route.destination()}] = RouteByName(update, route).value();
      }
      for (const auto& key : update.removed()) routes_.erase({key.source(), key.destination()});
      version_ = update.header().plan_version();
    }
    answer->set_plan_version_in_force(version_);
    return request;
  }

  const Options options_;
  std::unique_ptr<rhumb::v1::South::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<rhumb::v1::PlanStreamRequest, rhumb::v1::PlanStreamResponse>>
      stream_;
  std::thread thread_;
  bool finished_reading_ = false;
  mutable absl::Mutex mutex_;
  uint64_t version_ = 0;
  Routes routes_;
  std::vector<rhumb::v1::PlanUpdate> updates_;
  std::optional<rhumb::v1::ElectionState> election_;
  grpc::Status final_status_;
  bool ended_ = false;
};

// True once what the adapter put together from updates is the plan in force.
inline bool ComesToHoldThePlan(const TestAdapter& adapter, Caller& caller) {
  return Eventually([&] {
    const rhumb::v1::LivePlan plan = caller.Plan();
    return adapter.version() == plan.header().plan_version() &&
           SameRoutes(adapter.routes(), RoutesOf(plan));
  });
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_LIVE_SERVER_H_
