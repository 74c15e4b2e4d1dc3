#include <CLI/CLI.hpp>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/cli/ctl/answer_text.h"
#include "controller/cli/ctl/ctl_commands.h"
#include "controller/terminal/usage_error.h"
#include "topologies/formats/proto_time.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using rhumb::v1::North;
using rhumb::v1::SettingResponse;

std::function<std::string(const SettingResponse&)> Done(std::string done) {
  return [done](const SettingResponse& setting) { return SettingText(setting, done); };
}

template <typename Request>
void AddComment(CLI::App& app, const std::shared_ptr<Request>& request) {
  app.add_option_function<std::string>(
         "--comment", [request](const std::string& text) { request->set_comment(text); },
         "Why, for the audit; at most 500 bytes")
      ->type_name("COMMENT");
}

// Drain and undrain.
template <typename Request>
RunCommand DefineLink(CLI::App& app, const CtlSessionPtr& session, const char* done,
                      grpc::Status (North::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          SettingResponse*)) {
  auto request = std::make_shared<Request>();
  app.add_option_function<std::string>(
         "link", [request](const std::string& name) { request->set_link(name); },
         "Link: A-B both directions, 'A>B' the first, 'A>B#2' the second of one")
      ->type_name("LINK")
      ->required();
  AddComment(app, request);
  return [session, request, done, method] {
    return Ask(*session, method, *request, Done(absl::StrCat(done, " ", request->link())));
  };
}

RunCommand DefinePolicy(CLI::App& app, const CtlSessionPtr& session) {
  auto request = std::make_shared<rhumb::v1::SetPolicyRequest>();
  app.add_option_function<std::string>(
         "policy", [request](const std::string& name) { request->set_policy(name); },
         "Policy, such as neural or ecmp:hops")
      ->type_name("POLICY")
      ->required();
  AddComment(app, request);
  return [session, request] {
    return Ask(*session, &North::Stub::SetPolicy, *request,
               Done(absl::StrCat("deciding with ", request->policy(), " from now on")));
  };
}

struct PinArguments {
  std::vector<std::string> demand;
  std::vector<std::string> paths;
};

absl::Status RunPin(const CtlSession& session, const PinArguments& arguments,
                    rhumb::v1::PinDemandRequest request) {
  const auto demand = ParseDemand(arguments.demand);
  if (!demand.ok()) return demand.status();
  request.set_source(demand->first);
  request.set_destination(demand->second);
  int without_ratio = 0;
  for (const std::string& text : arguments.paths) {
    const absl::StatusOr<PathWords> path = ParsePath(text);
    if (!path.ok()) return path.status();
    rhumb::v1::PathShare* share = request.add_paths();
    for (const std::string& link : path->links) share->add_links(link);
    share->set_ratio(path->ratio);
    without_ratio += std::isnan(path->ratio) ? 1 : 0;
  }
  if (without_ratio > 0 && without_ratio != request.paths_size()) {
    return UsageError("give every --path a share, as in 'A>C,C>B=0.7', or none");
  }
  if (without_ratio > 0) {
    for (auto& share : *request.mutable_paths()) share.set_ratio(1.0 / request.paths_size());
  }
  return Ask(session, &North::Stub::PinDemand, request,
             Done(absl::StrFormat("%s %s>%s", request.paths().empty() ? "let go of" : "pinned",
                                  demand->first, demand->second)));
}

RunCommand DefinePin(CLI::App& app, const CtlSessionPtr& session) {
  auto arguments = std::make_shared<PinArguments>();
  auto request = std::make_shared<rhumb::v1::PinDemandRequest>();
  AddDemand(app, &arguments->demand, /*required=*/true);
  app.add_option("--path", arguments->paths,
                 "Links as in 'A>C,C>B=0.7', or nodes as in 'A>C>B=0.7'; without "
                 "shares all paths get the same")
      ->type_name("PATH")
      ->allow_extra_args(false)
      ->required();
  AddComment(app, request);
  return [session, arguments, request] { return RunPin(*session, *arguments, *request); };
}

RunCommand DefineUnpin(CLI::App& app, const CtlSessionPtr& session) {
  auto arguments = std::make_shared<PinArguments>();
  auto request = std::make_shared<rhumb::v1::PinDemandRequest>();
  AddDemand(app, &arguments->demand, /*required=*/true);
  AddComment(app, request);
  return [session, arguments, request] { return RunPin(*session, *arguments, *request); };
}

RunCommand DefineRollback(CLI::App& app, const CtlSessionPtr& session) {
  auto request = std::make_shared<rhumb::v1::RollbackPlanRequest>();
  app.add_option_function<uint64_t>(
         "version", [request](uint64_t version) { request->set_plan_version(version); },
         "Version of a kept plan; `rhumb ctl watch` and the log name them")
      ->type_name("VERSION")
      ->required();
  app.add_option_function<std::string>(
         "--confirm-within",
         [request](const std::string& text) {
           const auto time = ParseDuration(text);
           if (!time.ok()) {
             throw CLI::ValidationError("--confirm-within", std::string(time.status().message()));
           }
           *request->mutable_confirm_within() = ToDuration(*time);
         },
         "Revert unless `rhumb ctl confirm` comes by then; 10s to 24h")
      ->type_name("TIME")
      ->default_str("10min");
  AddComment(app, request);
  return [session, request] {
    return Ask<rhumb::v1::RollbackPlanRequest, rhumb::v1::RollbackPlanResponse>(
        *session, &North::Stub::RollbackPlan, *request,
        [](const auto& rollback) { return RollbackText(rollback, absl::Now()); });
  };
}

RunCommand DefineConfirm(CLI::App& app, const CtlSessionPtr& session) {
  auto request = std::make_shared<rhumb::v1::ConfirmRollbackRequest>();
  AddComment(app, request);
  return [session, request] {
    return Ask(*session, &North::Stub::ConfirmRollback, *request,
               Done("the plan that was rolled back to stays"));
  };
}

}  // namespace

std::vector<Command> SettingCommands(const CtlSessionPtr& session) {
  auto with = [&session](auto define) {
    return [session, define](CLI::App& app) { return define(app, session); };
  };
  return {
      {"drain", "Take links out of routing", "rhumb ctl drain CHINng-IPLSng --comment 'card swap'",
       [session](CLI::App& app) {
         return DefineLink(app, session, "drained", &North::Stub::DrainLink);
       }},
      {"undrain", "Put drained links back into routing", "rhumb ctl undrain CHINng-IPLSng",
       [session](CLI::App& app) {
         return DefineLink(app, session, "undrained", &North::Stub::UndrainLink);
       }},
      {"policy", "Decide with another policy", "rhumb ctl policy ecmp", with(DefinePolicy)},
      {"pin", "Hold a demand on given paths",
       "rhumb ctl pin 'SNVAng>NYCMng' --path 'SNVAng>DNVRng>KSCYng>IPLSng>CHINng>NYCMng'",
       with(DefinePin)},
      {"unpin", "Let a pinned demand go", "rhumb ctl unpin 'SNVAng>NYCMng'", with(DefineUnpin)},
      {"rollback", "Go back to a kept plan, to be confirmed",
       "rhumb ctl rollback 12 --confirm-within 5min", with(DefineRollback)},
      {"confirm", "Keep the plan that was rolled back to", "rhumb ctl confirm",
       with(DefineConfirm)},
  };
}

}  // namespace rhumb
