// The learned agent as a RoutingPolicy.
#ifndef RHUMB_AGENTS_NEURAL_NEURAL_POLICY_H_
#define RHUMB_AGENTS_NEURAL_NEURAL_POLICY_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/demand_forecast.h"
#include "agents/neural/ecmp_guard.h"
#include "agents/neural/inference.h"
#include "agents/neural/neural_policy_options.h"
#include "agents/neural/pair_balance.h"
#include "agents/neural/plan_settling.h"
#include "agents/neural/priced_inference.h"
#include "agents/routing_policy.h"
#include "agents/trees/whole_network.h"

namespace rhumb::neural {

// Above so many pairs that may have traffic (224 nodes, each to each), a plan for the MLU is made
// over trees instead of candidate paths (agents/trees): the network then decides what demands are
// expected, and no more.
constexpr int kMostCandidatePairs = 50000;

// Needs one past matrix; before that, or when the past does not fit the topology's demands, it
// answers with ECMP on inverse capacity and says why. Keeps what depends on the topology between
// decisions, and what the last one was balanced to: where a plan is in force, the next goes on from
// there instead of asking the network for a start, unless its iterations are given.
class NeuralPolicy : public RoutingPolicy {
 public:
  // `name` as the command line spells it.
  static absl::StatusOr<std::unique_ptr<NeuralPolicy>> Create(std::string name,
                                                              const NeuralPolicyOptions& options);

  std::string name() const override { return name_; }
  absl::StatusOr<Decision> Decide(const Observation& observation) override;
  bool uses_candidate_paths() const override { return true; }
  int most_candidate_pairs() const override {
    return for_mlu() ? kMostCandidatePairs : RoutingPolicy::most_candidate_pairs();
  }

 private:
  NeuralPolicy(std::string name, const NeuralPolicyOptions& options, bool may_go_on,
               const Checkpoint& checkpoint);

  bool IsLarge(const Observation& observation) const;
  absl::StatusOr<Decision> DecideLarge(const Observation& observation);
  // Follows topology, candidate paths and the pairs that have traffic.
  void Prepare(const Observation& observation);
  void BuildGraph(const Topology& topology);
  // What the last decision was balanced to is as good a start as the network's.
  bool GoesOn() const;
  // Fills in_force_.
  void FindSharesInForce(const Observation& observation);
  // `change` as in BalanceTask.
  double NextDelayWeight(double change);
  // Brings settled_ nearer to the best possible; where a path is missing for that, adds it.
  void Balance(const Observation& observation);
  // Adds the paths to paths_ and the graph, and gives settled_ the same shares over it.
  void Grow(const Topology& topology, const std::vector<MissingPath>& missing);
  Decision FromNetwork(const Observation& observation);
  void Settle();
  // balanced_ as settled_ where the MLU decides nothing.
  void SettleUncrowded();
  bool settles_uncrowded() const;
  bool balances() const { return options_.balance && for_mlu(); }
  // Geometric mean over the scenarios by their weights; of settled_.
  double MeanMlu(const std::array<float, kScenarios>& mlu) const;
  double ExpectedMlu() const;
  // `mlu` and how near to the best possible that is proven to be.
  std::string Proven(double mlu) const;
  // Takes ECMP where that is expected to be better, for as few demands as possible.
  void Guard(const Observation& observation, Decision* decision);
  static void PredictMlu(const Observation& observation, Decision* decision);
  // Plans of checkpoints for packets are made for completion times instead.
  bool for_mlu() const {
    return priced_ == nullptr && options_.inference.scale == LoadScale::kOverMlu;
  }
  Decision Fallback(const Observation& observation, std::string why);
  // No further from the plan in force than max-move allows.
  void KeepToMaxMove(const Observation& observation, Decision* decision);

  std::string name_;
  NeuralPolicyOptions options_;
  bool may_go_on_;  // from the decision before
  Inference inference_;
  PairBalance balance_;
  PlanSettling settling_;
  std::unique_ptr<PricedInference> priced_;  // of checkpoints with a price head
  std::vector<float> price_head_;

  DemandForecast forecast_;
  std::unique_ptr<trees::WholeNetwork> large_;  // since the first large network

  std::optional<Topology> decided_on_;         // the last time
  std::optional<Topology> topology_;           // of the cache below
  std::shared_ptr<const PathSet> candidates_;  // as observed
  std::shared_ptr<const PathSet> paths_;       // and, where needed, completed by shortest paths
  std::shared_ptr<const PathGraph> graph_;
  std::vector<uint8_t> active_;       // [pairs of paths_] are in the graph
  std::vector<float> expected_;       // [pairs of the graph][kPathDemandRow] as Inference has them
  std::vector<float> settled_;        // [paths of the graph]
  double delay_weight_ = 0;           // of the last decision, where nobody gave one
  std::vector<float> balanced_;       // the same, of the last decision; empty for a new graph
  std::vector<uint8_t> crowded_;      // [pairs of the graph] meet links that are nearly full
  std::vector<float> in_force_;       // the same, 0 where pairs go elsewhere; empty without a plan
  std::vector<double> start_ratios_;  // [paths of paths_] for pairs that are not
  std::vector<float> history_;        // [pairs of the graph][kHistory]
  std::vector<float> latest_;         // [pairs of the graph] the first column of that
  Feedback feedback_;
  EcmpGuard guard_;
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_NEURAL_POLICY_H_
