#include "controller/steering/decision/questions.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/state/value_limits.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

constexpr char kShortestPath[] = "shortest-path";
constexpr size_t kMaxCachedPolicies = 16;
constexpr int kBusiest = 10;
constexpr int kDefaultAudit = 100;
constexpr uint32_t kMaxAudit = 1000;
constexpr size_t kMaxCachedNetworks = 8;
// Path sets beyond it, 4 MB, are not kept.
constexpr int kMaxCachedPathLinks = 1'000'000;

absl::Status ReadDemands(const google::protobuf::RepeatedPtrField<rhumb::v1::Demand>& demands,
                         const Topology& topology, TrafficMatrix* matrix) {
  absl::flat_hash_set<std::pair<NodeId, NodeId>> seen;
  for (int i = 0; i < demands.size(); ++i) {
    const auto& demand = demands[i];
    const auto s = topology.FindNode(demand.source()), d = topology.FindNode(demand.destination());
    if (!s || !d || *s == *d) {
      return FieldError(absl::StrFormat("demands[%d]", i),
                        absl::StrFormat("\"%s>%s\" are not two nodes of the topology",
                                        demand.source(), demand.destination()));
    }
    const absl::Status rate =
        CheckRate(absl::StrFormat("demands[%d].rate_bps", i), demand.rate_bps());
    if (!rate.ok()) return rate;
    if (!seen.insert({*s, *d}).second) {
      return FieldError(absl::StrFormat("demands[%d]", i),
                        absl::StrFormat("\"%s>%s\" appears twice; give its sum once",
                                        demand.source(), demand.destination()));
    }
    matrix->set_rate_bps(*s, *d, demand.rate_bps());
  }
  return absl::OkStatus();
}

absl::StatusOr<Decision> Ask(const std::string& spec, const Observation& observation,
                             PolicyCache* policies) {
  absl::StatusOr<RoutingPolicy*> policy = policies->Get(spec);
  if (!policy.ok()) return AboutField("policy", policy.status());
  try {
    return (*policy)->Decide(observation);
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrFormat("policy %s failed: %s", spec, e.what()));
  }
}

absl::StatusOr<Observation> Observe(const Topology& topology, const std::string& policy,
                                    std::shared_ptr<const TrafficMatrix> demands, int max_paths,
                                    PolicyCache* policies) {
  Observation observation{topology, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
  if (demands) observation.past_demands.push_back(std::move(demands));
  absl::StatusOr<RoutingPolicy*> asked = policies->Get(policy);
  if (!asked.ok()) return AboutField("policy", asked.status());
  if ((*asked)->uses_candidate_paths()) {
    auto paths = policies->PathsOf(topology, max_paths);
    if (!paths.ok()) return paths.status();
    observation.candidate_paths = *std::move(paths);
  }
  return observation;
}

std::vector<LinkId> BusiestLinks(const Topology& topology, const std::vector<double>& load_bps,
                                 int count) {
  std::vector<LinkId> links(topology.num_links());
  std::iota(links.begin(), links.end(), 0);
  auto utilization = [&](LinkId l) { return load_bps[l] / topology.link(l).capacity_bps; };
  const int n = std::min<int>(count, links.size());
  std::partial_sort(links.begin(), links.begin() + n, links.end(), [&](LinkId a, LinkId b) {
    return std::make_pair(-utilization(a), a) < std::make_pair(-utilization(b), b);
  });
  links.resize(n);
  return links;
}

void WriteLoad(const Topology& topology, LinkId link, double load_bps, rhumb::v1::LinkLoad* out) {
  out->set_link(topology.link(link).name);
  out->set_load_bps(load_bps);
  out->set_utilization(load_bps / topology.link(link).capacity_bps);
}

rhumb::v1::PlanOutcome Outcome(const Topology& topology, const RoutingPlan& plan,
                               const TrafficMatrix& demands) {
  const LinkLoads loads = ComputeLinkLoads(topology, plan, demands);
  rhumb::v1::PlanOutcome outcome;
  outcome.set_mlu(MaxLinkUtilization(topology, loads.load_bps));
  outcome.set_unrouted_bps(loads.unrouted_bps);
  for (LinkId l : BusiestLinks(topology, loads.load_bps, kBusiest)) {
    WriteLoad(topology, l, loads.load_bps[l], outcome.add_busiest());
  }
  return outcome;
}

absl::Status CheckLive(const LiveView& view) {
  if (view.topology && view.plan) return absl::OkStatus();
  return RequestError(absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_NO_TOPOLOGY,
                      "no topology is known; wait until an adapter has declared one");
}

TrafficMatrix LatestDemands(const LiveView& view) {
  return view.traffic ? *view.traffic->demands : TrafficMatrix(view.topology->num_nodes());
}

absl::StatusOr<Topology> WithChanges(const Topology& topology,
                                     const rhumb::v1::EvaluatePlanRequest& request) {
  TopologyDelta delta;
  auto add = [&](const auto& names, absl::string_view field, bool drain) -> absl::Status {
    for (const std::string& name : names) {
      const auto links = topology.ResolveLinks(name);
      if (!links.ok()) return AboutField(field, links.status());
      for (LinkId l : *links) {
        LinkChange change;
        change.link = l;
        if (drain) {
          change.administrative_state = AdministrativeState::kDrained;
        } else {
          change.operational_state = OperationalState::kDown;
        }
        delta.push_back(change);
      }
    }
    return absl::OkStatus();
  };
  if (auto s = add(request.failed_links(), "failed_links", false); !s.ok()) return s;
  if (auto s = add(request.drained_links(), "drained_links", true); !s.ok()) return s;
  return topology.Apply(delta);
}

void ExplainPath(const Topology& topology, absl::Span<const LinkId> links, double ratio,
                 const std::vector<double>& load_bps, rhumb::v1::PathExplanation* out) {
  out->set_ratio(ratio);
  *out->mutable_propagation_delay() = ToDuration(PropagationDelay(topology, links));
  double worst = -1;
  for (LinkId l : links) {
    out->add_links(topology.link(l).name);
    const double utilization = load_bps[l] / topology.link(l).capacity_bps;
    if (utilization <= worst) continue;
    worst = utilization;
    out->set_bottleneck_link(topology.link(l).name);
    out->set_bottleneck_utilization(utilization);
  }
}

int PathsUsed(const RoutingPlan& plan, NodePair pair) {
  const auto index = plan.paths().Find(pair.source, pair.destination);
  if (!index) return 0;
  const PathSet::Range range = plan.paths().paths_of(*index);
  int used = 0;
  for (int p = range.begin; p < range.end; ++p) used += plan.ratios()[p] > 0;
  return used;
}

absl::StatusOr<std::vector<NodePair>> PairsToExplain(
    const rhumb::v1::ExplainDecisionRequest& request, const Topology& topology,
    const TrafficMatrix& demands) {
  constexpr size_t kLargest = 20;
  if (!request.source().empty() || !request.destination().empty()) {
    const auto s = topology.FindNode(request.source());
    const auto d = topology.FindNode(request.destination());
    if (!s || !d || *s == *d) {
      return AboutField(
          !s ? "source" : "destination",
          absl::NotFoundError(absl::StrFormat("\"%s>%s\" are not two nodes of the topology",
                                              request.source(), request.destination())));
    }
    return std::vector<NodePair>{{*s, *d}};
  }
  std::vector<NodePair> pairs;
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s != d && demands.rate_bps(s, d) > 0) pairs.push_back({s, d});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [&](NodePair a, NodePair b) {
    return demands.rate_bps(a.source, a.destination) > demands.rate_bps(b.source, b.destination);
  });
  if (pairs.size() > kLargest) pairs.resize(kLargest);
  return pairs;
}

}  // namespace

absl::StatusOr<RoutingPolicy*> PolicyCache::Get(const std::string& spec) {
  const auto known = policies_.find(spec);
  if (known != policies_.end()) return known->second.get();
  auto made = factory_(spec);
  if (!made.ok()) return made.status();
  if (policies_.size() >= kMaxCachedPolicies) policies_.clear();
  return (policies_[spec] = *std::move(made)).get();
}

absl::StatusOr<Topology> PolicyCache::TopologyOf(const rhumb::v1::Topology& message) {
  std::string bytes = message.SerializeAsString();
  for (auto it = networks_.begin(); it != networks_.end(); ++it) {
    if (it->message != bytes) continue;
    networks_.splice(networks_.begin(), networks_, it);
    return networks_.front().topology;
  }
  absl::StatusOr<Topology> topology = FromProto(message);
  if (!topology.ok()) return topology;
  networks_.push_front({std::move(bytes), *topology, {}});
  if (networks_.size() > kMaxCachedNetworks) networks_.pop_back();
  return topology;
}

absl::StatusOr<std::shared_ptr<const PathSet>> PolicyCache::PathsOf(const Topology& topology,
                                                                    int max_paths) {
  std::map<int, std::shared_ptr<const PathSet>>* kept = nullptr;
  for (Network& network : networks_) {
    // The links of a snapshot that TopologyOf gave are the very same.
    if (network.topology.links().data() == topology.links().data()) kept = &network.paths;
  }
  if (kept != nullptr) {
    if (const auto it = kept->find(max_paths); it != kept->end()) return it->second;
  }
  CandidatePathOptions options;
  options.max_paths = max_paths;
  options.threads = 1;
  absl::StatusOr<CandidatePaths> paths = CandidatePaths::Compute(topology, {}, options);
  if (!paths.ok()) return paths.status();
  if (kept != nullptr && paths->paths()->num_path_links() <= kMaxCachedPathLinks) {
    kept->insert_or_assign(max_paths, paths->paths());
  }
  return paths->paths();
}

absl::StatusOr<rhumb::v1::ComputeRoutesResponse> ComputeRoutes(
    const rhumb::v1::ComputeRoutesRequest& request, const TopologyLimits& limits,
    const std::string& default_policy, PolicyCache* policies) {
  if (request.topology().nodes_size() > limits.max_nodes ||
      request.topology().links_size() > limits.max_links) {
    return FieldError(
        "topology",
        absl::StrFormat("%d nodes and %d links; at most %d and %d", request.topology().nodes_size(),
                        request.topology().links_size(), limits.max_nodes, limits.max_links));
  }
  if (request.max_paths() > 32) {
    return FieldError("max_paths", absl::StrFormat("%d; at most 32", request.max_paths()));
  }
  const absl::StatusOr<Topology> topology = policies->TopologyOf(request.topology());
  if (!topology.ok()) return AboutField("topology", topology.status());
  if (auto s = CheckValues("topology", *topology); !s.ok()) return s;
  auto demands = std::make_shared<TrafficMatrix>(topology->num_nodes());
  if (auto s = ReadDemands(request.demands(), *topology, demands.get()); !s.ok()) return s;
  const std::string policy = request.policy().empty() ? default_policy : request.policy();
  const int max_paths = request.max_paths() == 0 ? 8 : request.max_paths();

  const absl::Time begin = absl::Now();
  auto observation = Observe(*topology, policy, demands, max_paths, policies);
  if (!observation.ok()) return observation.status();
  absl::StatusOr<Decision> decision = Ask(policy, *observation, policies);
  if (!decision.ok()) return decision.status();
  const absl::Duration took = absl::Now() - begin;
  absl::StatusOr<Decision> shortest =
      policy == kShortestPath ? decision : Ask(kShortestPath, *observation, policies);
  if (!shortest.ok()) return shortest.status();

  rhumb::v1::ComputeRoutesResponse response;
  response.set_policy(policy);
  *response.mutable_decision_time() = ToDuration(took);
  const LinkLoads loads = ComputeLinkLoads(*topology, decision->plan, *demands);
  for (LinkId l = 0; l < topology->num_links(); ++l) {
    WriteLoad(*topology, l, loads.load_bps[l], response.add_loads());
  }
  response.set_mlu(MaxLinkUtilization(*topology, loads.load_bps));
  response.set_unrouted_bps(loads.unrouted_bps);
  response.set_shortest_path_mlu(MaxLinkUtilization(
      *topology, ComputeLinkLoads(*topology, shortest->plan, *demands).load_bps));
  const PathSet& paths = decision->plan.paths();
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const NodePair pair = paths.pair(i);
    if (demands->rate_bps(pair.source, pair.destination) <= 0) continue;
    auto* route = response.mutable_plan()->add_routes();
    route->set_source(topology->node(pair.source).name);
    route->set_destination(topology->node(pair.destination).name);
    const PathSet::Range range = paths.paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      if (decision->plan.ratios()[p] <= 0) continue;
      auto* share = route->add_paths();
      share->set_ratio(decision->plan.ratios()[p]);
      for (LinkId l : paths.links(p)) share->add_links(topology->link(l).name);
    }
  }
  return response;
}

absl::StatusOr<rhumb::v1::EvaluatePlanResponse> EvaluatePlan(
    const rhumb::v1::EvaluatePlanRequest& request, const LiveView& view, PolicyCache* policies) {
  if (auto status = CheckLive(view); !status.ok()) return status;
  const absl::StatusOr<Topology> changed = WithChanges(*view.topology, request);
  if (!changed.ok()) return changed.status();
  const double factor = request.has_demand_factor() ? request.demand_factor() : 1;
  if (!(factor >= 0 && factor <= kMaxDemandFactor)) {
    return FieldError("demand_factor",
                      absl::StrFormat("%g; give a factor from 0 to %g", factor, kMaxDemandFactor));
  }
  const TrafficMatrix now = LatestDemands(view);
  auto then = std::make_shared<TrafficMatrix>(now.Scaled(factor));
  if (auto s = ReadDemands(request.demands(), *changed, then.get()); !s.ok()) return s;

  auto observation = Observe(*changed, request.policy().empty() ? kShortestPath : request.policy(),
                             then, 8, policies);
  if (!observation.ok()) return observation.status();
  absl::StatusOr<Decision> shortest = Ask(kShortestPath, *observation, policies);
  if (!shortest.ok()) return shortest.status();
  int touched = 0;
  RoutingPlan plan = RerouteAround(*changed, view.plan->plan, &touched);
  if (!request.policy().empty()) {
    absl::StatusOr<Decision> decision = Ask(request.policy(), *observation, policies);
    if (!decision.ok()) return decision.status();
    plan = ApplyPins(*changed, decision->plan, view.pins);
  }
  rhumb::v1::EvaluatePlanResponse response;
  *response.mutable_now() = Outcome(*view.topology, view.plan->plan, now);
  *response.mutable_then() = Outcome(*changed, plan, *then);
  *response.mutable_shortest_path() = Outcome(*changed, shortest->plan, *then);
  response.set_moved_share(MovedShare(view.plan->plan, plan, *then));
  response.set_topology_version(view.topology->version());
  response.set_traffic_version(view.traffic ? view.traffic->version : 0);
  return response;
}

absl::StatusOr<rhumb::v1::ExplainDecisionResponse> ExplainDecision(
    const rhumb::v1::ExplainDecisionRequest& request, const LiveView& view, PolicyCache* policies) {
  if (auto status = CheckLive(view); !status.ok()) return status;
  const Topology& topology = *view.topology;
  const RoutingPlan& plan = view.plan->plan;
  const TrafficMatrix demands = LatestDemands(view);
  const auto pairs = PairsToExplain(request, topology, demands);
  if (!pairs.ok()) return pairs.status();
  const LinkLoads loads = ComputeLinkLoads(topology, plan, demands);
  auto observation = Observe(topology, kShortestPath, nullptr, 1, policies);
  if (!observation.ok()) return observation.status();
  const auto shortest = Ask(kShortestPath, *observation, policies);
  const auto ecmp = Ask("ecmp", *observation, policies);
  if (!shortest.ok()) return shortest.status();
  if (!ecmp.ok()) return ecmp.status();

  rhumb::v1::ExplainDecisionResponse response;
  *response.mutable_plan() = view.plan->header;
  // What the guard said last, which may have been to leave this plan as it was.
  if (view.guard.outcome() != rhumb::v1::GUARD_OUTCOME_UNSPECIFIED) {
    *response.mutable_plan()->mutable_guard() = view.guard;
  }
  response.set_policy_note(view.policy_note);
  for (LinkId l : BusiestLinks(topology, loads.load_bps, kBusiest)) {
    WriteLoad(topology, l, loads.load_bps[l], response.add_busiest());
  }
  for (const NodePair pair : *pairs) {
    auto* out = response.add_demands();
    out->set_source(topology.node(pair.source).name);
    out->set_destination(topology.node(pair.destination).name);
    out->set_rate_bps(demands.rate_bps(pair.source, pair.destination));
    if (view.traffic) {
      const size_t index = pair.source * topology.num_nodes() + pair.destination;
      out->set_origin(view.traffic->measured[index] ? rhumb::v1::DEMAND_ORIGIN_MEASURED
                                                    : rhumb::v1::DEMAND_ORIGIN_ESTIMATED);
    }
    if (const auto index = plan.paths().Find(pair.source, pair.destination)) {
      const PathSet::Range range = plan.paths().paths_of(*index);
      for (int p = range.begin; p < range.end; ++p) {
        if (plan.ratios()[p] <= 0) continue;
        ExplainPath(topology, plan.paths().links(p), plan.ratios()[p], loads.load_bps,
                    out->add_paths());
      }
    }
    const PathSet& sp = shortest->plan.paths();
    if (const auto index = sp.Find(pair.source, pair.destination);
        index && sp.paths_of(*index).size() > 0) {
      ExplainPath(topology, sp.links(sp.paths_of(*index).begin), 1, loads.load_bps,
                  out->mutable_shortest_path());
    }
    out->set_ecmp_paths(PathsUsed(ecmp->plan, pair));
    if (const auto pin = view.pins.find({pair.source, pair.destination}); pin != view.pins.end()) {
      out->set_pinned(!view.rolled_back && PinUsable(topology, pin->second));
      out->set_pin_suspended(!out->pinned());
    }
  }
  return response;
}

absl::StatusOr<rhumb::v1::ListAuditResponse> ListAudit(const rhumb::v1::ListAuditRequest& request,
                                                       StoreWriter* store) {
  if (request.limit() > kMaxAudit) {
    return FieldError("limit", absl::StrFormat("%d; at most %d", request.limit(), kMaxAudit));
  }
  auto records =
      store->Audit(request.limit() == 0 ? kDefaultAudit : static_cast<int>(request.limit()));
  if (!records.ok()) return records.status();
  rhumb::v1::ListAuditResponse response;
  for (auto& record : *records) *response.add_records() = std::move(record);
  return response;
}

}  // namespace rhumb
