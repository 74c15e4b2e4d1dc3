// What operators laid down: the policy, drained links, pinned demands, and a plan of before that is
// held in force.
#ifndef RHUMB_CONTROLLER_STEERING_SETTINGS_OPERATOR_RULES_H_
#define RHUMB_CONTROLLER_STEERING_SETTINGS_OPERATOR_RULES_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/clock/clocks.h"
#include "controller/steering/guard/plan_rules.h"
#include "controller/steering/state/topology_state.h"
#include "controller/steering/store/store.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// FieldError for a comment that is too long.
absl::Status CheckComment(const std::string& comment);

// Every change is put into the store's with its audit record, in one. A request that is refused, or
// changes nothing, leaves no trace. What follows for the network is the caller's.
//
// Wide: one method a request. Owned by the control thread. O(pins); settings are kept as a whole.
class OperatorRules {
 public:
  // `topology` has the drained links, `change` what is to be stored; all outlive this.
  OperatorRules(std::string policy, TopologyState* topology, StoreChange* change,
                const Clocks& clocks)
      : topology_(*topology), change_(*change), clocks_(clocks), policy_(std::move(policy)) {}

  // Takes up what an earlier run kept, drains and hold apart; `lost`: which cannot be read.
  void Restore(const rhumb::v1::OperatorSettings& stored, bool lost = false);
  // Takes up its hold too, whose plan is in force again. Nothing when there was none.
  void RestoreHold(const rhumb::v1::OperatorSettings& stored);

  // Each returns whether something changed, and refuses with the field that is wrong, or
  // FailedPrecondition before a topology is known (SetPolicy does not need one).
  absl::StatusOr<bool> DrainLink(const rhumb::v1::DrainLinkRequest& request,
                                 const std::string& who);
  absl::StatusOr<bool> UndrainLink(const rhumb::v1::UndrainLinkRequest& request,
                                   const std::string& who);
  // Ends a hold.
  absl::StatusOr<bool> SetPolicy(const rhumb::v1::SetPolicyRequest& request,
                                 const std::string& who);
  absl::StatusOr<bool> PinDemand(const rhumb::v1::PinDemandRequest& request,
                                 const std::string& who);

  // The plan that was gone back to stays for `confirm_within`, or for good once confirmed. Returns
  // when that ends, as it is told.
  absl::Time Hold(absl::Duration confirm_within, const rhumb::v1::RollbackPlanRequest& request,
                  const std::string& who);
  // FailedPrecondition when nothing waits for it.
  absl::Status ConfirmHold(const rhumb::v1::ConfirmRollbackRequest& request,
                           const std::string& who);
  void EndHold();
  // Also while the settings of before are lost.
  bool holding() const { return hold_.has_value() || settings_lost_; }
  // Links under maintenance may be among those that look usable: nothing is decided, and the last
  // plan stays, until an operator sets the policy or confirms the plan.
  bool settings_lost() const { return settings_lost_; }
  bool ConfirmationMissed(SteadyTime now) const {
    return hold_ && !hold_->confirmed && now >= hold_->until;
  }

  const std::string& policy() const { return policy_; }
  // The pins that the present topology has the links for; the others sleep until those are back.
  Pins KnownPins() const;
  // All of it, as it is stored.
  rhumb::v1::OperatorSettings Settings() const;
  // Policy, hold and, once a topology is known, pins with whether they are followed now.
  void WriteStatus(rhumb::v1::ControllerStatus* status) const;

 private:
  struct HeldPlan {
    absl::Time confirm_before;  // as it is told and stored
    SteadyTime until;           // the same moment
    bool confirmed = false;
  };

  absl::StatusOr<bool> DrainOrUndrain(bool drain, const std::string& link,
                                      const std::string& comment, const std::string& who);
  void Keep(absl::string_view action, absl::string_view detail, const std::string& who);

  TopologyState& topology_;
  StoreChange& change_;
  const Clocks& clocks_;
  std::string policy_;
  std::map<std::pair<std::string, std::string>, rhumb::v1::PinStatus> pins_;  // by names
  std::optional<HeldPlan> hold_;
  bool settings_lost_ = false;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_SETTINGS_OPERATOR_RULES_H_
