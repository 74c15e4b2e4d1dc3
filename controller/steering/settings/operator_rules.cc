#include "controller/steering/settings/operator_rules.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/settings/pin_request.h"
#include "controller/steering/settings/rollback_request.h"
#include "controller/steering/store/audit.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

constexpr size_t kMaxCommentBytes = 500;

}  // namespace

absl::Status CheckComment(const std::string& comment) {
  if (comment.size() <= kMaxCommentBytes) return absl::OkStatus();
  return FieldError("comment",
                    absl::StrFormat("has %d bytes; at most %d", comment.size(), kMaxCommentBytes));
}

void OperatorRules::Restore(const rhumb::v1::OperatorSettings& stored, bool lost) {
  settings_lost_ = lost;
  if (!stored.policy().empty()) policy_ = stored.policy();
  for (const auto& pin : stored.pins()) pins_[{pin.source(), pin.destination()}] = pin;
}

void OperatorRules::RestoreHold(const rhumb::v1::OperatorSettings& stored) {
  if (!stored.rollback_held() && !stored.has_rollback_confirm_before()) return;
  // Only the wall clock outlives a process. It may have gone wherever it likes meanwhile, so what
  // is left of the time is never more than could have been asked for.
  const absl::Time confirm_before = FromProto(stored.rollback_confirm_before());
  const absl::Duration left =
      std::clamp(confirm_before - clocks_.wall(), absl::ZeroDuration(), kLongestConfirm);
  hold_ = HeldPlan{confirm_before, clocks_.steady() + left, stored.rollback_held()};
}

absl::StatusOr<bool> OperatorRules::DrainLink(const rhumb::v1::DrainLinkRequest& request,
                                              const std::string& who) {
  return DrainOrUndrain(true, request.link(), request.comment(), who);
}

absl::StatusOr<bool> OperatorRules::UndrainLink(const rhumb::v1::UndrainLinkRequest& request,
                                                const std::string& who) {
  return DrainOrUndrain(false, request.link(), request.comment(), who);
}

absl::StatusOr<bool> OperatorRules::DrainOrUndrain(bool drain, const std::string& link,
                                                   const std::string& comment,
                                                   const std::string& who) {
  if (auto status = CheckComment(comment); !status.ok()) return status;
  absl::StatusOr<bool> changed = drain ? topology_.Drain(link) : topology_.Undrain(link);
  if (!changed.ok() || !*changed) return changed;
  Keep(drain ? "DrainLink" : "UndrainLink", absl::StrFormat("%s: %s", link, comment), who);
  return true;
}

absl::StatusOr<bool> OperatorRules::SetPolicy(const rhumb::v1::SetPolicyRequest& request,
                                              const std::string& who) {
  if (auto status = CheckComment(request.comment()); !status.ok()) return status;
  if (policy_ == request.policy() && !holding()) return false;
  policy_ = request.policy();
  hold_.reset();
  settings_lost_ = false;
  Keep("SetPolicy", absl::StrFormat("%s: %s", policy_, request.comment()), who);
  return true;
}

absl::StatusOr<bool> OperatorRules::PinDemand(const rhumb::v1::PinDemandRequest& request,
                                              const std::string& who) {
  if (auto status = CheckComment(request.comment()); !status.ok()) return status;
  if (!topology_.known()) return NoTopologyError();
  if (auto read = ReadPin(request, topology_.snapshot()); !read.ok()) return read.status();
  const std::pair<std::string, std::string> key(request.source(), request.destination());
  bool changed;
  if (request.paths().empty()) {
    changed = pins_.erase(key) > 0;
  } else {
    rhumb::v1::PinStatus pin;
    pin.set_source(request.source());
    pin.set_destination(request.destination());
    *pin.mutable_paths() = request.paths();
    rhumb::v1::PinStatus& kept = pins_[key];
    changed = kept.SerializeAsString() != pin.SerializeAsString();
    kept = std::move(pin);
  }
  if (changed) {
    Keep("PinDemand",
         absl::StrFormat("%s>%s on %d paths: %s", key.first, key.second, request.paths_size(),
                         request.comment()),
         who);
  }
  return changed;
}

absl::Time OperatorRules::Hold(absl::Duration confirm_within,
                               const rhumb::v1::RollbackPlanRequest& request,
                               const std::string& who) {
  const absl::Time told = clocks_.wall() + confirm_within;
  hold_ = HeldPlan{told, clocks_.steady() + confirm_within, false};
  Keep("RollbackPlan", absl::StrFormat("to %d: %s", request.plan_version(), request.comment()),
       who);
  return told;
}

absl::Status OperatorRules::ConfirmHold(const rhumb::v1::ConfirmRollbackRequest& request,
                                        const std::string& who) {
  if (auto status = CheckComment(request.comment()); !status.ok()) return status;
  if (settings_lost_) {
    // As good as a rollback to it: the plan stays, by an operator's word.
    settings_lost_ = false;
    hold_ = HeldPlan{clocks_.wall(), SteadyTime::Never(), true};
    Keep("ConfirmRollback", request.comment(), who);
    return absl::OkStatus();
  }
  if (!hold_ || hold_->confirmed) {
    return RequestError(absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_UNSAFE,
                        "no rollback waits for a confirmation");
  }
  hold_->confirmed = true;
  Keep("ConfirmRollback", request.comment(), who);
  return absl::OkStatus();
}

void OperatorRules::EndHold() {
  if (!hold_) return;
  hold_.reset();
  change_.settings = Settings();
}

Pins OperatorRules::KnownPins() const {
  Pins pins;
  if (!topology_.known()) return pins;
  for (const auto& [key, kept] : pins_) {
    if (auto read = ReadPin(kept, topology_.snapshot()); read.ok()) {
      pins[{read->pair.source, read->pair.destination}] = std::move(read->pin);
    }
  }
  return pins;
}

rhumb::v1::OperatorSettings OperatorRules::Settings() const {
  rhumb::v1::OperatorSettings settings;
  settings.set_policy(policy_);
  for (const std::string& link : topology_.drained_links()) settings.add_drained_links(link);
  for (const auto& [pair, pin] : pins_) *settings.add_pins() = pin;
  if (hold_ && hold_->confirmed) settings.set_rollback_held(true);
  if (hold_ && !hold_->confirmed) {
    *settings.mutable_rollback_confirm_before() = ToTimestamp(hold_->confirm_before);
  }
  return settings;
}

void OperatorRules::WriteStatus(rhumb::v1::ControllerStatus* status) const {
  status->set_policy(policy_);
  if (settings_lost_ || (hold_ && hold_->confirmed)) status->set_rollback_held(true);
  if (hold_ && !hold_->confirmed) {
    *status->mutable_rollback_confirm_before() = ToTimestamp(hold_->confirm_before);
  }
  if (!topology_.known()) return;
  for (const auto& [key, kept] : pins_) {
    rhumb::v1::PinStatus* out = status->add_pins();
    *out = kept;
    const auto read = ReadPin(kept, topology_.snapshot());
    out->set_suspended(holding() || !read.ok() || !PinUsable(topology_.snapshot(), read->pin));
  }
}

void OperatorRules::Keep(absl::string_view action, absl::string_view detail,
                         const std::string& who) {
  change_.settings = Settings();
  change_.audit.push_back(MakeAuditRecord(clocks_.wall(), action, detail, who));
}

}  // namespace rhumb
