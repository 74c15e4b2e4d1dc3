// An adapter's side of South.StreamPlans: stays connected, holds the plan, answers every update.
#ifndef RHUMB_CONTROLLER_CLIENT_PLAN_SUBSCRIBER_H_
#define RHUMB_CONTROLLER_CLIENT_PLAN_SUBSCRIBER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/client/connection.h"
#include "controller/client/held_plan.h"
#include "controller/clock/steady_condition.h"
#include "controller/clock/steady_time.h"
#include "rhumb/v1/south.grpc.pb.h"

namespace rhumb {

// Owns a thread that reads. When the stream breaks it is opened again, after a pause, with the
// version that is held, so that only what is missing comes. All methods may be called from any
// thread.
class PlanSubscriber {
 public:
  struct Options {
    std::string adapter = "adapter";
    uint64_t election_id = 1;
    // Installs an update, before it is acknowledged; an error refuses it. Called on the stream's
    // thread. Empty: everything is taken.
    std::function<absl::Status(const rhumb::v1::PlanUpdate&)> install;
  };
  struct State {
    bool connected = false;  // the election has been told on the stream that is open now
    rhumb::v1::ElectionState election;
    std::shared_ptr<const HeldPlan> plan = std::make_shared<HeldPlan>();
    uint64_t seen_epoch = 0;  // of the latest update, refused or not
    uint64_t seen_version = 0;
    int updates = 0;  // taken
    int resets = 0;   // of these, whole plans
    int nacks = 0;
    int connections = 0;
    absl::Status last_fault;  // why the stream ended last
    absl::Status failed;      // not OK: the server will not have it, nothing is tried any more
  };

  PlanSubscriber(const Connection& connection, Options options);
  ~PlanSubscriber();
  PlanSubscriber(const PlanSubscriber&) = delete;
  PlanSubscriber& operator=(const PlanSubscriber&) = delete;

  State Get() const;
  // Waits until `condition` holds; false when `deadline` passed or the stream failed before.
  bool Await(const std::function<bool(const State&)>& condition, SteadyTime deadline) const;
  // Cuts the connection, as a broken network would.
  void Cut();

 private:
  using Stream =
      grpc::ClientReaderWriter<rhumb::v1::PlanStreamRequest, rhumb::v1::PlanStreamResponse>;

  void Run();
  // Until the stream ends; the status is why.
  absl::Status Follow();
  bool Take(const rhumb::v1::PlanUpdate& update, Stream* stream);

  const Connection connection_;
  const Options options_;
  mutable absl::Mutex mutex_;
  mutable SteadyCondition changed_;
  State state_ ABSL_GUARDED_BY(mutex_);
  grpc::ClientContext* open_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLIENT_PLAN_SUBSCRIBER_H_
