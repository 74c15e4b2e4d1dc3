#include "controller/steering/questions/policy_cache.h"

#include "topologies/formats/proto_conversion.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

constexpr size_t kMaxCachedPolicies = 16;
constexpr size_t kMaxCachedNetworks = 8;
// Path sets beyond it, 4 MB, are not kept.
constexpr int kMaxCachedPathLinks = 1'000'000;

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

}  // namespace rhumb
