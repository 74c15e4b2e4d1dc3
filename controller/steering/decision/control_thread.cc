#include "controller/steering/decision/control_thread.h"

#include <spdlog/spdlog.h>

#include <optional>

#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_condition.h"
#include "controller/clock/steady_time.h"

namespace rhumb {

ControlThread::ControlThread(ControlOptions options, PolicyFactory factory,
                             std::unique_ptr<Store> store, Listeners listeners, Metrics* metrics)
    : options_(std::move(options)),
      queue_(options_.queue_capacity),
      writer_(std::move(store), metrics),
      worker_(std::make_unique<DecisionWorker>(
          Decider(std::move(factory), options_.paths, options_.core.guard,
                  options_.core.smallest_share),
          [this](DecisionOutput output) {
            Post([this, output = std::move(output)](ControllerCore& core) {
              if (!frozen_) core.FinishDecision(output);
            });
          })),
      core_(options_.core,
            {std::move(listeners.publish),
             [this](DecisionInput input) { worker_->Start(std::move(input)); },
             std::move(listeners.election_changed), options_.clocks},
            metrics),
      frozen_(options_.copy) {
  for (const std::string& problem : core_.Restore(writer_.Load(), options_.copy)) {
    spdlog::error("not restored: {}", problem);
  }
  if (options_.copy) {
    core_.TakeChange();
  } else {
    first_promise_kept_ = AwaitFirstPromise();
  }
  thread_ = std::thread([this] { Run(); });
}

// The first blocks of versions are promised before anybody can see one of them: a process that is
// killed right after its start would be followed by one that gives the same versions to other
// plans. A disk that fails or hangs is said by the log and by health, and holds nothing up: what it
// has not been promised is of another epoch.
bool ControlThread::AwaitFirstPromise() {
  struct First {
    absl::Mutex mutex;
    SteadyCondition answered;
    std::optional<bool> durable;
  };
  auto first = std::make_shared<First>();
  Keep(core_.TakeChange(), [first](bool durable) {
    absl::MutexLock lock(&first->mutex);
    first->durable = durable;
    first->answered.NotifyAll();
  });
  bool durable = false;
  {
    absl::MutexLock lock(&first->mutex);
    first->answered.AwaitFor(&first->mutex, options_.first_promise,
                             [&] { return first->durable.has_value(); });
    durable = first->durable.value_or(false);
    if (!first->durable) {
      spdlog::error("the store has not answered within {}; starting without it",
                    absl::FormatDuration(options_.first_promise));
    }
  }
  if (durable) return true;
  core_.BeginEpoch();
  Keep(core_.TakeChange(), nullptr);
  return false;
}

void ControlThread::Keep(StoreChange change, std::function<void(bool)> done) {
  if (change.floor) {
    done = [this, floor = *change.floor, epoch = change.epoch,
            done = std::move(done)](bool durable) {
      if (durable) Post([=](ControllerCore& core) { core.PromiseKept(floor, epoch); });
      if (done) done(durable);
    };
  }
  writer_.Write(std::move(change), std::move(done));
}

ControlThread::~ControlThread() { Stop(); }

void ControlThread::Stop() {
  queue_.Close();
  if (thread_.joinable()) thread_.join();
  worker_.reset();
}

bool ControlThread::Post(std::function<void(ControllerCore&)> work) {
  return queue_.PushAlways(std::move(work));
}

void ControlThread::Run() {
  SteadyTime next_tick = SteadyNow();
  for (;;) {
    std::optional<Work> work = queue_.Pop(next_tick);
    if (work) (*work)(core_);
    // Between the timeout and the check something may still have been queued.
    if (!work && queue_.closed() && queue_.size() == 0) {
      if (frozen_) return;
      core_.KeepAll();
      Keep(core_.TakeChange(), nullptr);
      return;
    }
    if (const SteadyTime now = SteadyNow(); now >= next_tick) {
      if (!frozen_) core_.Tick();
      next_tick = now + options_.tick;
    }
    if (StoreChange change = core_.TakeChange(); !change.empty()) Keep(std::move(change), nullptr);
  }
}

}  // namespace rhumb
