// How every demand is split over paths: what a policy decides, a simulator plays and a network
// installs.
#ifndef RHUMB_TOPOLOGIES_ROUTING_PLAN_H_
#define RHUMB_TOPOLOGIES_ROUTING_PLAN_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// Immutable; copies share everything. Several plans usually share one path set.
class RoutingPlan {
 public:
  // No demand is routed.
  RoutingPlan() : RoutingPlan(std::make_shared<const PathSet>(), {}, 0) {}
  // `ratios` has one entry a path. Not checked here; see Validate.
  RoutingPlan(std::shared_ptr<const PathSet> paths, std::vector<double> ratios,
              uint64_t topology_version)
      : paths_(std::move(paths)),
        ratios_(std::make_shared<const std::vector<double>>(std::move(ratios))),
        topology_version_(topology_version) {}

  const PathSet& paths() const { return *paths_; }
  const std::shared_ptr<const PathSet>& shared_paths() const { return paths_; }
  absl::Span<const double> ratios() const { return *ratios_; }  // [paths]
  // Version of the topology the plan was decided on.
  uint64_t topology_version() const { return topology_version_; }
  // The same for another version of the topology. O(1).
  RoutingPlan WithTopologyVersion(uint64_t version) const {
    RoutingPlan plan = *this;
    plan.topology_version_ = version;
    return plan;
  }

  // InvalidArgument, naming the demand, unless the paths are valid on `topology`, all ratios are in
  // [0, 1], those of every pair sum to 1 within 1e-6, and no ratio above 0 is on a path over a
  // drained or dead link. A pair without any paths is allowed (unreachable).
  absl::Status Validate(const Topology& topology) const;
  // The same but for paths of ratio 0, which nobody is told of; they are not looked at.
  absl::Status ValidateUsed(const Topology& topology) const;

 private:
  std::shared_ptr<const PathSet> paths_;
  std::shared_ptr<const std::vector<double>> ratios_;
  uint64_t topology_version_ = 0;
};

// What a plan puts on every link, fractionally (flows are not discrete, nothing is lost).
struct LinkLoads {
  std::vector<double> load_bps;  // [links]
  // Demand that the plan has no usable path for, in bits per second.
  double unrouted_bps = 0;
};

// O(path links of the plan). The matrix is over the nodes of the topology. A path over a dead or
// drained link carries nothing and its share counts as unrouted.
LinkLoads ComputeLinkLoads(const Topology& topology, const RoutingPlan& plan,
                           const TrafficMatrix& demands);

// Maximum link utilization (MLU): the largest load over capacity; may exceed 1.
double MaxLinkUtilization(const Topology& topology, absl::Span<const double> load_bps);

// Share of all traffic (in [0, 1]) that is on another path in `to` than in `from`: half the sum of
// the absolute changes of path rates, over the total rate. Paths are compared by their links, so
// the plans may have different path sets.
double MovedShare(const RoutingPlan& from, const RoutingPlan& to, const TrafficMatrix& demands);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_ROUTING_PLAN_H_
