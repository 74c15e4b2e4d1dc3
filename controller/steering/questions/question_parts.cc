#include "controller/steering/questions/question_parts.h"

#include <algorithm>
#include <exception>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/state/value_limits.h"

namespace rhumb {

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

absl::StatusOr<Observation> Observe(const Topology& topology, const std::string& policy,
                                    std::shared_ptr<const TrafficMatrix> demands, int max_paths,
                                    PolicyCache* policies) {
  Observation observation{topology, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
  if (demands) observation.past_demands.push_back(std::move(demands));
  if (const auto& wanted = policies->wanted()) {
    observation.control = std::make_shared<const DecisionControl>(
        DecisionControl{[wanted] { return !wanted().ok(); }, nullptr});
  }
  absl::StatusOr<RoutingPolicy*> asked = policies->Get(policy);
  if (!asked.ok()) return AboutField("policy", asked.status());
  const int64_t nodes = topology.num_nodes();
  if ((*asked)->uses_candidate_paths() && nodes * (nodes - 1) <= (*asked)->most_candidate_pairs()) {
    auto paths = policies->PathsOf(topology, max_paths);
    if (!paths.ok()) return paths.status();
    observation.candidate_paths = *std::move(paths);
  }
  return observation;
}

absl::StatusOr<Decision> Ask(const std::string& policy, const Observation& observation,
                             PolicyCache* policies) {
  absl::StatusOr<RoutingPolicy*> found = policies->Get(policy);
  if (!found.ok()) return AboutField("policy", found.status());
  try {
    auto decision = (*found)->Decide(observation);
    // Stopped, a policy answers with what it has.
    if (const auto& wanted = policies->wanted()) {
      if (auto status = wanted(); !status.ok()) return status;
    }
    return decision;
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrFormat("policy %s failed: %s", policy, e.what()));
  }
}

absl::Status CheckLive(const LiveView& view) {
  return view.topology && view.plan ? absl::OkStatus() : NoTopologyError();
}

TrafficMatrix LatestDemands(const LiveView& view) {
  return view.traffic ? *view.traffic->demands : TrafficMatrix(view.topology->num_nodes());
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

void WriteLoads(const Topology& topology, const std::vector<double>& load_bps,
                google::protobuf::RepeatedPtrField<rhumb::v1::LinkLoad>* out) {
  out->Reserve(topology.num_links());
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    WriteLoad(topology, l, load_bps[l], out->Add());
  }
}

}  // namespace rhumb
