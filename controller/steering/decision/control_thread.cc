#include "controller/steering/decision/control_thread.h"

#include <spdlog/spdlog.h>

#include "absl/synchronization/notification.h"
#include "controller/clock/steady_time.h"

namespace rhumb {

ControlThread::ControlThread(ControlOptions options, PolicyFactory factory,
                             std::unique_ptr<Store> store, Listeners listeners, Metrics* metrics)
    : options_(std::move(options)),
      writer_(std::move(store), metrics),
      queue_(options_.queue_capacity),
      worker_(std::make_unique<DecisionWorker>(
          Decider(std::move(factory), options_.paths, options_.core.guard,
                  options_.core.smallest_share),
          [this](DecisionOutput output) {
            Post([output = std::move(output)](ControllerCore& core) {
              core.FinishDecision(output);
            });
          })),
      core_(options_.core,
            {std::move(listeners.publish),
             [this](DecisionInput input) { worker_->Start(std::move(input)); },
             std::move(listeners.election_changed), options_.clocks},
            metrics) {
  for (const std::string& problem : core_.Restore(writer_.Load())) {
    spdlog::error("not restored: {}", problem);
  }
  // The first blocks of versions are promised before anybody can see one of them: a process that is
  // killed right after its start would be followed by one that gives the same versions to other
  // plans. A disk that fails is said by health, and holds nothing up.
  absl::Notification promised;
  writer_.Write(core_.TakeChange(), [&promised](bool) { promised.Notify(); });
  promised.WaitForNotification();
  thread_ = std::thread([this] { Run(); });
}

ControlThread::~ControlThread() { Stop(); }

void ControlThread::Stop() {
  queue_.Close();
  if (thread_.joinable()) thread_.join();
  worker_.reset();
}

void ControlThread::Post(std::function<void(ControllerCore&)> work) {
  queue_.PushAlways(std::move(work));
}

void ControlThread::Run() {
  SteadyTime next_tick = SteadyNow();
  for (;;) {
    std::optional<Work> work = queue_.Pop(next_tick);
    if (work) (*work)(core_);
    // Between the timeout and the check something may still have been queued.
    if (!work && queue_.closed() && queue_.size() == 0) return;
    if (const SteadyTime now = SteadyNow(); now >= next_tick) {
      core_.Tick();
      next_tick = now + options_.tick;
    }
    WriteChange();
  }
}

}  // namespace rhumb
