#include "controller/store/store_writer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace rhumb {
namespace {

// Plans alone are dropped beyond this many waiting changes: a disk that hangs must not eat memory.
constexpr size_t kMaxWaiting = 10'000;
constexpr size_t kMaxUnwrittenPlans = 8;
constexpr size_t kMaxUnwrittenAudit = 1'000;
constexpr absl::Duration kRetry = absl::Seconds(1);

}  // namespace

StoreWriter::StoreWriter(std::unique_ptr<Store> store, Metrics* metrics)
    : metrics_(metrics), store_(std::move(store)), queue_(kMaxWaiting) {
  absl::MutexLock lock(&health_mutex_);
  health_.set_kind(store_->kind());
  health_.set_healthy(true);
}

StoreWriter::~StoreWriter() {
  queue_.Close();
  if (thread_.joinable()) thread_.join();
}

StoredState StoreWriter::Load() {
  absl::StatusOr<StoredState> state;
  {
    absl::MutexLock lock(&store_mutex_);
    state = store_->Load();
  }
  thread_ = std::thread([this] { Run(); });
  if (state.ok()) {
    absl::MutexLock lock(&health_mutex_);
    load_problem_ = state->problem;
    health_.set_problem(load_problem_);
    return *std::move(state);
  }
  SetHealth(state.status());
  StoredState fresh;
  fresh.epoch = static_cast<uint64_t>(absl::ToUnixMicros(absl::Now()));
  return fresh;
}

void StoreWriter::Write(StoreChange change, std::function<void(bool)> done) {
  const bool only_plans =
      !change.reported && !change.settings && !change.floor && change.audit.empty() && !done;
  Item item{std::move(change), std::move(done)};
  if (only_plans) {
    if (!queue_.TryPush(std::move(item))) metrics_->CountEvent("store_plan_dropped", 1);
  } else if (!queue_.PushAlways(std::move(item)) && item.done) {
    item.done(false);
  }
}

void StoreWriter::Run() {
  for (;;) {
    std::deque<Item> items = queue_.PopAll(absl::Now() + kRetry);
    if (items.empty() && queue_.closed() && queue_.size() == 0) return;
    std::vector<StoreChange> changes;
    if (!unwritten_.empty()) changes.push_back(std::exchange(unwritten_, {}));
    for (Item& item : items) changes.push_back(std::move(item.change));
    if (changes.empty()) continue;
    const absl::Time begin = absl::Now();
    const absl::Status status = WriteBatch(changes);
    metrics_->ObserveStage("store", absl::ToDoubleSeconds(absl::Now() - begin));
    SetHealth(status);
    if (!status.ok()) KeepUnwritten(std::move(changes));
    for (Item& item : items) {
      if (item.done) item.done(status.ok());
    }
  }
}

absl::Status StoreWriter::WriteBatch(const std::vector<StoreChange>& changes) {
  absl::MutexLock lock(&store_mutex_);
  return store_->Write(changes);
}

void StoreWriter::KeepUnwritten(std::vector<StoreChange> changes) {
  for (StoreChange& change : changes) {
    if (change.reported) unwritten_.reported = std::move(change.reported);
    if (change.settings) unwritten_.settings = std::move(change.settings);
    if (change.floor) unwritten_.floor = change.floor;
    for (auto& plan : change.plans) unwritten_.plans.push_back(std::move(plan));
    for (auto& record : change.audit) unwritten_.audit.push_back(std::move(record));
  }
  auto trim = [](auto* list, size_t size) {
    if (list->size() > size) list->erase(list->begin(), list->end() - size);
  };
  trim(&unwritten_.plans, kMaxUnwrittenPlans);
  trim(&unwritten_.audit, kMaxUnwrittenAudit);
}

void StoreWriter::SetHealth(const absl::Status& status) {
  absl::MutexLock lock(&health_mutex_);
  if (health_.healthy() && !status.ok()) {
    spdlog::error("store failed error=\"{}\"; steering goes on from memory",
                  std::string(status.message()));
  } else if (!health_.healthy() && status.ok()) {
    spdlog::info("store works again");
  }
  health_.set_healthy(status.ok());
  health_.set_problem(status.ok() ? load_problem_ : std::string(status.message()));
  metrics_->Set("store_healthy", status.ok() ? 1 : 0);
}

rhumb::v1::StoreStatus StoreWriter::Health() const {
  absl::MutexLock lock(&health_mutex_);
  return health_;
}

absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> StoreWriter::Audit(int limit) {
  absl::MutexLock lock(&store_mutex_);
  return store_->Audit(limit);
}

}  // namespace rhumb
