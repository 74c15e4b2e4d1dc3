#include <CLI/CLI.hpp>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "controller/cli/ctl/answer_text.h"
#include "controller/cli/ctl/ctl_commands.h"
#include "controller/cli/ctl/follow_plans.h"
#include "controller/cli/ctl/health_check.h"
#include "controller/cli/ctl/routes_question.h"
#include "controller/cli/frame/text_report.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using rhumb::v1::North;

constexpr int kDemandsShown = 20;

RunCommand DefineStatus(CLI::App&, const CtlSessionPtr& session) {
  return [session] {
    return Ask<rhumb::v1::GetStatusRequest, rhumb::v1::ControllerStatus>(
        *session, &North::Stub::GetStatus, {},
        [](const auto& status) { return StatusText(status, absl::Now(), StdoutIsTerminal()); });
  };
}

struct PlanArguments {
  std::vector<std::string> demand;
  int limit = kDemandsShown;
};

void AddLimit(CLI::App& app, int* limit) {
  app.add_option("--limit", *limit, "Demands shown in the table")
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
}

RunCommand DefinePlan(CLI::App& app, const CtlSessionPtr& session) {
  auto arguments = std::make_shared<PlanArguments>();
  AddDemand(app, &arguments->demand, /*required=*/false);
  AddLimit(app, &arguments->limit);
  return [session, arguments]() -> absl::Status {
    std::pair<std::string, std::string> demand;
    if (!arguments->demand.empty()) {
      auto parsed = ParseDemand(arguments->demand);
      if (!parsed.ok()) return parsed.status();
      demand = *std::move(parsed);
    }
    return Ask<rhumb::v1::GetPlanRequest, rhumb::v1::LivePlan>(
        *session, &North::Stub::GetPlan, {}, [&](const auto& plan) {
          return PlanText(plan, demand.first, demand.second, arguments->limit, absl::Now(),
                          StdoutIsTerminal());
        });
  };
}

RunCommand DefineWatch(CLI::App& app, const CtlSessionPtr& session) {
  auto options = std::make_shared<FollowOptions>();
  app.add_flag("--with-routes", options->with_routes,
               "Print whole plans in JSON, not their heads only");
  app.add_option("--count", options->count, "Stop after so many plans (default: never)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  return [session, options] { return FollowPlans(*session, *options); };
}

RunCommand DefineRoutes(CLI::App& app, const CtlSessionPtr& session) {
  auto question = std::make_shared<RoutesQuestion>();
  auto limit = std::make_shared<int>(kDemandsShown);
  AddRoutesQuestion(app, question.get());
  AddLimit(app, limit.get());
  return [session, question, limit]() -> absl::Status {
    const auto request = MakeRequest(*question);
    if (!request.ok()) return request.status();
    return Ask<rhumb::v1::ComputeRoutesRequest, rhumb::v1::ComputeRoutesResponse>(
        *session, &North::Stub::ComputeRoutes, *request,
        [&](const auto& routes) { return RoutesText(routes, *limit, StdoutIsTerminal()); });
  };
}

RunCommand DefineEvaluate(CLI::App& app, const CtlSessionPtr& session) {
  auto request = std::make_shared<rhumb::v1::EvaluatePlanRequest>();
  app.add_option_function<std::vector<std::string>>(
         "--fail",
         [request](const std::vector<std::string>& links) {
           for (const std::string& link : links) request->add_failed_links(link);
         },
         "A link that fails, A-B or 'A>B'")
      ->type_name("LINK")
      ->allow_extra_args(false);
  app.add_option_function<std::vector<std::string>>(
         "--drain",
         [request](const std::vector<std::string>& links) {
           for (const std::string& link : links) request->add_drained_links(link);
         },
         "A link that is drained")
      ->type_name("LINK")
      ->allow_extra_args(false);
  app.add_option_function<double>(
         "--factor", [request](double factor) { request->set_demand_factor(factor); },
         "Multiply all demands")
      ->type_name("X");
  app.add_option_function<std::vector<std::string>>(
         "--demand",
         [request](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) {
             const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
             const auto ends = ParseDemand({parts[0]});
             const auto rate = ParseRate(parts.size() == 2 ? parts[1] : "");
             if (!ends.ok() || !rate.ok()) {
               throw CLI::ValidationError("--demand", "give 'A>B=2G', not \"" + text + "\"");
             }
             rhumb::v1::Demand* demand = request->add_demands();
             demand->set_source(ends->first);
             demand->set_destination(ends->second);
             demand->set_rate_bps(*rate);
           }
         },
         "A demand with another rate, 'A>B=2G'")
      ->type_name("DEMAND=RATE")
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--policy", [request](const std::string& name) { request->set_policy(name); },
         "Decide with this policy (default: the plan in force, around what is dead)")
      ->type_name("POLICY");
  return [session, request] {
    return Ask<rhumb::v1::EvaluatePlanRequest, rhumb::v1::EvaluatePlanResponse>(
        *session, &North::Stub::EvaluatePlan, *request,
        [](const auto& evaluation) { return EvaluationText(evaluation, StdoutIsTerminal()); });
  };
}

RunCommand DefineExplain(CLI::App& app, const CtlSessionPtr& session) {
  auto words = std::make_shared<std::vector<std::string>>();
  AddDemand(app, words.get(), /*required=*/false);
  return [session, words]() -> absl::Status {
    rhumb::v1::ExplainDecisionRequest request;
    if (!words->empty()) {
      const auto demand = ParseDemand(*words);
      if (!demand.ok()) return demand.status();
      request.set_source(demand->first);
      request.set_destination(demand->second);
    }
    return Ask<rhumb::v1::ExplainDecisionRequest, rhumb::v1::ExplainDecisionResponse>(
        *session, &North::Stub::ExplainDecision, request, [](const auto& explanation) {
          return ExplanationText(explanation, absl::Now(), StdoutIsTerminal());
        });
  };
}

RunCommand DefineAudit(CLI::App& app, const CtlSessionPtr& session) {
  auto request = std::make_shared<rhumb::v1::ListAuditRequest>();
  app.add_option_function<uint32_t>(
         "--limit", [request](uint32_t limit) { request->set_limit(limit); },
         "Records shown, the latest first; at most 1000")
      ->type_name("N")
      ->default_str("100");
  return [session, request] {
    return Ask<rhumb::v1::ListAuditRequest, rhumb::v1::ListAuditResponse>(
        *session, &North::Stub::ListAudit, *request,
        [](const auto& audit) { return AuditText(audit); });
  };
}

RunCommand DefineHealth(CLI::App&, const CtlSessionPtr& session) {
  return [session] { return CheckHealth(*session); };
}

}  // namespace

std::vector<Command> QuestionCommands(const CtlSessionPtr& session) {
  auto with = [&session](auto define) {
    return [session, define](CLI::App& app) { return define(app, session); };
  };
  return {
      {"status", "Show how the controller does against shortest path", "rhumb ctl status",
       with(DefineStatus)},
      {"plan", "Show the plan in force", "rhumb ctl plan 'SNVAng>NYCMng'", with(DefinePlan)},
      {"watch", "Print every plan as it is made", "rhumb ctl watch", with(DefineWatch)},
      {"routes", "Ask what a policy would do with any network and traffic",
       "rhumb ctl routes --topology abilene --traffic abilene-2004 --policy neural",
       with(DefineRoutes)},
      {"evaluate", "Try failures, drains, other traffic or another policy",
       "rhumb ctl evaluate --fail CHINng-IPLSng --factor 1.5", with(DefineEvaluate)},
      {"explain", "Explain the plan in force", "rhumb ctl explain 'SNVAng>NYCMng'",
       with(DefineExplain)},
      {"audit", "List who changed what", "rhumb ctl audit --limit 20", with(DefineAudit)},
      {"health", "Check that the controller serves plans", "rhumb ctl health", with(DefineHealth)},
  };
}

}  // namespace rhumb
