// Looks at the controller again and again, and tells viewers what is new.
#ifndef RHUMB_CONTROLLER_SERVING_LIVE_LIVE_FEED_H_
#define RHUMB_CONTROLLER_SERVING_LIVE_LIVE_FEED_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controller/clock/clocks.h"
#include "controller/clock/steady_condition.h"
#include "controller/serving/calls/control_slot.h"
#include "controller/serving/live/event_log.h"
#include "controller/serving/live/live_story.h"
#include "controller/serving/live/recent_metrics.h"

namespace rhumb {

// Its thread, of low priority, does all the work but taking a view, which the control thread does
// in microseconds: however many watch, the network's plans come first.
class LiveFeed {
 public:
  static constexpr absl::Duration kEvery = absl::Milliseconds(250);
  static constexpr absl::Duration kAtMost = absl::Milliseconds(50);  // between looks
  static constexpr absl::Duration kStatusEvery = absl::Seconds(1);

  struct Parts {
    ControlSlot& control;
    RecentMetrics& recent;
    EventLog& log;
    std::string version;         // of the program
    std::function<void()> wake;  // there is something new in the log
  };
  explicit LiveFeed(Parts parts);
  ~LiveFeed();

  // What makes it look soon; from any thread, also when the feed is gone.
  std::function<void()> announcer() const;

 private:
  // What a look brings back, also when the feed is gone by then.
  struct Mailbox {
    absl::Mutex mutex;
    SteadyCondition changed;
    bool announced ABSL_GUARDED_BY(mutex) = true;
    bool stop ABSL_GUARDED_BY(mutex) = false;
    bool answered ABSL_GUARDED_BY(mutex) = false;
    std::optional<LiveLook> look ABSL_GUARDED_BY(mutex);
  };
  void Run();
  // Nothing when the control thread takes no more, or at the end.
  std::optional<LiveLook> Look(const Clocks& clocks, bool with_status);

  Parts parts_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  BackgroundCalculations calculations_{announcer()};
  LiveStory story_{calculations_};
  std::thread thread_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_LIVE_LIVE_FEED_H_
