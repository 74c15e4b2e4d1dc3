#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/cli/ctl/answer_text.h"
#include "controller/cli/ctl/text_parts.h"
#include "controller/cli/frame/text_report.h"
#include "topologies/formats/proto_time.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr int kLinksShown = 6;

std::string Names(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<std::string> printable;
  for (const std::string& name : names) printable.push_back(Printable(name));
  return ShortList(printable, kLinksShown);
}

std::string TelemetryText(const rhumb::v1::ControllerStatus& status) {
  if (!status.has_telemetry_age()) return "none yet";
  const char* freshness = "fresh";
  if (status.telemetry() == rhumb::v1::TELEMETRY_FRESHNESS_STALE) freshness = "STALE: plan held";
  if (status.telemetry() == rhumb::v1::TELEMETRY_FRESHNESS_LOST) {
    freshness = "LOST: shortest path routes";
  }
  return absl::StrFormat("%s, %s old; %s in all, %.0f %% of it measured, version %d", freshness,
                         ShortTime(FromProto(status.telemetry_age())),
                         FormatRate(status.total_demand_bps()), 100 * status.measured_share(),
                         status.traffic_version());
}

std::string NetworkText(const rhumb::v1::ControllerStatus& status) {
  std::string text =
      absl::StrFormat("%s, %d nodes, %d links, version %d", Printable(status.topology_name()),
                      status.nodes(), status.links(), status.topology_version());
  if (!status.down_links().empty()) {
    absl::StrAppendFormat(&text, "\n%d down: %s", status.down_links_size(),
                          Names(status.down_links()));
  }
  if (!status.drained_links().empty()) {
    absl::StrAppendFormat(&text, "\n%d drained: %s", status.drained_links_size(),
                          Names(status.drained_links()));
  }
  return text;
}

std::string GuardText(const rhumb::v1::GuardReport& guard) {
  std::string text = OutcomeWords(guard.outcome());
  if (guard.rule() > rhumb::v1::GUARD_RULE_NONE) {
    absl::StrAppend(&text, " (", RuleWords(guard.rule()), ")");
  }
  return absl::StrCat(text, guard.explanation().empty() ? "" : ": ",
                      Printable(guard.explanation()));
}

std::string AdaptersText(const rhumb::v1::ControllerStatus& status, absl::Time now) {
  if (status.adapters().empty()) return LabelledLine("adapters", "none connected");
  TextTable table(
      {"adapter", "role", "election", "plan in force", "behind", "refused", "connected"});
  std::string errors;
  for (const auto& adapter : status.adapters()) {
    const uint64_t latest = status.plan().plan_version();
    const uint64_t behind = latest - std::min(latest, adapter.plan_version_in_force());
    table.AddRow({Printable(adapter.adapter()), adapter.primary() ? "primary" : "standby",
                  absl::StrCat(adapter.election_id()),
                  absl::StrCat(adapter.plan_version_in_force()), absl::StrCat(behind),
                  absl::StrCat(adapter.nacks()), Ago(FromProto(adapter.connected_at()), now)});
    if (!adapter.last_error().empty()) {
      absl::StrAppend(&errors,
                      LabelledLine("", absl::StrCat(Printable(adapter.adapter()), " refused last: ",
                                                    Printable(adapter.last_error()))));
    }
  }
  return absl::StrCat("\n", table.Text(2), errors);
}

// Of a controller that is one of several.
std::string ReplicaText(const rhumb::v1::ControllerStatus& status, bool colour) {
  if (!status.has_replica()) return "";
  const rhumb::v1::ReplicaStatus& replica = status.replica();
  const std::string all = Names(replica.replicas());
  if (replica.role() == rhumb::v1::ReplicaStatus::ROLE_LEADER) {
    return absl::StrFormat("Leads, term %d; controllers: %s\n", replica.term(), all);
  }
  return Red(absl::StrFormat("STANDBY: a copy of %s ago; %s; controllers: %s\n",
                             ShortTime(FromProto(replica.copy_age())),
                             replica.leader().empty()
                                 ? "no leader is known"
                                 : absl::StrCat(Printable(replica.leader()), " leads"),
                             all),
             colour);
}

std::string PinsText(const rhumb::v1::ControllerStatus& status) {
  if (status.pins().empty()) return "";
  TextTable table({"pinned demand", "share", "path", ""});
  for (const auto& pin : status.pins()) {
    for (const auto& path : pin.paths()) {
      table.AddRow({Printable(absl::StrCat(pin.source(), ">", pin.destination())),
                    absl::StrFormat("%.3f", path.ratio()), PathText(path.links()),
                    pin.suspended()
                        ? "suspended: a link of it may not be used, or a rollback overrides it"
                        : ""});
    }
  }
  return absl::StrCat("\n", table.Text(2));
}

}  // namespace

std::string StatusText(const rhumb::v1::ControllerStatus& status, absl::Time now, bool colour) {
  const rhumb::v1::GuardReport& guard = status.plan().guard();
  std::string text;
  if (!status.ready()) {
    text = Red("NOT READY: no safe plan yet; an adapter must declare its network\n", colour);
  } else if (guard.has_predicted_mlu()) {
    text = absl::StrFormat(
        "%s versus shortest path: predicted MLU %.4f, shortest path %.4f, ECMP %.4f\n",
        PaintVersus(guard, VersusShortestPath(guard), colour), guard.predicted_mlu(),
        guard.shortest_path_mlu(), guard.ecmp_mlu());
  } else {
    text = Bold("Steering, but no traffic is known yet\n", colour);
  }
  absl::StrAppend(&text, ReplicaText(status, colour));
  absl::StrAppend(&text, "\n", LabelledLine("policy", Printable(status.policy())));
  if (status.ready()) {
    absl::StrAppend(
        &text,
        LabelledLine("plan", absl::StrFormat("version %d, decided %s (%s), for topology %d and "
                                             "traffic %d",
                                             status.plan().plan_version(),
                                             Ago(FromProto(status.plan().decided_at()), now),
                                             ReasonWords(status.plan().reason()),
                                             status.plan().topology_version(),
                                             status.plan().traffic_version())),
        LabelledLine("guard", GuardText(guard)));
    if (status.has_plan_size()) {
      const rhumb::v1::PlanSize& size = status.plan_size();
      absl::StrAppend(
          &text, LabelledLine("routes",
                              absl::StrFormat(
                                  "%.2f paths a demand, smallest share %.1f %%; %d entries in the "
                                  "fullest node; %.1f %% of the traffic moved",
                                  size.paths_per_demand(), 100 * size.least_share(),
                                  size.most_entries(), 100 * guard.moved_share())));
    }
  }
  if (status.has_observed_mlu()) {
    absl::StrAppend(&text,
                    LabelledLine("observed MLU", absl::StrFormat("%.4f", status.observed_mlu())));
  }
  if (status.has_rollback_confirm_before()) {
    absl::StrAppend(
        &text, LabelledLine(
                   "ROLLBACK",
                   absl::StrFormat("waits for `rhumb ctl confirm`; reverts in %s",
                                   ShortTime(FromProto(status.rollback_confirm_before()) - now))));
  } else if (status.rollback_held()) {
    absl::StrAppend(&text, LabelledLine("ROLLBACK", "held; `rhumb ctl policy NAME` ends it"));
  }
  absl::StrAppend(&text, LabelledLine("telemetry", TelemetryText(status)));
  if (status.topology_version() != 0) {
    absl::StrAppend(&text, LabelledLine("network", NetworkText(status)));
  }
  std::string store = Printable(status.store().kind());
  if (!status.store().healthy()) {
    store = Red(absl::StrCat(store, " FAILS, changes are lost at a restart: ",
                             Printable(status.store().problem())),
                colour);
  }
  absl::StrAppend(&text, LabelledLine("store", store));
  std::string counts;
  for (const auto& [rule, count] : std::map<std::string, uint64_t>(status.guard_counts().begin(),
                                                                   status.guard_counts().end())) {
    absl::StrAppendFormat(&counts, "%s%s %d times", counts.empty() ? "" : ", ", rule, count);
  }
  if (!counts.empty()) absl::StrAppend(&text, LabelledLine("guard acted", counts));
  absl::StrAppend(
      &text,
      LabelledLine("server",
                   absl::StrFormat("%s, started %s, epoch %d", status.version(),
                                   Ago(FromProto(status.started_at()), now), status.epoch())),
      AdaptersText(status, now), PinsText(status));
  return text;
}

std::string SettingText(const rhumb::v1::SettingResponse& setting, absl::string_view done) {
  std::string text = setting.changed() ? std::string(done) : "nothing to do: it already was so";
  if (setting.topology_version() != 0) {
    absl::StrAppend(&text, " (topology ", setting.topology_version(), ")");
  }
  if (!setting.durable()) {
    absl::StrAppend(&text,
                    "\n! not durable: the server cannot write its store, so this holds until "
                    "it stops; see `rhumb ctl status`");
  }
  return text + "\n";
}

std::string AuditText(const rhumb::v1::ListAuditResponse& audit) {
  if (audit.records().empty()) return "nothing was changed yet\n";
  TextTable table({"when", "who", "what", "detail"});
  for (const auto& record : audit.records()) {
    table.AddRow(
        {absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", FromProto(record.at()), absl::UTCTimeZone()),
         Printable(record.who()), Printable(record.action()), Printable(record.detail())});
  }
  return table.Text();
}

}  // namespace rhumb
