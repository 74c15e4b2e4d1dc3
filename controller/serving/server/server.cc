#include "controller/serving/server/server.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "controller/clock/grpc/deadline.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/configuration/certificate_keeper.h"
#include "controller/serving/metrics/metrics_endpoint.h"
#include "controller/serving/metrics/prometheus_metrics.h"
#include "controller/serving/rpc/listen_address.h"
#include "controller/serving/server/announcer.h"
#include "controller/serving/server/caller_policies.h"
#include "controller/serving/server/grpc_server.h"
#include "controller/serving/server/health_service.h"
#include "controller/serving/server/north_service.h"
#include "controller/serving/server/replicas.h"
#include "controller/serving/server/south_service.h"
#include "controller/serving/server/spare_memory.h"
#include "controller/serving/server/update_cost.h"
#include "controller/serving/server/web_server.h"
#include "controller/serving/store/file_lock.h"
#include "controller/serving/store/sqlite_store.h"
#include "controller/steering/store/memory_store.h"
#include "controller/steering/threads/housekeeper.h"

namespace rhumb {
namespace {

constexpr absl::Duration kHousekeeping = absl::Milliseconds(250);
// A standby that has not read from etcd for so long is not well.
constexpr absl::Duration kOldCopy = absl::Seconds(5);

// What may not be had, so that it is opened before anything is built on it.
struct Opened {
  std::unique_ptr<PrometheusMetrics> metrics;
  std::unique_ptr<MetricsEndpoint> metrics_endpoint;  // null: none is configured
  std::unique_ptr<AccessControl> access;
  std::unique_ptr<CertificateKeeper> certificates;  // null: plaintext
  std::unique_ptr<FileLock> store_lock;             // null: nothing is stored
  std::unique_ptr<FileLock> store_file_lock;
  std::shared_ptr<EtcdClient> etcd;  // null: there is one controller
};

absl::StatusOr<Opened> Open(const ServeConfig& config) {
  Opened opened;
  opened.access = std::make_unique<AccessControl>(config.security.tokens);
  if (auto status = opened.access->Reload(); !status.ok()) return status;
  if (const auto& security = config.security; !security.certificate.empty()) {
    opened.certificates = std::make_unique<CertificateKeeper>(
        CertificatePaths{security.certificate, security.key, security.client_authorities});
    if (auto read = opened.certificates->Refresh(); !read.ok()) return read.status();
  }
  if (!config.store.path.empty()) {
    auto lock = FileLock::Take(config.store.path + ".lock");
    if (!lock.ok()) return lock.status();
    opened.store_lock = *std::move(lock);
    // And the file itself: the other can be deleted while a server holds it.
    auto file_lock = FileLock::Take(config.store.path);
    if (!file_lock.ok()) return file_lock.status();
    opened.store_file_lock = *std::move(file_lock);
  }
  if (config.store.kind == "etcd") {
    auto etcd = EtcdClient::Open(config.etcd);
    if (!etcd.ok()) return etcd.status();
    opened.etcd = *std::move(etcd);
  }
  opened.metrics = std::make_unique<PrometheusMetrics>();
  if (!config.metrics.listen.empty()) {
    auto endpoint = MetricsEndpoint::Open(config.metrics.listen, *opened.metrics);
    if (!endpoint.ok()) return endpoint.status();
    opened.metrics_endpoint = *std::move(endpoint);
  }
  return opened;
}

std::unique_ptr<Store> StoreOf(ServerOptions* options) {
  const ServeConfig& config = options->config;
  if (options->store != nullptr) return std::move(options->store);
  if (config.store.path.empty()) return std::make_unique<MemoryStore>();
  return MakeSqliteStore(config.store, config.steering.core.kept_plans);
}

ControlOptions ControlOptionsOf(const ServerOptions& options) {
  ControlOptions control = options.config.steering;
  control.core.lead_per_adapter = UpdateLead();
  if (options.clocks) control.clocks = *options.clocks;
  return control;
}

std::unique_ptr<Replicas> ReplicasOf(const ServeConfig& config, const Opened& opened) {
  if (opened.etcd == nullptr) return nullptr;
  return std::make_unique<Replicas>(
      opened.etcd, config.etcd,
      KeptInEtcd{config.steering.core.kept_plans, config.store.kept_audit});
}

// What clients reach this controller at.
std::string AddressOf(const ServeConfig& config, int port) {
  if (!config.etcd.advertise.empty()) return config.etcd.advertise;
  auto address = ParseListenAddress(config.server.listen);
  if (!address.ok()) return config.server.listen;
  address->port = port;
  return address->text();
}

int ComputeThreads(const ServeConfig& config) {
  if (config.limits.compute_threads > 0) return config.limits.compute_threads;
  return std::max(1u, std::thread::hardware_concurrency());
}

void LogReload(const absl::Status& status, const std::string& path) {
  if (status.ok()) {
    spdlog::info("tokens reloaded path=\"{}\"", path);
  } else {
    spdlog::error("tokens not reloaded error=\"{}\"; the ones of before stay",
                  std::string(status.message()));
  }
}

// All that the services work with, and the services. Every part may use those above it.
struct Parts {
  Parts(ServerOptions options, Opened opened_first)
      : config(options.config),
        control_options(ControlOptionsOf(options)),
        policies(options.policies),
        opened(std::move(opened_first)),
        connections(config.gate),
        recent(opened.metrics.get()),
        replicas(ReplicasOf(config, opened)),
        gate(*opened.access, opened.certificates.get(), replicas.get(), config.gate),
        board(config.steering.core.kept_plans),
        fan_out(&recent),
        announcer(board, fan_out, health),
        compute(ComputeThreads(config), config.limits.compute_queue,
                ForCallers(options.policies, config.steering.core.policy)),
        quick(1, config.limits.compute_queue,
              ForCallers(options.policies, config.steering.core.policy)),
        calls({control, compute, quick, recent, config.steering.core.topology_limits,
               options.version, [this] { return board.latest(); }, replicas.get()}),
        shared{control, calls, board, fan_out, gate, connections, recent, replicas.get()},
        south(shared),
        north(shared),
        health_service(shared, health) {
    if (replicas == nullptr) {
      Steer(StoreOf(&options));
    } else {
      announcer.StandBy(true);
      Follow(std::make_unique<MemoryStore>());
    }
  }
  // Work that waits still uses what is below the two.
  ~Parts() {
    if (replicas != nullptr) replicas->Stop();
    compute.Stop();
    quick.Stop();
    control.Stop();
  }

  // True when the store has kept the first promises.
  bool Steer(std::unique_ptr<Store> store) {
    board.Clear();
    ControlOptions options = control_options;
    // A lead without a kept epoch is none: it may take as long as the lease lasts.
    if (replicas != nullptr) options.first_promise = config.etcd.lease;
    auto steering = std::make_shared<ControlThread>(
        options, policies, std::move(store),
        ControlThread::Listeners{[this](LivePlanPtr plan) { announcer.Publish(std::move(plan)); },
                                 [this] { announcer.ElectionChanged(control); }},
        &recent);
    const bool kept = steering->first_promise_kept();
    control.Set(std::move(steering));
    return kept;
  }
  // Answers questions from a copy of what another controller knows.
  void Follow(std::unique_ptr<Store> copy) {
    ControlOptions options = control_options;
    options.copy = true;
    control.Set(std::make_shared<ControlThread>(options, policies, std::move(copy),
                                                ControlThread::Listeners{[this](LivePlanPtr plan) {
                                                  announcer.PublishCopy(std::move(plan));
                                                }},
                                                &recent));
  }
  void StepDown() {
    control.Get()->Freeze();
    CheckAccess();
    announcer.StandBy(true);
  }
  // Streams end whose caller would not be let in now.
  void CheckAccess() {
    for (const auto& [id, reader] : fan_out.readers()) reader->CheckAccess();
  }
  void JoinReplicas(int port) {
    if (replicas == nullptr) return;
    replicas->Start(AddressOf(config, port),
                    {[this](std::unique_ptr<Store> store) { return Steer(std::move(store)); },
                     [this] { announcer.StandBy(false); }, [this] { StepDown(); },
                     [this](std::unique_ptr<Store> copy) { Follow(std::move(copy)); }});
  }
  bool store_healthy() const {
    if (!control.Get()->store().Health().healthy()) return false;
    const auto age = replicas == nullptr ? std::nullopt : replicas->CopyAge();
    return !age || *age < kOldCopy;
  }

  const ServeConfig config;
  const ControlOptions control_options;
  const PolicyFactory policies;
  const Opened opened;
  ConnectionTable connections;
  RecentMetrics recent;
  const std::unique_ptr<Replicas> replicas;  // null: there is one controller
  CallGate gate;
  HealthBoard health;
  PlanBoard board;
  FanOut fan_out;
  Announcer announcer;
  ControlSlot control;
  ComputePool compute;
  ComputePool quick;
  NorthCalls calls;
  ServiceParts shared;
  SouthService south;
  NorthService north;
  HealthService health_service;
};

absl::StatusOr<std::unique_ptr<WebServer>> StartLive(Parts& parts, const std::string& version) {
  const PrometheusMetrics& metrics = *parts.opened.metrics;
  return WebServer::Start({parts.config, parts.opened.certificates.get(), parts.control,
                           parts.recent, parts.gate, parts.calls, parts.fan_out,
                           parts.shared.NextStream(),
                           [&metrics] { return MetricsResponse(metrics); }, version});
}

}  // namespace

struct Server::Running {
  Running(std::unique_ptr<Parts> built, GrpcServer started, std::unique_ptr<WebServer> page)
      : parts(std::move(built)),
        grpc(std::move(started)),
        live(std::move(page)),
        housekeeper(kHousekeeping, [this] { Housekeep(); }) {}

  const std::unique_ptr<Parts> parts;
  const GrpcServer grpc;
  std::unique_ptr<WebServer> live;  // null: none is configured
  SteadyTime certificates_at;       // the housekeeper's, as what follows
  absl::Status certificate_problem;
  SpareMemory spare_memory;
  Housekeeper housekeeper;

  void Housekeep() {
    parts->announcer.SetHealth(kStoreHealth, parts->store_healthy());
    const auto reloaded = parts->opened.access->ReloadIfChanged();
    if (!reloaded.ok() || *reloaded) LogReload(reloaded.status(), parts->config.security.tokens);
    bool access_changed = reloaded.ok() && *reloaded;
    if (SteadyNow() >= certificates_at && parts->opened.certificates != nullptr) {
      certificates_at = SteadyNow() + parts->config.security.refresh;
      access_changed |= RefreshCertificates(*parts->opened.certificates);
    }
    if (access_changed) parts->CheckAccess();
    spare_memory.Look(SteadyNow());
  }

  // True when others hold now.
  bool RefreshCertificates(CertificateKeeper& certificates) {
    const auto refreshed = certificates.Refresh();
    const absl::Status problem = certificates.problem();
    if (refreshed.ok() && *refreshed) spdlog::info("certificates reloaded");
    if (!problem.ok() && certificate_problem != problem) {
      spdlog::error("certificates not reloaded error=\"{}\"; the ones of before stay",
                    std::string(problem.message()));
    }
    certificate_problem = problem;
    parts->announcer.SetHealth(kCertificateHealth, problem.ok());
    Metrics& metrics = *parts->opened.metrics;
    metrics.Set(Gauge::kCertificateHealthy, problem.ok() ? 1 : 0);
    // A certificate's end is a moment of the wall clock.
    const absl::Duration left = certificates.current()->expires - Clocks().wall();
    metrics.Set(Gauge::kCertificateDaysLeft, absl::FDivDuration(left, absl::Hours(24)));
    return refreshed.ok() && *refreshed;
  }

  int metrics_port() const {
    const auto& endpoint = parts->opened.metrics_endpoint;
    return endpoint != nullptr ? endpoint->port() : 0;
  }
};

Server::Server(std::unique_ptr<Running> running)
    : running_(std::move(running)),
      port_(running_->grpc.port),
      metrics_port_(running_->metrics_port()),
      http_port_(running_->live != nullptr ? running_->live->port() : 0) {}

Server::~Server() { Drain(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto opened = Open(options.config);
  if (!opened.ok()) return opened.status();
  const std::string version = options.version;
  auto parts = std::make_unique<Parts>(std::move(options), *std::move(opened));
  auto grpc = StartGrpcServer(parts->config, parts->opened.certificates.get(), &parts->connections,
                              parts->opened.metrics.get(),
                              {&parts->south, &parts->north, &parts->health_service});
  if (!grpc.ok()) return grpc.status();
  const ServeConfig& config = parts->config;
  std::unique_ptr<WebServer> live;
  if (!config.http.listen.empty()) {
    auto started = StartLive(*parts, version);
    if (!started.ok()) return started.status();
    live = *std::move(started);
  }
  std::unique_ptr<Server> server(
      new Server(std::make_unique<Running>(std::move(parts), *std::move(grpc), std::move(live))));
  server->running_->parts->JoinReplicas(server->port());
  if (config.security.tokens.empty()) {
    spdlog::warn("no tokens are configured: every caller is an operator");
  }
  spdlog::info(
      "serving grpc={} port={} unix_socket=\"{}\" tls={} metrics_port={} "
      "http_port={}",
      config.server.listen, server->port(), config.server.unix_socket,
      config.security.certificate.empty()          ? "off"
      : config.security.client_authorities.empty() ? "on"
                                                   : "mutual",
      server->metrics_port(), server->http_port());
  return server;
}

void Server::Drain() {
  if (running_ == nullptr) return;
  spdlog::info("draining");
  Parts& parts = *running_->parts;
  parts.health.Drain();
  parts.gate.Close();
  if (running_->grpc.door != nullptr) running_->grpc.door->Close();
  parts.fan_out.EndAll(DrainingError());
  running_->live.reset();
  const auto& server = parts.config.server;
  running_->grpc.server->Shutdown(GrpcDeadline(SteadyNow() + server.drain_time));
  running_->grpc.server->Wait();
  if (!server.unix_socket.empty()) unlink(server.unix_socket.c_str());
  running_.reset();  // writes what waits
  spdlog::info("stopped");
}

void Server::ReloadTokens() {
  if (running_ == nullptr) return;
  const Parts& parts = *running_->parts;
  LogReload(parts.opened.access->Reload(), parts.config.security.tokens);
  running_->parts->CheckAccess();
}

}  // namespace rhumb
