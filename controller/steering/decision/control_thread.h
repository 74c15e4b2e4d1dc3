// The thread that owns the controller's state, with the two that work for it: the policy's and the
// store's. All other threads talk to it through one bounded queue.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_CONTROL_THREAD_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_CONTROL_THREAD_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "controller/steering/decision/control_options.h"
#include "controller/steering/decision/controller_core.h"
#include "controller/steering/decision/decision_worker.h"
#include "controller/steering/store/store_writer.h"
#include "controller/steering/threads/bounded_queue.h"

namespace rhumb {

// Answers that say whether the change is kept.
template <typename T, typename = void>
struct HasDurable : std::false_type {};
template <typename T>
struct HasDurable<T, std::void_t<decltype(std::declval<T&>().set_durable(true))>> : std::true_type {
};

// Owned by the server. Call and Post are safe from any thread; they do not wait for the work.
class ControlThread {
 public:
  // Called on the control thread.
  struct Listeners {
    std::function<void(LivePlanPtr)> publish;
    std::function<void()> election_changed = [] {};
  };

  // Reads the store and starts. `metrics` outlives this.
  ControlThread(ControlOptions options, PolicyFactory factory, std::unique_ptr<Store> store,
                Listeners listeners, Metrics* metrics);
  // Stops.
  ~ControlThread();
  // Returns after what waits in the queue is done; calls that come later are refused. Later stops
  // do nothing.
  void Stop();

  // Runs `work` on the control thread and answers through `done` (on the control or the store's
  // thread): once what it changed is durable, or at once with `durable` false when the store cannot
  // be written. ResourceExhausted through `done`, at once, when too much waits.
  template <typename Response>
  void Call(std::function<absl::StatusOr<Response>(ControllerCore&)> work,
            std::function<void(absl::StatusOr<Response>)> done);

  // Work without an answer that must not be lost (a stream closed, an acknowledgement). False when
  // it stops already.
  bool Post(std::function<void(ControllerCore&)> work);

  // From now on nothing is decided, as with a copy: somebody else steers.
  void Freeze() { frozen_ = true; }
  // The store kept the first versions, and the epoch, before this was made.
  bool first_promise_kept() const { return first_promise_kept_; }

  StoreWriter& store() { return writer_; }

 private:
  using Work = std::function<void(ControllerCore&)>;

  void Run();
  // To the store; `done` may be null. What it keeps of the promises of versions, the core is told.
  void Keep(StoreChange change, std::function<void(bool)> done);
  bool AwaitFirstPromise();

  const ControlOptions options_;
  BoundedQueue<Work> queue_;  // outlives the writer, whose last answers it refuses
  StoreWriter writer_;
  std::unique_ptr<DecisionWorker> worker_;
  ControllerCore core_;  // control thread only, once it runs
  bool first_promise_kept_ = true;
  std::atomic<bool> frozen_;
  std::thread thread_;
};

template <typename Response>
void ControlThread::Call(std::function<absl::StatusOr<Response>(ControllerCore&)> work,
                         std::function<void(absl::StatusOr<Response>)> done) {
  auto shared_done = std::make_shared<decltype(done)>(std::move(done));
  const bool queued =
      queue_.TryPush([this, work = std::move(work), shared_done](ControllerCore& core) {
        auto response = std::make_shared<absl::StatusOr<Response>>(work(core));
        StoreChange change = core.TakeChange();
        if constexpr (HasDurable<Response>::value) {
          // An answer without a change is as durable as the state it speaks of: the writer's queue
          // is in order, so it goes behind whatever made that state.
          if (response->ok()) {
            Keep(std::move(change), [response, shared_done](bool durable) {
              (*response)->set_durable(durable);
              (*shared_done)(std::move(*response));
            });
            return;
          }
        }
        if (!change.empty()) Keep(std::move(change), nullptr);
        (*shared_done)(std::move(*response));
      });
  if (!queued && queue_.closed()) {
    (*shared_done)(absl::UnavailableError("the controller shuts down"));
  } else if (!queued) {
    (*shared_done)(absl::ResourceExhaustedError(
        "the controller's queue is full; send less, and try again after a pause"));
  }
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_CONTROL_THREAD_H_
