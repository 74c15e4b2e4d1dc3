// The one interface behind which every routing decision is made, by a baseline or by the neural
// agent.
#ifndef RHUMB_AGENTS_ROUTING_POLICY_H_
#define RHUMB_AGENTS_ROUTING_POLICY_H_

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "simulator/measurements.h"
#include "topologies/path_set.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// How whoever waits for a long decision takes part in it. Policies that decide in milliseconds need
// not look. Called from any thread of the policy.
struct DecisionControl {
  // True: answer now, with the best plan so far. Empty: never.
  std::function<bool()> stop;
  // How far the decision is, in words. Empty: nobody asks.
  std::function<void(const std::string&)> progress;
};

// What a real controller could know at the moment of decision. It never holds the matrix that is
// about to be played.
struct Observation {
  // With the link states of now.
  Topology topology;
  // Measured demands of past intervals, the latest last. Empty before the first interval ended. A
  // replay shows all of them up to 64 MiB (30,000 of 12 nodes), then the latest, at least 16.
  std::vector<std::shared_ptr<const TrafficMatrix>> past_demands;
  // Measured link loads, losses and delays of past intervals, the latest last; may be shorter than
  // past_demands.
  std::vector<std::shared_ptr<const Measurements>> past_measurements;
  // Paths that may be used, for the topology of now; policies that compute their own paths ignore
  // it. Never null.
  std::shared_ptr<const PathSet> candidate_paths;
  // The plan in force; absent before the first decision.
  std::optional<RoutingPlan> plan_in_force;
  std::shared_ptr<const DecisionControl> control = nullptr;  // null: nobody takes part
};

// What a policy answers.
struct Decision {
  RoutingPlan plan;
  // MLU that the policy expects on the latest known demands; absent when it does not predict.
  std::optional<double> predicted_mlu;
  // True when the policy had no answer of its own and took another one; `note` says why.
  bool fell_back = false;
  // Demands that alone follow that other answer, where the policy's own would not do for them but
  // does for the rest; `note` says why.
  int demands_fell_back = 0;
  std::string note;
};

class RoutingPolicy {
 public:
  virtual ~RoutingPolicy() = default;

  // As the command line spells it, options included ("ecmp:inverse-capacity").
  virtual std::string name() const = 0;

  // The plan for the next interval: routes every pair that the topology still connects, avoids dead
  // and drained links, and depends on nothing but the observation and earlier calls. Called from
  // one thread at a time. ResourceExhausted or DeadlineExceeded when a solver hit its limit;
  // Internal with the reason otherwise.
  virtual absl::StatusOr<Decision> Decide(const Observation& observation) = 0;

  // True for policies that see the matrix about to be played: the bound, not a contender. The
  // caller then passes that matrix as the latest of `past_demands`.
  virtual bool omniscient() const { return false; }

  // True for policies that read `candidate_paths`. Finding them takes minutes on networks of
  // hundreds of nodes; callers may pass the others an empty set.
  virtual bool uses_candidate_paths() const { return false; }
  // Above so many pairs with traffic it finds its own paths nevertheless, and may be passed an
  // empty set.
  virtual int most_candidate_pairs() const { return std::numeric_limits<int>::max(); }
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_ROUTING_POLICY_H_
