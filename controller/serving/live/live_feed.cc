#include "controller/serving/live/live_feed.h"

#include <utility>

#include "controller/steering/threads/thread_priority.h"

namespace rhumb {

LiveFeed::LiveFeed(Parts parts) : parts_(std::move(parts)), thread_([this] { Run(); }) {}

LiveFeed::~LiveFeed() {
  {
    absl::MutexLock lock(&mailbox_->mutex);
    mailbox_->stop = true;
    mailbox_->changed.NotifyAll();
  }
  thread_.join();
}

std::function<void()> LiveFeed::announcer() const {
  return [box = mailbox_] {
    absl::MutexLock lock(&box->mutex);
    box->announced = true;
    box->changed.NotifyAll();
  };
}

std::optional<LiveLook> LiveFeed::Look(const Clocks& clocks, bool with_status) {
  {
    absl::MutexLock lock(&mailbox_->mutex);
    mailbox_->answered = false;
    mailbox_->look.reset();
  }
  parts_.control.Call<LiveLook>(
      [with_status](ControllerCore& core) -> absl::StatusOr<LiveLook> {
        LiveLook look;
        look.view = core.north().View();
        if (with_status) look.status = core.north().GetStatus();
        return look;
      },
      [box = mailbox_](absl::StatusOr<LiveLook> look) {
        absl::MutexLock lock(&box->mutex);
        box->answered = true;
        if (look.ok()) box->look = *std::move(look);
        box->changed.NotifyAll();
      });
  const auto answered = [box = mailbox_.get()]()
                            ABSL_NO_THREAD_SAFETY_ANALYSIS { return box->answered || box->stop; };
  const auto answered_soon = [&] {
    absl::MutexLock lock(&mailbox_->mutex);
    return mailbox_->changed.AwaitFor(&mailbox_->mutex, LiveStory::kPing, answered);
  };
  // Viewers hear that the server lives, and that what they see is not of now.
  while (!answered_soon()) {
    parts_.log.Append({story_.TellBusy(clocks.wall(), clocks.steady())});
    parts_.wake();
  }
  absl::MutexLock lock(&mailbox_->mutex);
  return std::exchange(mailbox_->look, std::nullopt);
}

void LiveFeed::Run() {
  LowerThreadPriority(kQuestionPriority);
  const Clocks clocks;
  SteadyTime status_at = clocks.steady(), next = status_at;
  for (;;) {
    {
      absl::MutexLock lock(&mailbox_->mutex);
      const auto stopped = [box = mailbox_.get()]()
                               ABSL_NO_THREAD_SAFETY_ANALYSIS { return box->stop; };
      const auto due = [box = mailbox_.get()]()
                           ABSL_NO_THREAD_SAFETY_ANALYSIS { return box->stop || box->announced; };
      mailbox_->changed.AwaitUntil(&mailbox_->mutex, next, stopped);
      mailbox_->changed.AwaitUntil(&mailbox_->mutex, next + (kEvery - kAtMost), due);
      if (mailbox_->stop) return;
      mailbox_->announced = false;
    }
    const SteadyTime now = clocks.steady();
    next = now + kAtMost;
    const bool with_status = now >= status_at;
    if (with_status) status_at = now + kStatusEvery;
    std::optional<LiveLook> look = Look(clocks, with_status);
    if (!look) continue;
    if (look->status) {
      look->status->set_version(parts_.version);
      *look->status->mutable_store() = parts_.control.Get()->store().Health();
    }
    look->verdicts = parts_.recent.TakeVerdicts();
    look->reroute_s = parts_.recent.LastSeconds(Stage::kReroute);
    look->policy_s = parts_.recent.LastSeconds(Stage::kPolicy);
    look->guard_s = parts_.recent.LastSeconds(Stage::kGuard);
    look->wall = clocks.wall();
    look->now = clocks.steady();
    std::vector<LiveEvent> events = story_.Tell(*std::move(look));
    if (events.empty()) continue;
    parts_.log.Append(std::move(events));
    parts_.wake();
  }
}

}  // namespace rhumb
