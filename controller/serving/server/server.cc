#include "controller/serving/server/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "controller/serving/metrics/prometheus_metrics.h"
#include "controller/serving/server/health_service.h"
#include "controller/serving/server/north_service.h"
#include "controller/serving/server/plan_stream.h"
#include "controller/serving/server/south_service.h"
#include "controller/serving/server/tls.h"
#include "controller/serving/store/file_lock.h"
#include "controller/serving/store/sqlite_store.h"
#include "controller/steering/store/memory_store.h"
#include "controller/steering/threads/housekeeper.h"

namespace rhumb {
namespace {

constexpr absl::Duration kHousekeeping = absl::Milliseconds(250);
constexpr char kStoreService[] = "rhumb.store";
constexpr char kSouthService[] = "rhumb.v1.South";
constexpr char kNorthService[] = "rhumb.v1.North";

GateLimits GateLimitsOf(const ServeConfig& config) {
  const auto& limits = config.limits;
  return {limits.streams, limits.streams_per_peer, limits.calls_per_second,
          static_cast<double>(limits.call_burst)};
}

std::unique_ptr<Store> MakeStore(const ServeConfig& config) {
  if (config.store.path.empty()) return std::make_unique<MemoryStore>();
  return MakeSqliteStore({config.store.path, config.decision.kept_plans, config.store.kept_audit});
}

// Callers name shipped agents. A path would let them make this process open any file.
PolicyFactory ForCallers(PolicyFactory policies, std::string configured) {
  return [policies = std::move(policies), configured = std::move(configured)](
             absl::string_view spec) -> absl::StatusOr<std::unique_ptr<RoutingPolicy>> {
    if (spec != configured && absl::StrContains(spec, '/')) {
      return absl::InvalidArgumentError(
          "a policy over the API may not name a file; name a shipped one, or set decision.policy "
          "in the configuration of the controller");
    }
    return policies(spec);
  };
}

// Processor time to write an update and, when the adapter is on the same machine, to read it; see
// tests/benchmark/controller_load.
constexpr absl::Duration kUpdateCost = absl::Microseconds(80);

int ComputeThreads(const ServeConfig& config) {
  if (config.limits.compute_threads > 0) return config.limits.compute_threads;
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

struct Server::Parts {
  explicit Parts(const ServeConfig& config)
      : config(config),
        access(config.security.tokens),
        gate(&access, GateLimitsOf(config)),
        board(config.decision.kept_plans),
        fan_out(&metrics) {}

  // Every part may use those above it.
  const ServeConfig config;
  std::unique_ptr<FileLock> store_lock;
  PrometheusMetrics metrics;
  AccessControl access;
  CallGate gate;
  HealthBoard health;
  PlanBoard board;
  FanOut fan_out;
  std::atomic<bool> election_notice = false;
  std::unique_ptr<ControlThread> control;
  std::unique_ptr<ComputePool> compute;
  ServiceParts shared;
  std::unique_ptr<SouthService> south;
  std::unique_ptr<NorthService> north;
  std::unique_ptr<HealthService> health_service;
  std::unique_ptr<MetricsEndpoint> metrics_endpoint;
  std::unique_ptr<grpc::Server> grpc_server;
  int port = 0;
  std::unique_ptr<Housekeeper> housekeeper;

  void SetHealth(const std::string& service, bool serving) {
    if (health.Set(service, serving)) fan_out.Announce();
  }

  // Of the control thread.
  void Publish(LivePlanPtr plan) {
    board.Publish(std::move(plan));
    fan_out.Announce();
    SetHealth("", true);
    SetHealth(kNorthService, true);
  }

  // Of the control thread. Many changes at once, as when a thousand adapters connect, are told
  // together.
  void ElectionChanged() {
    if (election_notice.exchange(true)) return;
    // Not through `control`, which is null while what waits at the end is done.
    shared.control->Post([this](ControllerCore& core) {
      election_notice = false;
      for (const auto& [id, reader] : fan_out.readers()) {
        if (auto* stream = dynamic_cast<PlanStream*>(reader.get())) {
          stream->SetElection(core.south().ElectionFor(id));
        }
      }
    });
  }

  void StartControl(ServerOptions options) {
    for (const char* service : {"", kNorthService}) health.Set(service, false);
    for (const char* service : {kSouthService, kStoreService}) health.Set(service, true);
    ControlThread::Options control_options;
    control_options.core = CoreOptionsOf(config);
    control_options.core.lead_per_adapter =
        kUpdateCost / std::max(1u, std::thread::hardware_concurrency());
    control_options.paths = PathOptionsOf(config);
    control_options.queue_capacity = config.limits.queue;
    if (options.now) control_options.now = options.now;
    ControlThread::Listeners listeners;
    listeners.publish = [this](LivePlanPtr plan) { Publish(std::move(plan)); };
    listeners.election_changed = [this] { ElectionChanged(); };
    auto store = options.store ? std::move(options.store) : MakeStore(config);
    control = std::make_unique<ControlThread>(std::move(control_options), options.policies,
                                              std::move(store), std::move(listeners), &metrics);
    PolicyFactory for_callers = ForCallers(options.policies, config.decision.policy);
    compute = std::make_unique<ComputePool>(ComputeThreads(config), config.limits.compute_queue,
                                            for_callers);
    shared.control = control.get();
    shared.compute = compute.get();
    shared.board = &board;
    shared.fan_out = &fan_out;
    shared.gate = &gate;
    shared.metrics = &metrics;
    shared.topology_limits = {config.limits.nodes, config.limits.links};
    shared.version = options.version;
    south = std::make_unique<SouthService>(&shared);
    north = std::make_unique<NorthService>(&shared);
    health_service = std::make_unique<HealthService>(&shared, &health);
  }

  absl::Status Listen() {
    if (config.server.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    const auto& server = config.server;
    if (!server.listen.empty()) {
      builder.AddListeningPort(server.listen, MakeServerCredentials(config), &port);
    }
    if (!server.unix_socket.empty()) {
      unlink(server.unix_socket.c_str());
      builder.AddListeningPort("unix:" + server.unix_socket, grpc::InsecureServerCredentials());
    }
    builder.SetMaxReceiveMessageSize(config.limits.message_bytes);
    builder.SetMaxSendMessageSize(-1);
    const auto ms = [](absl::Duration time) {
      return static_cast<int>(absl::ToInt64Milliseconds(time));
    };
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, ms(server.keepalive_time));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ms(server.keepalive_timeout));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    // Clients may ask as often as every second whether we live.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, config.limits.streams + 1000);
    // Two servers that share a port would answer in turn.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // Only reflection is not a callback service.
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
    for (grpc::Service* service :
         std::initializer_list<grpc::Service*>{south.get(), north.get(), health_service.get()}) {
      builder.RegisterService(service);
    }
    const mode_t umask_before = umask(0077);  // for the socket's file
    grpc_server = builder.BuildAndStart();
    umask(umask_before);
    if (grpc_server == nullptr || (!server.listen.empty() && port == 0)) {
      return absl::UnavailableError(
          absl::StrFormat("server.listen: cannot listen on %s; is another program using the port?",
                          server.listen.empty() ? server.unix_socket : server.listen));
    }
    return absl::OkStatus();
  }

  absl::Status OpenMetrics() {
    if (config.metrics.listen.empty()) return absl::OkStatus();
    auto endpoint = MetricsEndpoint::Open(config.metrics.listen, metrics);
    if (!endpoint.ok()) return endpoint.status();
    metrics_endpoint = *std::move(endpoint);
    return absl::OkStatus();
  }

  void Housekeep() {
    SetHealth(kStoreService, control->store().Health().healthy());
    const auto reloaded = access.ReloadIfChanged();
    if (!reloaded.ok()) {
      spdlog::error("tokens not reloaded error=\"{}\"; the ones of before stay",
                    std::string(reloaded.status().message()));
    } else if (*reloaded) {
      spdlog::info("tokens reloaded path=\"{}\"", config.security.tokens);
    }
  }
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() { Drain(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto parts = std::make_unique<Parts>(options.config);
  if (auto status = parts->access.Reload(); !status.ok()) return status;
  if (const std::string& path = parts->config.store.path; !path.empty()) {
    auto lock = FileLock::Take(path + ".lock");
    if (!lock.ok()) return lock.status();
    parts->store_lock = *std::move(lock);
  }
  if (auto status = parts->OpenMetrics(); !status.ok()) return status;
  parts->StartControl(std::move(options));
  if (auto status = parts->Listen(); !status.ok()) return status;
  parts->housekeeper =
      std::make_unique<Housekeeper>(kHousekeeping, [p = parts.get()] { p->Housekeep(); });
  const ServeConfig& config = parts->config;
  if (config.security.tokens.empty()) {
    spdlog::warn("no tokens are configured: every caller is an operator");
  }
  spdlog::info("serving grpc={} port={} unix_socket=\"{}\" tls={} metrics_port={}",
               config.server.listen, parts->port, config.server.unix_socket,
               config.security.certificate.empty()          ? "off"
               : config.security.client_authorities.empty() ? "on"
                                                            : "mutual",
               parts->metrics_endpoint ? parts->metrics_endpoint->port() : 0);
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

void Server::Drain() {
  Parts& p = *parts_;
  if (p.grpc_server == nullptr) return;
  spdlog::info("draining");
  p.housekeeper.reset();
  p.health.Drain();
  p.gate.Close();
  p.fan_out.EndAll(DrainingError());
  p.grpc_server->Shutdown(absl::ToChronoTime(absl::Now() + p.config.server.drain_time));
  p.grpc_server->Wait();
  p.grpc_server.reset();
  if (!p.config.server.unix_socket.empty()) unlink(p.config.server.unix_socket.c_str());
  p.compute.reset();
  p.control.reset();  // writes what waits
  p.store_lock.reset();
  p.metrics_endpoint.reset();
  spdlog::info("stopped");
}

void Server::ReloadTokens() {
  if (auto status = parts_->access.Reload(); !status.ok()) {
    spdlog::error("tokens not reloaded error=\"{}\"; the ones of before stay",
                  std::string(status.message()));
  } else {
    spdlog::info("tokens reloaded path=\"{}\"", parts_->config.security.tokens);
  }
}

int Server::port() const { return parts_->port; }
int Server::metrics_port() const {
  return parts_->metrics_endpoint ? parts_->metrics_endpoint->port() : 0;
}

}  // namespace rhumb
