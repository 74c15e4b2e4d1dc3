#include "controller/serving/server/replicas.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "controller/serving/etcd/kept_state.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/store/memory_store.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

// A standby's copy is no older, as long as etcd answers.
constexpr absl::Duration kRefresh = absl::Seconds(1);
constexpr absl::Duration kLongestRead = absl::Seconds(3);

// Gives what has been read of a store already.
class ReadStore : public Store {
 public:
  ReadStore(StoredState state, std::unique_ptr<Store> store)
      : state_(std::move(state)), store_(std::move(store)) {}

  std::string kind() const override { return "etcd"; }
  absl::StatusOr<StoredState> Load() override { return std::move(state_); }
  absl::Status Write(const std::vector<StoreChange>& changes) override {
    return store_->Write(changes);
  }
  absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> Audit(int limit) override {
    return store_->Audit(limit);
  }

 private:
  StoredState state_;
  const std::unique_ptr<Store> store_;
};

}  // namespace

Replicas::~Replicas() { Stop(); }

void Replicas::Start(const std::string& address, Roles roles) {
  options_.advertise = address;
  roles_ = std::move(roles);
  candidacy_ = std::make_unique<Candidacy>(etcd_, options_);
  started_ = true;
  thread_ = std::thread([this] { Run(); });
}

void Replicas::Stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

absl::Status Replicas::CheckLeads() const {
  if (!started_) return NotLeaderError("");
  const int64_t term = term_;
  if (term != 0 && candidacy_->Leads(term)) return absl::OkStatus();
  const Queue queue = candidacy_->Get();
  return NotLeaderError(queue.leader == options_.advertise ? "" : queue.leader);
}

std::optional<absl::Duration> Replicas::CopyAge() const {
  if (CheckLeads().ok()) return std::nullopt;
  absl::MutexLock lock(&mutex_);
  return SteadyNow() - current_at_;
}

rhumb::v1::ReplicaStatus Replicas::Status() const {
  rhumb::v1::ReplicaStatus status;
  const std::optional<absl::Duration> age = CopyAge();
  status.set_role(age ? rhumb::v1::ReplicaStatus::ROLE_STANDBY
                      : rhumb::v1::ReplicaStatus::ROLE_LEADER);
  if (age) *status.mutable_copy_age() = ToDuration(*age);
  if (!age) status.set_term(static_cast<uint64_t>(term_.load()));
  if (!started_) return status;
  const Queue queue = candidacy_->Get();
  status.set_leader(queue.leader);
  for (const std::string& replica : queue.replicas) status.add_replicas(replica);
  return status;
}

void Replicas::Run() {
  Queue known;
  SteadyTime refresh_at;
  while (!stop_) {
    const Queue queue =
        candidacy_->AwaitChange(known, std::min(SteadyNow() + absl::Milliseconds(100), refresh_at));
    if (stop_) return;
    if (term_ != 0 && !candidacy_->Leads(term_)) {
      StepDown();
      refresh_at = SteadyTime();
    }
    if (queue.leads && term_ == 0) Lead(queue);
    if (term_ != 0) {
      refresh_at = SteadyTime::Never();
    } else if (SteadyNow() >= refresh_at) {
      Refresh();
      refresh_at = SteadyNow() + kRefresh;
    }
    if (queue.leader != known.leader && term_ == 0) {
      spdlog::info("replica stands by leader=\"{}\"", queue.leader);
    }
    known = queue;
  }
}

void Replicas::Lead(const Queue& queue) {
  const int64_t term = queue.fence.term;
  const SteadyTime begin = SteadyNow();
  EtcdLead lead;
  lead.fence = queue.fence;
  lead.until = [this, term] { return candidacy_->LeadsUntil(term); };
  lead.lost = [this, term] { candidacy_->GiveUp(term); };
  auto store = MakeEtcdStore(etcd_, options_.prefix, std::move(lead), kept_);
  absl::StatusOr<StoredState> state = store->Load();
  if (!state.ok()) {
    spdlog::error("replica cannot lead error=\"{}\"", std::string(state.status().message()));
    candidacy_->GiveUp(term);
    return;
  }
  // Whatever the leader before handed out last, it was of another epoch.
  state->epoch = NewEpoch();
  state->epoch_unwritten = true;
  const bool kept = roles_.lead(std::make_unique<ReadStore>(*std::move(state), std::move(store)));
  if (!kept || !candidacy_->Leads(term)) {
    spdlog::error("replica cannot lead: etcd has not kept the new epoch in time");
    candidacy_->GiveUp(term);
    StepDown();
    return;
  }
  term_ = term;
  copied_.clear();
  roles_.leads();
  spdlog::info("replica leads term={} took_ms={:.0f}", term,
               absl::ToDoubleMilliseconds(SteadyNow() - begin));
}

void Replicas::StepDown() {
  const int64_t term = term_.exchange(0);
  {
    absl::MutexLock lock(&mutex_);
    current_at_ = SteadyNow();
  }
  roles_.step_down();
  if (term != 0) spdlog::warn("replica leads no more term={}", term);
}

void Replicas::Refresh() {
  const StateKeys keys(options_.prefix);
  const SteadyTime asked_at = SteadyNow();
  const auto latest = ReadLatestWrite(*etcd_, keys, asked_at + kLongestRead);
  if (!latest.ok()) return;
  if (latest->name != copied_) {
    auto kept = ReadKeptState(*etcd_, keys, HowMuch::kLatestPlanOnly, asked_at + kLongestRead);
    if (!kept.ok()) {
      spdlog::warn("replica has no copy error=\"{}\"", std::string(kept.status().message()));
      return;
    }
    copied_ = kept->written;
    // A copy gives no versions of its own: its topology has that of the plan.
    if (!kept->state.plans.empty()) {
      const uint64_t version = kept->state.plans.back().header().topology_version();
      kept->state.floor.topology = version - std::min<uint64_t>(version, 1);
    }
    roles_.follow(
        std::make_unique<ReadStore>(std::move(kept->state), std::make_unique<MemoryStore>()));
  }
  absl::MutexLock lock(&mutex_);
  current_at_ = asked_at;
}

}  // namespace rhumb
