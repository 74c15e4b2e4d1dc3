// Three etcd, three controllers, adapters and writers on one machine, with wires that can be cut.
#ifndef RHUMB_TESTS_END_TO_END_REPLICAS_LAB_H_
#define RHUMB_TESTS_END_TO_END_REPLICAS_LAB_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "controller/client/connection.h"
#include "controller/client/plan_subscriber.h"
#include "rhumb/v1/north.grpc.pb.h"
#include "rhumb/v1/south.grpc.pb.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/end_to_end/replicas/wire.h"
#include "tests/etcd_process.h"
#include "tests/networks.h"
#include "tests/server_process.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb::testing {

inline constexpr int kReplicas = 3;

// Every plan that any adapter put in force; from any thread.
class AcceptedPlans {
 public:
  // Faults are remembered, not raised: this runs on the adapters' threads.
  void Add(int adapter, const rhumb::v1::PlanHeader& header) {
    absl::MutexLock lock(&mutex_);
    ++count_;
    auto& last = last_[adapter];
    if (header.term() < last.term()) Fault("an earlier leader's plan", adapter, header);
    if (header.plan_version() <= last.plan_version()) Fault("a version back", adapter, header);
    const auto name = std::make_tuple(header.epoch(), header.term(), header.routes_digest());
    const auto [it, fresh] = versions_.try_emplace(header.plan_version(), name);
    if (!fresh && it->second != name) Fault("a version given twice", adapter, header);
    const auto [of_term, first] = epochs_.try_emplace(header.term(), header.epoch());
    if (!first && of_term->second != header.epoch()) Fault("two epochs of a term", adapter, header);
    last = header;
  }
  std::vector<std::string> faults() const {
    absl::MutexLock lock(&mutex_);
    return faults_;
  }
  int count() const {
    absl::MutexLock lock(&mutex_);
    return count_;
  }

 private:
  void Fault(const char* what, int adapter, const rhumb::v1::PlanHeader& header)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    faults_.push_back(absl::StrCat(what, ": adapter ", adapter, ", ", header.ShortDebugString()));
  }

  mutable absl::Mutex mutex_;
  std::map<int, rhumb::v1::PlanHeader> last_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, std::tuple<uint64_t, uint64_t, uint64_t>> versions_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, uint64_t> epochs_ ABSL_GUARDED_BY(mutex_);  // by term
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Drains and undrains one link without a pause. Knows what was acknowledged last, and what was
// asked for since: one of the two must be so.
class Writer {
 public:
  Writer(ClientOptions options, std::string link)
      : connection_(Connection::Open(options).value()),
        north_(rhumb::v1::North::NewStub(connection_.channel())),
        link_(std::move(link)) {}
  ~Writer() { Stop(); }

  void Start() {
    stop_ = false;
    thread_ = std::thread([this] { Run(); });
  }
  // Lets the call under way end.
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int acknowledged() const { return acknowledged_; }
  const std::string& link() const { return link_; }
  // After Stop.
  bool Allows(bool drained) const { return drained == drained_ || (asked_ && drained == *asked_); }
  void Settle(bool drained) {
    drained_ = drained;
    asked_.reset();
  }
  std::vector<std::string> faults() const { return faults_; }

 private:
  void Run() {
    while (!stop_) {
      asked_ = !drained_;
      absl::StatusOr<rhumb::v1::SettingResponse> response;
      if (*asked_) {
        rhumb::v1::DrainLinkRequest request;
        request.set_link(link_);
        response = Call(connection_, *north_, &rhumb::v1::North::Stub::DrainLink, request);
      } else {
        rhumb::v1::UndrainLinkRequest request;
        request.set_link(link_);
        response = Call(connection_, *north_, &rhumb::v1::North::Stub::UndrainLink, request);
      }
      // Neither refused nor acknowledged: it may hold or not, and is asked for again.
      if (!response.ok() || !response->durable()) continue;
      if (response->topology_version() < version_) {
        faults_.push_back(
            absl::StrCat(link_, ": topology ", response->topology_version(), " after ", version_));
      }
      version_ = response->topology_version();
      drained_ = *asked_;
      asked_.reset();
      ++acknowledged_;
      // Of a machine with two processors something is left to the others.
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  const Connection connection_;
  const std::unique_ptr<rhumb::v1::North::Stub> north_;
  const std::string link_;
  bool drained_ = false;
  std::optional<bool> asked_;
  uint64_t version_ = 0;
  std::vector<std::string> faults_;
  std::atomic<int> acknowledged_ = 0;
  std::atomic<bool> stop_ = true;
  std::thread thread_;
};

class Lab {
 public:
  Lab(const std::string& program, absl::Duration lease) : etcd_(kReplicas), lease_(lease) {
    EXPECT_TRUE(etcd_.running()) << "no etcd: install etcd-server, as scripts/setup does";
    for (int i = 0; i < kReplicas; ++i) {
      std::vector<std::string> endpoints;
      for (const std::string& member : etcd_.endpoints()) {
        wires_[i].push_back(
            std::make_unique<Wire>(std::stoi(member.substr(member.rfind(':') + 1))));
        endpoints.push_back(absl::StrCat("\"", wires_[i].back()->address(), "\""));
      }
      servers_.push_back(std::make_unique<ServerProcess>(
          program,
          absl::StrCat("[store]\nkind = \"etcd\"\nendpoints = [", absl::StrJoin(endpoints, ", "),
                       "]\nlease = \"", absl::FormatDuration(lease),
                       "\"\n[decision]\npolicy = \"ecmp\"\n"),
          /*stored=*/false));
      EXPECT_EQ(servers_.back()->Start(), "");
    }
  }

  // All controllers, beginning with one of them.
  ClientOptions Client(int first) const {
    std::vector<std::string> addresses;
    for (int i = 0; i < kReplicas; ++i) {
      addresses.push_back(servers_[(first + i) % kReplicas]->address());
    }
    ClientOptions options;
    options.server = absl::StrJoin(addresses, ",");
    options.timeout = kPatience;
    return options;
  }
  absl::StatusOr<rhumb::v1::ControllerStatus> Status(const ClientOptions& options) const {
    const auto connection = Connection::Open(options);
    if (!connection.ok()) return connection.status();
    const auto north = rhumb::v1::North::NewStub(connection->channel());
    return Call(*connection, *north, &rhumb::v1::North::Stub::GetStatus,
                rhumb::v1::GetStatusRequest());
  }
  // Of one controller, whatever it is; absent when it does not answer.
  std::optional<rhumb::v1::ControllerStatus> StatusOf(int i) const {
    ClientOptions options;
    options.server = servers_[i]->address();
    options.timeout = absl::Seconds(1);
    const auto status = Status(options);
    if (!status.ok()) return std::nullopt;
    return *status;
  }
  // Waits until all are in the queue and one of them leads with a plan; its number.
  int AwaitLeader() const {
    int leader = -1;
    EXPECT_TRUE(Eventually([&] {
      leader = -1;
      for (int i = 0; i < kReplicas; ++i) {
        const auto status = StatusOf(i);
        if (!status || status->replica().replicas_size() != kReplicas) return false;
        if (status->replica().role() == rhumb::v1::ReplicaStatus::ROLE_LEADER) leader = i;
      }
      return leader >= 0;
    })) << "no leader, or not all are there";
    return leader;
  }

  EtcdCluster& etcd() { return etcd_; }
  ServerProcess& server(int i) { return *servers_[i]; }
  absl::Duration lease() const { return lease_; }
  void CutFromEtcd(int i) {
    for (const auto& wire : wires_[i]) wire->Cut();
  }
  void MendToEtcd(int i) {
    for (const auto& wire : wires_[i]) wire->Mend();
  }
  void SlowToEtcd(int i, absl::Duration delay) {
    for (const auto& wire : wires_[i]) wire->Slow(delay);
  }

 private:
  EtcdCluster etcd_;
  const absl::Duration lease_;
  std::vector<std::unique_ptr<Wire>> wires_[kReplicas];
  std::vector<std::unique_ptr<ServerProcess>> servers_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_END_TO_END_REPLICAS_LAB_H_
