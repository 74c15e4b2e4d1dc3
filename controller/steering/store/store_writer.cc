#include "controller/steering/store/store_writer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/steering/threads/thread_priority.h"

namespace rhumb {
namespace {

// Plans alone are dropped beyond this many waiting changes: a disk that hangs must not eat memory.
constexpr size_t kMaxWaiting = 10'000;
constexpr size_t kMaxUnwrittenPlans = 8;
constexpr size_t kMaxUnwrittenAudit = 1'000;
constexpr absl::Duration kRetry = absl::Seconds(1);
// What a killed process may lose of the plans that nobody was promised. A plan is the largest thing
// that is written, and a failure makes two of them in a few milliseconds.
constexpr absl::Duration kPlanDelay = absl::Seconds(1);
constexpr size_t kMaxPlansTogether = 32;
// What a killed process may lose of what it knew of the traffic.
constexpr absl::Duration kDemandsDelay = absl::Seconds(10);

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
  fresh.epoch = NewEpoch();
  fresh.epoch_unwritten = true;
  return fresh;
}

void StoreWriter::Write(StoreChange change, std::function<void(bool)> done) {
  const bool only_plans = !change.epoch && !change.reported && !change.settings && !change.floor &&
                          change.audit.empty() && !done;
  Item item{std::move(change), std::move(done)};
  if (only_plans) {
    if (!queue_.TryPush(std::move(item))) metrics_->CountEvent(Event::kStorePlanDropped);
  } else if (!queue_.PushAlways(std::move(item)) && item.done) {
    item.done(false);
  }
}

void StoreWriter::Run() {
  LowerThreadPriority(kStorePriority);
  SteadyTime next = SteadyNow() + kRetry;
  for (;;) {
    std::deque<Item> items = queue_.PopAll(next);
    const bool last = items.empty() && queue_.closed() && queue_.size() == 0;
    const SteadyTime now = SteadyNow();
    if (now >= next) next = now + kRetry;
    std::vector<StoreChange> changes;
    if (!unwritten_.empty()) changes.push_back(std::exchange(unwritten_, {}));
    for (Item& item : items) changes.push_back(std::move(item.change));
    SetPlansAside(&changes, now, last);
    SetDemandsAside(&changes, now, last);
    if (!later_plans_.empty()) next = std::min(next, plans_due_);
    const bool awaited = std::any_of(items.begin(), items.end(),
                                     [](const Item& item) { return item.done != nullptr; });
    if (awaited || std::any_of(changes.begin(), changes.end(),
                               [](const StoreChange& change) { return !change.empty(); })) {
      const SteadyTime begin = SteadyNow();
      const absl::Status status = WriteBatch(changes);
      metrics_->ObserveStage(Stage::kStore, absl::ToDoubleSeconds(SteadyNow() - begin));
      SetHealth(status);
      if (!status.ok()) KeepUnwritten(std::move(changes));
      for (Item& item : items) {
        if (item.done) item.done(status.ok());
      }
    }
    if (last) return;
  }
}

void StoreWriter::SetPlansAside(std::vector<StoreChange>* changes, SteadyTime now, bool last) {
  bool plans_now = last || (!later_plans_.empty() && now >= plans_due_);
  for (const StoreChange& change : *changes) plans_now |= change.plans_promised;
  for (StoreChange& change : *changes) {
    if (!change.plans.empty() && later_plans_.empty()) plans_due_ = now + kPlanDelay;
    for (LivePlanPtr& plan : change.plans) later_plans_.push_back(std::move(plan));
    change.plans.clear();
  }
  while (later_plans_.size() > kMaxPlansTogether) later_plans_.pop_front();
  if (!plans_now || later_plans_.empty()) return;
  StoreChange& with_plans = changes->emplace_back();
  with_plans.plans_promised = true;  // tried again at once should it fail
  with_plans.plans.assign(std::make_move_iterator(later_plans_.begin()),
                          std::make_move_iterator(later_plans_.end()));
  later_plans_.clear();
}

void StoreWriter::SetDemandsAside(std::vector<StoreChange>* changes, SteadyTime now, bool last) {
  for (StoreChange& change : *changes) {
    if (!change.demands) continue;
    if (!later_demands_) demands_due_ = now + kDemandsDelay;
    later_demands_ = std::exchange(change.demands, std::nullopt);
  }
  if (!later_demands_ || !(last || now >= demands_due_)) return;
  changes->emplace_back().demands = std::exchange(later_demands_, std::nullopt);
}

absl::Status StoreWriter::WriteBatch(const std::vector<StoreChange>& changes) {
  absl::MutexLock lock(&store_mutex_);
  return store_->Write(changes);
}

void StoreWriter::KeepUnwritten(std::vector<StoreChange> changes) {
  for (StoreChange& change : changes) {
    if (change.epoch) {
      unwritten_.epoch = change.epoch;
      unwritten_.plans.clear();
    }
    if (change.reported) unwritten_.reported = std::move(change.reported);
    if (change.demands) unwritten_.demands = std::move(change.demands);
    if (change.settings) unwritten_.settings = std::move(change.settings);
    if (change.floor) unwritten_.floor = change.floor;
    for (auto& plan : change.plans) unwritten_.plans.push_back(std::move(plan));
    unwritten_.plans_promised |= change.plans_promised;
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
  metrics_->Set(Gauge::kStoreHealthy, status.ok() ? 1 : 0);
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
