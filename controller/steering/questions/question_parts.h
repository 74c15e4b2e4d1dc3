// What several questions do alike: read demands, ask a policy, name the busiest links.
#ifndef RHUMB_CONTROLLER_STEERING_QUESTIONS_QUESTION_PARTS_H_
#define RHUMB_CONTROLLER_STEERING_QUESTIONS_QUESTION_PARTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/routing_policy.h"
#include "controller/steering/questions/live_view.h"
#include "controller/steering/questions/policy_cache.h"
#include "rhumb/v1/live_plan.pb.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

inline constexpr char kShortestPath[] = "shortest-path";
// Links that an answer names.
inline constexpr int kBusiest = 10;

// Into `matrix`, [nodes * nodes]; what is not named stays. FieldError for an unknown node, a rate
// beyond any network's, or a demand that is named twice.
absl::Status ReadDemands(const google::protobuf::RepeatedPtrField<rhumb::v1::Demand>& demands,
                         const Topology& topology, TrafficMatrix* matrix);

// What `policy` is to see; candidate paths only if it uses them, which is what takes time.
// `demands` may be null. An error about the field "policy" when there is no such policy.
absl::StatusOr<Observation> Observe(const Topology& topology, const std::string& policy,
                                    std::shared_ptr<const TrafficMatrix> demands, int max_paths,
                                    PolicyCache* policies);
// The policy's answer. Internal when it throws; why nobody waits for it any more when that is so.
absl::StatusOr<Decision> Ask(const std::string& policy, const Observation& observation,
                             PolicyCache* policies);

// FailedPrecondition before there is a topology with a plan.
absl::Status CheckLive(const LiveView& view);
// All 0 before telemetry.
TrafficMatrix LatestDemands(const LiveView& view);

// At most `count`, by utilization, then by id.
std::vector<LinkId> BusiestLinks(const Topology& topology, const std::vector<double>& load_bps,
                                 int count);
void WriteLoad(const Topology& topology, LinkId link, double load_bps, rhumb::v1::LinkLoad* out);
// Of every link, in the order of the topology.
void WriteLoads(const Topology& topology, const std::vector<double>& load_bps,
                google::protobuf::RepeatedPtrField<rhumb::v1::LinkLoad>* out);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_QUESTIONS_QUESTION_PARTS_H_
