// Tells readers and health what the control thread decided.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_ANNOUNCER_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_ANNOUNCER_H_

#include <atomic>
#include <string>

#include "controller/serving/calls/control_slot.h"
#include "controller/serving/server/fan_out.h"
#include "controller/serving/server/health_board.h"
#include "controller/serving/server/plan_board.h"

namespace rhumb {

class Announcer {
 public:
  // Until there is a plan, only the south and the store serve.
  Announcer(PlanBoard& board, FanOut& fan_out, HealthBoard& health);

  // From any thread. Watchers of health are woken when it changed.
  void SetHealth(const std::string& service, bool serving);

  // Both are called on the control thread. A plan is on the board when this returns; readers are
  // woken soon. The election is told after what waits for `control`, so that many changes at once,
  // as when a thousand adapters connect, are told together.
  void Publish(LivePlanPtr plan);
  void ElectionChanged(ControlSlot& control);
  // A plan of a copy: for those who ask, and who watch.
  void PublishCopy(LivePlanPtr plan);
  // Another leads, or nobody: nothing but the store and the certificates serves, whatever is set.
  void StandBy(bool stands_by);

 private:
  PlanBoard& board_;
  FanOut& fan_out_;
  HealthBoard& health_;
  std::atomic<bool> election_notice_ = false;  // waits for the control thread
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_ANNOUNCER_H_
