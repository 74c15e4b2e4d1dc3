#include "controller/steering/guard/safety_guard.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/steering/guard/guard_report.h"
#include "controller/steering/guard/plan_rules.h"
#include "topologies/demand_fallback.h"
#include "topologies/limited_move.h"

namespace rhumb {
namespace {

using rhumb::v1::GuardOutcome;
using rhumb::v1::GuardRule;

double Mlu(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

class Judge {
 public:
  Judge(const GuardInput& input, const GuardOptions& options) : in_(input), options_(options) {
    last_safe_usable_ = in_.in_force && CheckSafe(in_.topology, *in_.in_force).ok();
    if (in_.demands.empty()) return;
    const TrafficMatrix& now = *in_.demands.back();
    shortest_path_mlu_ = Mlu(in_.topology, in_.shortest_path, now);
    ecmp_mlu_ = Mlu(in_.topology, in_.ecmp, now);
    for (int back = 0; back < num_judged(); ++back) {
      best_of_routers_.push_back(back == 0
                                     ? std::min(*shortest_path_mlu_, *ecmp_mlu_)
                                     : std::min(Mlu(in_.topology, in_.shortest_path, Ago(back)),
                                                Mlu(in_.topology, in_.ecmp, Ago(back))));
    }
    if (last_safe_usable_) in_force_mlu_ = Mlu(in_.topology, *in_.in_force, now);
  }

  Verdict Decide() {
    if (!in_.proposal.ok()) {
      return Replace(rhumb::v1::GUARD_RULE_NO_PROPOSAL,
                     std::string(in_.proposal.status().message()));
    }
    const RoutingPlan& proposal = *in_.proposal;
    if (auto status = proposal.Validate(in_.topology); !status.ok()) {
      return Replace(rhumb::v1::GUARD_RULE_VALID_PLAN, std::string(status.message()));
    }
    if (auto status = CheckRoutesAll(in_.topology, proposal); !status.ok()) {
      return Replace(rhumb::v1::GUARD_RULE_ROUTES_ALL, std::string(status.message()));
    }
    if (in_.demands.empty()) {
      return Accept(proposal, rhumb::v1::GUARD_OUTCOME_ACCEPTED, rhumb::v1::GUARD_RULE_NONE,
                    "no traffic is known yet; the plan is valid and routes every demand");
    }
    proposal_mlu_ = Mlu(in_.topology, proposal, *in_.demands.back());
    if (const std::string fault = MluFault(proposal); !fault.empty()) {
      return ReplaceForSome(proposal, fault);
    }
    if (!in_.forced && in_force_is_good() && !IsWorthMoving(*proposal_mlu_)) {
      Verdict verdict =
          Accept(*in_.in_force, rhumb::v1::GUARD_OUTCOME_HELD, rhumb::v1::GUARD_RULE_HYSTERESIS,
                 absl::StrFormat("predicted MLU %.4f is not %g %% below that in force, %.4f",
                                 *proposal_mlu_, 100 * options_.hysteresis, *in_force_mlu_));
      verdict.changes = false;
      return verdict;
    }
    return Move(proposal, rhumb::v1::GUARD_OUTCOME_ACCEPTED, rhumb::v1::GUARD_RULE_NONE,
                "all rules are met");
  }

 private:
  bool better_is_ecmp() const { return *ecmp_mlu_ < *shortest_path_mlu_; }
  // The matrix so many intervals ago.
  const TrafficMatrix& Ago(int intervals) const { return **(in_.demands.rbegin() + intervals); }
  int num_judged() const {
    return std::min(static_cast<int>(in_.demands.size()), options_.matrices);
  }

  // Some demands on the better of shortest path and ECMP, if that meets the rules so far.
  std::optional<DemandFallback> FallBack(const RoutingPlan& proposal) const {
    std::vector<UtilizationLimit> limits;
    for (int back = 0; back < num_judged(); ++back) {
      limits.push_back({Ago(back), best_of_routers_[back]});
    }
    auto partial = FallBackByDemand(in_.topology, proposal,
                                    better_is_ecmp() ? in_.ecmp : in_.shortest_path, limits);
    const bool safe = partial && partial->plan.Validate(in_.topology).ok() &&
                      CheckRoutesAll(in_.topology, partial->plan).ok() &&
                      MluFault(partial->plan).empty();
    return safe ? std::move(partial) : std::nullopt;
  }

  // Empty when the plan is as good as shortest path and ECMP on the latest matrices.
  std::string MluFault(const RoutingPlan& plan) const {
    for (int back = 0; back < num_judged(); ++back) {
      const double mlu = Mlu(in_.topology, plan, Ago(back));
      const double best = best_of_routers_[back];
      if (mlu > best * (1 + options_.mlu_tolerance)) {
        return absl::StrFormat(
            "predicted MLU %.4f is above %.4f, the better of shortest path and ECMP, on the matrix "
            "%d intervals ago",
            mlu, best, back);
      }
    }
    return "";
  }

  bool in_force_is_good() const { return last_safe_usable_ && MluFault(*in_.in_force).empty(); }
  bool IsWorthMoving(double mlu) const { return mlu <= *in_force_mlu_ * (1 - options_.hysteresis); }

  // The proposal is above its limit; what of it can be kept, unless what is in force will do.
  Verdict ReplaceForSome(const RoutingPlan& proposal, const std::string& fault) {
    const auto partial = in_.traffic_lost ? std::nullopt : FallBack(proposal);
    if (!partial) return ReplaceByBest(fault);
    if (in_force_is_good() &&
        !IsWorthMoving(Mlu(in_.topology, partial->plan, *in_.demands.back()))) {
      return Replace(rhumb::v1::GUARD_RULE_MLU, fault);
    }
    return Move(partial->plan, rhumb::v1::GUARD_OUTCOME_LIMITED, rhumb::v1::GUARD_RULE_MLU,
                absl::StrFormat("%d of %d demands follow %s: %s", partial->demands, partial->of,
                                better_is_ecmp() ? "ECMP" : "shortest path", fault));
  }

  // The plan is sound: how far to go towards it. The rest is said of it when that is all the way.
  Verdict Move(const RoutingPlan& plan, GuardOutcome outcome, GuardRule rule,
               const std::string& why) {
    if (!last_safe_usable_ || in_.forced) return Accept(plan, outcome, rule, why);
    auto limited = LimitMoveByDemand(in_.topology, *in_.in_force, plan, *in_.demands.back(),
                                     options_.max_moved_share);
    if (!limited) return Accept(plan, outcome, rule, why);
    const RoutingPlan part = limited->plan.WithTopologyVersion(in_.topology.version());
    const std::string words = absl::StrCat(
        rule == rhumb::v1::GUARD_RULE_NONE ? "" : why + "; ",
        absl::StrFormat("the proposal moves %.3f of the traffic, more than %.3f at once",
                        limited->wanted, options_.max_moved_share));
    // From a bad plan part of the way may still be worse than what routers do by themselves.
    if (const std::string fault = MluFault(part); !fault.empty()) {
      return Accept(plan, outcome, rule,
                    words + ", but part of the way breaks the MLU rule: " + fault);
    }
    return Accept(part, rhumb::v1::GUARD_OUTCOME_LIMITED, rhumb::v1::GUARD_RULE_MOVED_SHARE, words);
  }

  Verdict ReplaceByBest(const std::string& why) {
    const double best_routing = std::min(*shortest_path_mlu_, *ecmp_mlu_);
    if (last_safe_usable_ && *in_force_mlu_ <= best_routing) {
      return Replace(rhumb::v1::GUARD_RULE_MLU, why);
    }
    return TakeReference(rhumb::v1::GUARD_RULE_MLU, why);
  }

  Verdict TakeReference(GuardRule rule, const std::string& why) {
    if (!in_.traffic_lost && !in_.demands.empty() && better_is_ecmp()) {
      return Accept(in_.ecmp, rhumb::v1::GUARD_OUTCOME_REPLACED_BY_ECMP, rule, why);
    }
    return Accept(in_.shortest_path, rhumb::v1::GUARD_OUTCOME_REPLACED_BY_SHORTEST_PATH, rule, why);
  }

  Verdict Replace(GuardRule rule, const std::string& why) {
    if (!last_safe_usable_) return TakeReference(rule, why);
    // Traffic has moved on since it was decided: what was safe then need not be now.
    if (!in_.demands.empty() &&
        *in_force_mlu_ > std::min(*shortest_path_mlu_, *ecmp_mlu_) * (1 + options_.mlu_tolerance)) {
      return TakeReference(rule, why);
    }
    Verdict verdict =
        Accept(*in_.in_force, rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE, rule, why);
    verdict.changes = false;
    return verdict;
  }

  Verdict Accept(const RoutingPlan& plan, GuardOutcome outcome, GuardRule rule,
                 const std::string& why) {
    Verdict verdict;
    verdict.plan = plan;
    rhumb::v1::GuardReport& report = verdict.report;
    report = MakeGuardReport(outcome, rule, why);
    if (proposal_mlu_) report.set_proposal_mlu(*proposal_mlu_);
    if (in_.demands.empty()) return verdict;
    report.set_predicted_mlu(Mlu(in_.topology, plan, *in_.demands.back()));
    report.set_shortest_path_mlu(*shortest_path_mlu_);
    report.set_ecmp_mlu(*ecmp_mlu_);
    if (in_.in_force) {
      report.set_moved_share(MovedShare(*in_.in_force, plan, *in_.demands.back()));
    }
    return verdict;
  }

  const GuardInput& in_;
  const GuardOptions& options_;
  bool last_safe_usable_ = false;
  std::vector<double> best_of_routers_;  // by how many intervals ago
  std::optional<double> shortest_path_mlu_, ecmp_mlu_, in_force_mlu_, proposal_mlu_;
};

}  // namespace

Verdict Guard(const GuardInput& input, const GuardOptions& options) {
  return Judge(input, options).Decide();
}

}  // namespace rhumb
