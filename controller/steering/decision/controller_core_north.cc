// What operators ask of the controller.
#include <cmath>

#include "absl/strings/str_format.h"
#include "controller/steering/decision/controller_core.h"
#include "controller/steering/plan/request_error.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

constexpr size_t kMaxCommentBytes = 500;
constexpr absl::Duration kDefaultConfirm = absl::Minutes(10);
constexpr double kRatioTolerance = 1e-6;

absl::Status CheckComment(const std::string& comment) {
  if (comment.size() <= kMaxCommentBytes) return absl::OkStatus();
  return FieldError("comment",
                    absl::StrFormat("has %d bytes; at most %d", comment.size(), kMaxCommentBytes));
}

}  // namespace

absl::Status ControllerCore::CheckKnown() const {
  return topology_.known() ? absl::OkStatus() : NoTopologyError();
}

void ControllerCore::Audit(absl::string_view action, absl::string_view detail,
                           const std::string& who) {
  rhumb::v1::AuditRecord record;
  *record.mutable_at() = ToTimestamp(out_.now());
  record.set_who(who);
  record.set_action(std::string(action));
  record.set_detail(std::string(detail));
  change_.audit.push_back(std::move(record));
}

rhumb::v1::OperatorSettings ControllerCore::Settings() const {
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

void ControllerCore::SettingsChanged(absl::string_view action, absl::string_view detail,
                                     const std::string& who) {
  change_.settings = Settings();
  Audit(action, detail, who);
}

absl::StatusOr<rhumb::v1::SettingResponse> ControllerCore::DrainLink(
    const rhumb::v1::DrainLinkRequest& request, const std::string& who) {
  return DrainOrUndrain(true, request.link(), request.comment(), who);
}

absl::StatusOr<rhumb::v1::SettingResponse> ControllerCore::UndrainLink(
    const rhumb::v1::UndrainLinkRequest& request, const std::string& who) {
  return DrainOrUndrain(false, request.link(), request.comment(), who);
}

absl::StatusOr<rhumb::v1::SettingResponse> ControllerCore::DrainOrUndrain(
    bool drain, const std::string& link, const std::string& comment, const std::string& who) {
  if (auto status = CheckComment(comment); !status.ok()) return status;
  absl::StatusOr<bool> changed = drain ? topology_.Drain(link) : topology_.Undrain(link);
  if (!changed.ok()) return changed.status();
  if (*changed) {
    TopologyChanged();
    KeepFloor();
    SettingsChanged(drain ? "DrainLink" : "UndrainLink", absl::StrFormat("%s: %s", link, comment),
                    who);
  }
  rhumb::v1::SettingResponse response;
  response.set_topology_version(topology_.version());
  response.set_changed(*changed);
  return response;
}

absl::StatusOr<rhumb::v1::SettingResponse> ControllerCore::SetPolicy(
    const rhumb::v1::SetPolicyRequest& request, const std::string& who) {
  if (auto status = CheckComment(request.comment()); !status.ok()) return status;
  rhumb::v1::SettingResponse response;
  response.set_changed(policy_ != request.policy() || hold_.has_value());
  if (response.changed()) {
    policy_ = request.policy();
    hold_.reset();
    SettingsChanged("SetPolicy", absl::StrFormat("%s: %s", policy_, request.comment()), who);
    StartDecision(rhumb::v1::PLAN_REASON_SETTING);
  }
  response.set_topology_version(topology_.known() ? topology_.version() : 0);
  return response;
}

absl::StatusOr<Pin> ControllerCore::ReadPin(const rhumb::v1::PinDemandRequest& request) const {
  const Topology& topology = topology_.snapshot();
  const auto source = topology.FindNode(request.source());
  const auto destination = topology.FindNode(request.destination());
  if (!source || !destination || *source == *destination) {
    return AboutField(
        !source ? "source" : "destination",
        absl::NotFoundError(absl::StrFormat("\"%s>%s\" are not two nodes of the topology",
                                            request.source(), request.destination())));
  }
  Pin pin;
  PathSet::Builder builder;
  builder.AddPair(*source, *destination);
  double sum = 0;
  for (int i = 0; i < request.paths_size(); ++i) {
    Path path;
    for (const std::string& name : request.paths(i).links()) {
      const auto link = topology.FindLink(name);
      if (!link) {
        return AboutField(absl::StrFormat("paths[%d].links", i),
                          absl::NotFoundError(absl::StrFormat("no link \"%s\"", name)));
      }
      path.push_back(*link);
    }
    const double ratio = request.paths(i).ratio();
    if (!(ratio > 0 && ratio <= 1)) {
      return FieldError(absl::StrFormat("paths[%d].ratio", i),
                        absl::StrFormat("%g; give a ratio in (0, 1]", ratio));
    }
    sum += ratio;
    builder.AddPath(path);
    pin.paths.push_back(std::move(path));
    pin.ratios.push_back(ratio);
  }
  if (!pin.paths.empty() && std::abs(sum - 1) > kRatioTolerance) {
    return FieldError("paths", absl::StrFormat("the ratios sum to %g; they must sum to 1", sum));
  }
  if (auto status = builder.Build().Validate(topology); !status.ok()) {
    return AboutField("paths", status);
  }
  return pin;
}

absl::StatusOr<rhumb::v1::SettingResponse> ControllerCore::PinDemand(
    const rhumb::v1::PinDemandRequest& request, const std::string& who) {
  if (auto status = CheckComment(request.comment()); !status.ok()) return status;
  if (auto status = CheckKnown(); !status.ok()) return status;
  absl::StatusOr<Pin> pin = ReadPin(request);
  if (!pin.ok()) return pin.status();
  const std::pair<std::string, std::string> key(request.source(), request.destination());
  rhumb::v1::SettingResponse response;
  if (pin->paths.empty()) {
    response.set_changed(pins_.erase(key) > 0);
  } else {
    rhumb::v1::PinStatus status;
    status.set_source(request.source());
    status.set_destination(request.destination());
    *status.mutable_paths() = request.paths();
    rhumb::v1::PinStatus& kept = pins_[key];
    response.set_changed(kept.SerializeAsString() != status.SerializeAsString());
    kept = std::move(status);
  }
  if (response.changed()) {
    SettingsChanged("PinDemand",
                    absl::StrFormat("%s>%s on %d paths: %s", key.first, key.second,
                                    request.paths_size(), request.comment()),
                    who);
    if (!hold_) StartDecision(rhumb::v1::PLAN_REASON_SETTING);
  }
  response.set_topology_version(topology_.version());
  return response;
}

Pins ControllerCore::ResolvedPins() const {
  Pins pins;
  for (const auto& [key, status] : pins_) {
    rhumb::v1::PinDemandRequest request;
    request.set_source(status.source());
    request.set_destination(status.destination());
    *request.mutable_paths() = status.paths();
    // A pin that the present topology has no links for sleeps until they are back.
    if (auto pin = ReadPin(request); pin.ok()) {
      const Topology& topology = topology_.snapshot();
      pins[{*topology.FindNode(key.first), *topology.FindNode(key.second)}] = *std::move(pin);
    }
  }
  return pins;
}

absl::StatusOr<rhumb::v1::RollbackPlanResponse> ControllerCore::RollbackPlan(
    const rhumb::v1::RollbackPlanRequest& request, const std::string& who) {
  if (auto status = CheckComment(request.comment()); !status.ok()) return status;
  if (auto status = CheckKnown(); !status.ok()) return status;
  const absl::Duration wait =
      request.has_confirm_within() ? FromProto(request.confirm_within()) : kDefaultConfirm;
  if (wait < absl::Seconds(10) || wait > absl::Hours(24)) {
    return FieldError("confirm_within",
                      absl::StrFormat("%s; give 10s to 24h", absl::FormatDuration(wait)));
  }
  LivePlanPtr target;
  for (const LivePlanPtr& plan : plans_) {
    if (plan->version() == request.plan_version()) target = plan;
  }
  if (target == nullptr) {
    return AboutField("plan_version",
                      absl::NotFoundError(absl::StrFormat(
                          "plan %d is not kept; the kept ones are %d to %d", request.plan_version(),
                          plans_.empty() ? 0 : plans_.front()->version(), plan_version_)));
  }
  auto unsafe = [](absl::string_view why) {
    return RequestError(absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_UNSAFE,
                        absl::StrFormat("the plan is not safe now: %s", why));
  };
  const Topology& topology = topology_.snapshot();
  if (!target->topology.SameStructure(topology)) return unsafe("it is for another topology");
  if (auto s = target->plan.Validate(topology); !s.ok()) return unsafe(s.message());
  if (auto s = CheckRoutesAll(topology, target->plan); !s.ok()) return unsafe(s.message());

  hold_ = Hold{out_.now() + wait, false};
  running_id_ = 0;  // whatever is being decided is not wanted any more
  rhumb::v1::GuardReport report;
  report.set_outcome(rhumb::v1::GUARD_OUTCOME_ACCEPTED);
  report.set_rule(rhumb::v1::GUARD_RULE_NONE);
  report.set_explanation(absl::StrFormat("%s went back to plan %d", who, target->version()));
  last_guard_ = report;
  policy_note_.clear();
  change_.plans_promised = true;
  Publish(target->plan, rhumb::v1::PLAN_REASON_ROLLBACK, report, "");
  SettingsChanged("RollbackPlan",
                  absl::StrFormat("to %d: %s", target->version(), request.comment()), who);
  rhumb::v1::RollbackPlanResponse response;
  *response.mutable_plan() = plans_.back()->header;
  *response.mutable_confirm_before() = ToTimestamp(hold_->confirm_before);
  return response;
}

absl::StatusOr<rhumb::v1::SettingResponse> ControllerCore::ConfirmRollback(
    const rhumb::v1::ConfirmRollbackRequest& request, const std::string& who) {
  if (auto status = CheckComment(request.comment()); !status.ok()) return status;
  if (!hold_ || hold_->confirmed) {
    return RequestError(absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_UNSAFE,
                        "no rollback waits for a confirmation");
  }
  hold_->confirmed = true;
  SettingsChanged("ConfirmRollback", request.comment(), who);
  rhumb::v1::SettingResponse response;
  response.set_changed(true);
  response.set_topology_version(topology_.version());
  return response;
}

rhumb::v1::ControllerStatus ControllerCore::GetStatus() const {
  rhumb::v1::ControllerStatus status;
  *status.mutable_started_at() = ToTimestamp(started_at_);
  status.set_epoch(epoch_);
  status.set_ready(ready());
  if (topology_.known()) {
    const Topology& topology = topology_.snapshot();
    status.set_topology_name(topology.name());
    status.set_topology_version(topology_.version());
    status.set_nodes(topology.num_nodes());
    status.set_links(topology.num_links());
    for (const Link& link : topology.links()) {
      if (link.operational_state == OperationalState::kDown) status.add_down_links(link.name);
      if (link.administrative_state == AdministrativeState::kDrained) {
        status.add_drained_links(link.name);
      }
    }
    const Pins usable = ResolvedPins();
    for (const auto& [key, pin] : pins_) {
      rhumb::v1::PinStatus* out = status.add_pins();
      *out = pin;
      const auto s = topology.FindNode(key.first), d = topology.FindNode(key.second);
      const auto it = s && d ? usable.find({*s, *d}) : usable.end();
      out->set_suspended(hold_ || it == usable.end() || !PinUsable(topology, it->second));
    }
  }
  status.set_telemetry(Freshness());
  status.set_traffic_version(traffic_.version());
  if (const auto traffic = traffic_.latest()) {
    *status.mutable_telemetry_age() = ToDuration(out_.now() - traffic->received_at);
    status.set_total_demand_bps(traffic->demands->total_bps());
    status.set_measured_share(traffic->measured_share);
    if (traffic->measurements) {
      status.set_observed_mlu(traffic->measurements->mlu);
    } else if (const auto in_force = InForce()) {
      status.set_observed_mlu(MaxLinkUtilization(
          topology_.snapshot(),
          ComputeLinkLoads(topology_.snapshot(), *in_force, *traffic->demands).load_bps));
    }
  }
  status.set_policy(policy_);
  if (ready()) {
    *status.mutable_plan() = plans_.back()->header;
    // What the guard said last, which may have been to leave this plan as it was.
    if (last_guard_.outcome() != rhumb::v1::GUARD_OUTCOME_UNSPECIFIED) {
      *status.mutable_plan()->mutable_guard() = last_guard_;
    }
  }
  for (const auto& [stream, adapter] : adapters_) {
    rhumb::v1::AdapterStatus* out = status.add_adapters();
    *out = adapter.status;
    out->set_primary(election_.IsPrimary(stream));
  }
  for (const auto& [rule, count] : guard_counts_) (*status.mutable_guard_counts())[rule] = count;
  if (hold_) {
    if (hold_->confirmed) {
      status.set_rollback_held(true);
    } else {
      *status.mutable_rollback_confirm_before() = ToTimestamp(hold_->confirm_before);
    }
  }
  status.set_decided_traffic_version(decided_traffic_version_);
  status.set_decided_topology_version(decided_topology_version_);
  return status;
}

LiveView ControllerCore::View() const {
  LiveView view;
  if (topology_.known()) {
    view.topology = topology_.snapshot();
    view.pins = ResolvedPins();
  }
  view.plan = plan();
  view.traffic = traffic_.latest();
  view.settings = Settings();
  view.rolled_back = hold_.has_value();
  view.guard = last_guard_;
  view.policy_note = policy_note_;
  return view;
}

}  // namespace rhumb
