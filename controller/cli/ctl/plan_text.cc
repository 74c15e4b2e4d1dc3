#include <algorithm>
#include <utility>
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

constexpr int kBusiestShown = 10;

std::string HeaderText(const rhumb::v1::PlanHeader& plan, absl::Time now, bool colour) {
  const rhumb::v1::GuardReport& guard = plan.guard();
  std::string text = absl::StrFormat(
      "Plan %d by %s, decided %s (%s), for topology %d and traffic %d\n", plan.plan_version(),
      Printable(plan.model()), Ago(FromProto(plan.decided_at()), now), ReasonWords(plan.reason()),
      plan.topology_version(), plan.traffic_version());
  if (guard.has_predicted_mlu()) {
    absl::StrAppendFormat(&text,
                          "%s versus shortest path: predicted MLU %.4f, shortest path %.4f, ECMP "
                          "%.4f\n",
                          PaintVersus(guard, VersusShortestPath(guard), colour),
                          guard.predicted_mlu(), guard.shortest_path_mlu(), guard.ecmp_mlu());
  }
  absl::StrAppend(&text, "Guard: ", OutcomeWords(guard.outcome()),
                  guard.explanation().empty() ? "" : ": ", Printable(guard.explanation()), "\n");
  return text;
}

std::string RoutesTable(std::vector<const rhumb::v1::DemandRoute*> routes, int limit) {
  // Demands that are split say more than those that are not.
  std::stable_sort(routes.begin(), routes.end(),
                   [](const auto* a, const auto* b) { return a->paths_size() > b->paths_size(); });
  const size_t shown = std::min(routes.size(), static_cast<size_t>(limit));
  TextTable table({"demand", "share", "path"});
  for (size_t i = 0; i < shown; ++i) {
    std::string demand =
        Printable(absl::StrCat(routes[i]->source(), ">", routes[i]->destination()));
    for (const auto& path : routes[i]->paths()) {
      table.AddRow({demand, absl::StrFormat("%.3f", path.ratio()), PathText(path.links())});
      demand.clear();
    }
  }
  std::string text = table.Text(2);
  if (shown < routes.size()) {
    absl::StrAppendFormat(&text, "  and %d demands more; see --limit\n", routes.size() - shown);
  }
  return text;
}

std::string Versus(double mlu, double shortest_path_mlu, bool colour) {
  rhumb::v1::GuardReport guard;
  guard.set_predicted_mlu(mlu);
  guard.set_shortest_path_mlu(shortest_path_mlu);
  return PaintVersus(guard, VersusShortestPath(guard), colour);
}

}  // namespace

std::string PlanText(const rhumb::v1::LivePlan& plan, const std::string& source,
                     const std::string& destination, int limit, absl::Time now, bool colour) {
  std::vector<const rhumb::v1::DemandRoute*> routes;
  for (const auto& route : plan.routes()) {
    if ((source.empty() || route.source() == source) &&
        (destination.empty() || route.destination() == destination)) {
      routes.push_back(&route);
    }
  }
  std::string text = HeaderText(plan.header(), now, colour);
  absl::StrAppendFormat(&text, "%d demands are routed\n\n", plan.routes_size());
  return absl::StrCat(text, RoutesTable(std::move(routes), limit));
}

std::string WatchHeading() {
  return "time      plan     reason    versus SPA     MLU     SPA   moved  guard\n";
}

std::string WatchLine(const rhumb::v1::PlanHeader& plan, bool colour) {
  const rhumb::v1::GuardReport& guard = plan.guard();
  const std::string time =
      absl::FormatTime("%H:%M:%S", FromProto(plan.decided_at()), absl::UTCTimeZone());
  std::string text =
      absl::StrFormat("%s  %-7d  %-8s  ", time, plan.plan_version(), ReasonWords(plan.reason()));
  // Padded before it is painted: colours have no width.
  absl::StrAppend(&text,
                  PaintVersus(guard, absl::StrFormat("%10s", VersusShortestPath(guard)), colour));
  if (guard.has_predicted_mlu()) {
    absl::StrAppendFormat(&text, "  %6.4f  %6.4f  %6.4f  ", guard.predicted_mlu(),
                          guard.shortest_path_mlu(), guard.moved_share());
  } else {
    absl::StrAppendFormat(&text, "  %6s  %6s  %6s  ", "-", "-", "-");
  }
  const bool replaced = guard.outcome() >= rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE;
  const std::string outcome = OutcomeWords(guard.outcome());
  return absl::StrCat(text, replaced ? Red(outcome, colour) : outcome, "\n");
}

std::string RoutesText(const rhumb::v1::ComputeRoutesResponse& routes, int limit, bool colour) {
  std::string text = absl::StrFormat(
      "%s versus shortest path: MLU %.4f under %s, %.4f under shortest path; decided in %s\n",
      Versus(routes.mlu(), routes.shortest_path_mlu(), colour), routes.mlu(),
      Printable(routes.policy()), routes.shortest_path_mlu(),
      ShortTime(FromProto(routes.decision_time())));
  if (routes.unrouted_bps() > 0) {
    absl::StrAppend(
        &text,
        Red(absl::StrCat("! ", FormatRate(routes.unrouted_bps()), " have no path\n"), colour));
  }
  std::vector<rhumb::v1::LinkLoad> loads(routes.loads().begin(), routes.loads().end());
  std::stable_sort(loads.begin(), loads.end(),
                   [](const auto& a, const auto& b) { return a.utilization() > b.utilization(); });
  google::protobuf::RepeatedPtrField<rhumb::v1::LinkLoad> busiest;
  for (size_t i = 0; i < std::min<size_t>(loads.size(), kBusiestShown); ++i) {
    *busiest.Add() = loads[i];
  }
  std::vector<const rhumb::v1::DemandRoute*> all;
  for (const auto& route : routes.plan().routes()) all.push_back(&route);
  return absl::StrCat(text, "\nBusiest links\n", LoadsText(busiest), "\nRoutes of ", all.size(),
                      " demands\n", RoutesTable(std::move(all), limit));
}

std::string EvaluationText(const rhumb::v1::EvaluatePlanResponse& evaluation, bool colour) {
  TextTable table({"", "MLU", "versus SPA", "unrouted", "busiest link"});
  auto row = [&](const char* name, const rhumb::v1::PlanOutcome& outcome, bool compare) {
    // Without colour here: the table counts columns.
    table.AddRow({name, absl::StrFormat("%.4f", outcome.mlu()),
                  compare ? Versus(outcome.mlu(), evaluation.shortest_path().mlu(), false) : "",
                  FormatRate(outcome.unrouted_bps()),
                  outcome.busiest().empty() ? "" : Printable(outcome.busiest(0).link())});
  };
  row("now", evaluation.now(), false);
  row("then", evaluation.then(), true);
  row("then, shortest path", evaluation.shortest_path(), false);
  std::string text = absl::StrFormat(
      "%s versus shortest path: MLU would be %.4f, now it is %.4f; %.1f %% of the traffic "
      "moves\n\n",
      Versus(evaluation.then().mlu(), evaluation.shortest_path().mlu(), colour),
      evaluation.then().mlu(), evaluation.now().mlu(), 100 * evaluation.moved_share());
  return absl::StrCat(text, table.Text(2), "\nBusiest links then\n",
                      LoadsText(evaluation.then().busiest()));
}

std::string ExplanationText(const rhumb::v1::ExplainDecisionResponse& explanation, absl::Time now,
                            bool colour) {
  std::string text = HeaderText(explanation.plan(), now, colour);
  if (!explanation.policy_note().empty()) {
    absl::StrAppend(&text, "Policy: ", Printable(explanation.policy_note()), "\n");
  }
  TextTable table({"demand", "rate", "share", "delay", "bottleneck", "path"});
  for (const auto& demand : explanation.demands()) {
    std::string name = Printable(absl::StrCat(demand.source(), ">", demand.destination()));
    std::string rate = FormatRate(demand.rate_bps());
    if (demand.origin() == rhumb::v1::DEMAND_ORIGIN_ESTIMATED) rate += " (estimated)";
    auto row = [&](const std::string& share, const rhumb::v1::PathExplanation& path) {
      table.AddRow({std::exchange(name, ""), std::exchange(rate, ""), share,
                    ShortTime(FromProto(path.propagation_delay())),
                    absl::StrFormat("%.4f on %s", path.bottleneck_utilization(),
                                    Printable(path.bottleneck_link())),
                    PathText(path.links())});
    };
    if (demand.pin_suspended()) {
      table.AddRow({"", "", "", "", "",
                    "pin suspended: a link of it may not be used, or a rollback overrides it"});
    }
    for (const auto& path : demand.paths()) {
      row(absl::StrFormat("%.3f%s", path.ratio(), demand.pinned() ? " pinned" : ""), path);
    }
    if (demand.paths().empty()) {
      table.AddRow({std::exchange(name, ""), std::exchange(rate, ""), "no path", "", "", ""});
    }
    if (demand.has_shortest_path()) {
      row(absl::StrFormat("SPA (ECMP: %d)", demand.ecmp_paths()), demand.shortest_path());
    }
  }
  return absl::StrCat(text, "\n", table.Text(2), "\nBusiest links, as predicted\n",
                      LoadsText(explanation.busiest()));
}

std::string RollbackText(const rhumb::v1::RollbackPlanResponse& rollback, absl::Time now) {
  std::string text = absl::StrFormat(
      "back in force as plan %d; `rhumb ctl confirm` within %s keeps it, else it is reverted\n",
      rollback.plan().plan_version(), ShortTime(FromProto(rollback.confirm_before()) - now));
  if (!rollback.durable()) {
    absl::StrAppend(&text, "! not durable: the server cannot write its store\n");
  }
  return text;
}

}  // namespace rhumb
