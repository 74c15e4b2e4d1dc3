#include "agents/neural/neural_policy.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agents/neural/delay_price.h"
#include "agents/neural/history.h"
#include "agents/neural/large_shares.h"
#include "agents/neural/shares_in_force.h"
#include "agents/neural/usable_paths.h"
#include "topologies/limited_move.h"

namespace rhumb::neural {
namespace {

// Path sets above this leave pairs without traffic out of the graph.
constexpr int kManyPaths = 20000;
// How often a decision may add paths, and how many a pair may have then.
constexpr int kMostGrowth = 12;
constexpr int kMostPathsOfPair = 32;
// Iterations of the network where its split is balanced after them: more gain nothing then.
constexpr int kIterationsToBalance = 3;
// What settling may cost in MLU before what it leaves is balanced again, and how often it is.
constexpr double kSettledCost = 2e-3;
constexpr int kMostResettled = 3;
// Above so many pairs the next decision goes on from settled pairs where the MLU has no say: where
// traffic meets no link that is filled to more than this of the fullest. With fewer pairs it costs
// MLU when traffic moves, see RESULTS.md.
constexpr int kManyPairs = 5000;
constexpr float kCrowdedFill = 0.8F;
// How far the delay weight goes towards the one that the plan in force suggests.
constexpr double kTowardsDelayWeight = 0.25;
// How much better ECMP must be, relative: less is rounding.
constexpr double kGuardMargin = 1e-5;
constexpr char kExpected[] = "MLU over the demands that are expected";

// Links that carry traffic, and how much, are all that the graph and the guard depend on.
bool SameNetwork(const Topology& a, const Topology& b) {
  if (a.version() != b.version() || !a.SameStructure(b)) return false;
  for (LinkId l = 0; l < a.num_links(); ++l) {
    if (a.link(l).usable() != b.link(l).usable() ||
        a.link(l).capacity_bps != b.link(l).capacity_bps)
      return false;
  }
  return true;
}

bool HasTraffic(const Observation& observation, NodePair pair) {
  const auto& past = observation.past_demands;
  const size_t oldest = past.size() > kHistory ? past.size() - kHistory : 0;
  for (size_t i = oldest; i < past.size(); ++i) {
    if (past[i]->rate_bps(pair.source, pair.destination) > 0) return true;
  }
  return false;
}

std::string NoteOf(const Prices& prices) {
  return absl::StrFormat(
      "prices: distance %.2f, congestion %.2f, detour %.2f, smallness %.2f, distrust %.2f, margin "
      "%.2f",
      prices[kDistance], prices[kCongestion], prices[kDetour], prices[kSmallness],
      prices[kDistrust], prices[kMargin]);
}

}  // namespace

absl::StatusOr<std::unique_ptr<NeuralPolicy>> NeuralPolicy::Create(
    std::string name, const NeuralPolicyOptions& options) {
  absl::StatusOr<Checkpoint> checkpoint = FindCheckpoint(options.checkpoint);
  if (!checkpoint.ok()) return checkpoint.status();
  NeuralPolicyOptions all = options;
  all.inference.delay_weight = options.delay_weight.value_or(0);
  // What the checkpoint was trained with holds where nothing else was asked for.
  if (const auto trained = checkpoint->about.find("inference");
      trained != checkpoint->about.end()) {
    const auto own = ParseNeuralPolicyOptions(trained->second);
    if (!own.ok()) return own.status();
    if (!all.inference.iterations) all.inference.iterations = own->inference.iterations;
    if (!all.inference.refinements) all.inference.refinements = own->inference.refinements;
  }
  if (checkpoint->scale == LoadScale::kOverCapacity) {
    if (options.inference.refinements.value_or(0) > 0 || all.inference.delay_weight > 0) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s: the checkpoint decides for packets, and refinements and delay-weight improve by "
          "MLU; leave them out or use neural:default",
          name));
    }
    all.inference = ForPlans(all.inference);
  }
  bool may_go_on = false;
  if (all.balance && checkpoint->scale == LoadScale::kOverMlu && checkpoint->price_head.empty()) {
    may_go_on = !all.inference.iterations && !all.inference.refinements;
    if (!all.inference.iterations) all.inference.iterations = kIterationsToBalance;
    if (!all.inference.refinements) all.inference.refinements = 0;
    all.inference.prove = false;
  }
  return std::unique_ptr<NeuralPolicy>(
      new NeuralPolicy(std::move(name), all, may_go_on, *checkpoint));
}

NeuralPolicy::NeuralPolicy(std::string name, const NeuralPolicyOptions& options, bool may_go_on,
                           const Checkpoint& checkpoint)
    : name_(std::move(name)),
      options_(options),
      may_go_on_(may_go_on),
      inference_(checkpoint.NetworkWeights(), options.inference),
      settling_(options.settling),
      price_head_(checkpoint.price_head),
      forecast_(checkpoint.weights) {
  if (!price_head_.empty()) priced_ = std::make_unique<PricedInference>(&inference_);
}

absl::StatusOr<Decision> NeuralPolicy::Decide(const Observation& observation) {
  const int nodes = observation.topology.num_nodes();
  for (const auto& matrix : observation.past_demands) {
    if (matrix->num_nodes() != nodes) {
      return absl::InvalidArgumentError(
          absl::StrFormat("neural: a past matrix has %d nodes, topology %s has %d; give demands of "
                          "the same network",
                          matrix->num_nodes(), observation.topology.name(), nodes));
    }
  }
  if (IsLarge(observation)) return DecideLarge(observation);
  Prepare(observation);
  if (observation.past_demands.empty()) {
    return Fallback(observation, "no demands were measured yet: ECMP on inverse capacity");
  }
  if (graph_->num_pairs() == 0) {
    return Fallback(observation,
                    "no pair with a usable path has traffic: ECMP on inverse capacity");
  }
  FillHistory(*graph_, observation.past_demands, absl::MakeSpan(history_));
  Decision decision = FromNetwork(observation);
  if (!std::isfinite(*decision.predicted_mlu)) {
    return Fallback(observation, "the network's answer is not finite: ECMP on inverse capacity");
  }
  if (options_.guard.value_or(for_mlu())) Guard(observation, &decision);
  KeepToMaxMove(observation, &decision);
  return decision;
}

// Whoever knows which pairs have traffic lists them among the candidates; nobody lists any where
// finding candidates would take minutes.
bool NeuralPolicy::IsLarge(const Observation& observation) const {
  if (!for_mlu()) return false;
  const int nodes = observation.topology.num_nodes();
  const int listed = observation.candidate_paths->num_pairs();
  return listed > kMostCandidatePairs || (listed == 0 && nodes * (nodes - 1) > kMostCandidatePairs);
}

absl::StatusOr<Decision> NeuralPolicy::DecideLarge(const Observation& observation) {
  if (large_ == nullptr) {
    trees::TreePlannerOptions options;
    options.split.max_paths = options_.settling.max_paths;
    options.split.min_share = static_cast<float>(options_.settling.min_share);
    large_ = std::make_unique<trees::WholeNetwork>(
        options,
        [this](const Observation& seen, double unit_per_bps, trees::TreeDemands* demands) {
          forecast_.Fill(seen, unit_per_bps, demands);
        },
        "the demands that the network expects");
  }
  absl::StatusOr<Decision> decision = large_->Decide(observation);
  if (decision.ok() && !observation.past_demands.empty()) KeepToMaxMove(observation, &*decision);
  return decision;
}

void NeuralPolicy::Prepare(const Observation& observation) {
  const bool same = topology_ && candidates_ == observation.candidate_paths &&
                    SameNetwork(*topology_, observation.topology);
  if (!same) {
    topology_ = observation.topology;
    candidates_ = observation.candidate_paths;
    paths_ = WithUsablePaths(observation.topology, observation.candidate_paths);
    guard_.SetTopology(observation.topology);
    active_.assign(paths_->num_pairs(), paths_->num_paths() > kManyPaths ? 0 : 1);
  }
  bool grown = !same;
  for (int pair = 0; pair < paths_->num_pairs(); ++pair) {
    if (active_[pair] != 0 || !HasTraffic(observation, paths_->pair(pair))) continue;
    active_[pair] = 1;
    grown = true;
  }
  if (grown) BuildGraph(observation.topology);
}

void NeuralPolicy::BuildGraph(const Topology& topology) {
  graph_ = std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths_, active_));
  priced_ == nullptr ? inference_.SetGraph(graph_) : priced_->SetGraph(graph_);
  if (balances()) balance_.SetGraph(topology, graph_);
  settling_.SetGraph(graph_);
  balanced_.clear();
  history_.assign(static_cast<size_t>(graph_->num_pairs()) * kHistory, 0.0F);
  // Pairs outside of the graph carry nothing now: their first usable path is as good as any.
  start_ratios_.assign(paths_->num_paths(), 0.0);
  for (int pair = 0; pair < paths_->num_pairs(); ++pair) {
    if (active_[pair] != 0) continue;
    for (int p = paths_->paths_of(pair).begin; p < paths_->paths_of(pair).end; ++p) {
      if (!IsUsable(topology, paths_->links(p))) continue;
      start_ratios_[p] = 1;
      break;
    }
  }
}

bool NeuralPolicy::GoesOn() const {
  return may_go_on_ && !in_force_.empty() && !balanced_.empty() && !inference_.sees_feedback();
}

void NeuralPolicy::FindSharesInForce(const Observation& observation) {
  in_force_.clear();
  if (!observation.plan_in_force || !for_mlu()) return;
  in_force_ = SharesInForce(*graph_, paths_, *observation.plan_in_force);
  ForgetPartOfAPair(*graph_, absl::MakeSpan(in_force_));
}

// Some of the way only: a plan that was made faster must not make delay free at once, and the next
// one slow again.
double NeuralPolicy::NextDelayWeight(double change) {
  if (options_.delay_weight) return *options_.delay_weight;
  const double wanted =
      in_force_.empty() ? 0 : DelayWeightAfter(ExcessDelay(*graph_, expected_, in_force_), change);
  delay_weight_ =
      in_force_.empty() ? 0 : delay_weight_ + kTowardsDelayWeight * (wanted - delay_weight_);
  return delay_weight_;
}

Decision NeuralPolicy::FromNetwork(const Observation& observation) {
  absl::Span<const float> decided;
  Decision decision;
  FindSharesInForce(observation);
  if (GoesOn()) {
    inference_.Expect(history_);
    decided = balanced_;
  } else if (priced_ == nullptr) {
    if (inference_.sees_feedback()) {
      latest_.clear();
      for (size_t i = 0; i < history_.size(); i += kHistory) latest_.push_back(history_[i]);
      FillFeedback(*graph_, observation, latest_, &feedback_);
    }
    inference_.Run(history_, &feedback_);
    decided = inference_.ratios();
  } else {
    const PriceFeatures& seen = priced_->Look(observation, history_);
    const Prices prices = AskPriceHead(price_head_, seen).mean;
    decided = priced_->Split(prices);
    decision.note = NoteOf(prices);
  }
  settled_.assign(decided.begin(), decided.end());
  expected_.assign(inference_.expected_demands().begin(), inference_.expected_demands().end());
  if (balances()) {
    Balance(observation);
    balanced_ = settled_;
    if (settles_uncrowded()) balance_.FindCrowded(balanced_, kCrowdedFill, &crowded_);
  }
  if (options_.few_paths && !for_mlu()) {
    KeepLargeShares(*graph_, options_.settling.max_paths.value_or(kUsualPaths),
                    static_cast<float>(options_.settling.min_share), absl::MakeSpan(settled_));
  }
  settling_.Look(expected_, history_, settled_);
  if (options_.settle && for_mlu()) Settle();
  if (settles_uncrowded()) SettleUncrowded();
  decision.predicted_mlu = settling_.latest_mlu();
  std::vector<double> ratios = start_ratios_;
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    double sum = 0;
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) sum += settled_[p];
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
      ratios[graph_->path_of_set[p]] = settled_[p] / sum;
    }
  }
  decision.plan = RoutingPlan(paths_, std::move(ratios), observation.topology.version());
  return decision;
}

void NeuralPolicy::Balance(const Observation& observation) {
  BalanceTask task;
  task.demands = expected_;
  task.weights = inference_.scenario_weights();
  task.change = Inference::MeanChange(history_);
  task.delay_weight = NextDelayWeight(task.change);
  balance_.Start(task);
  balance_.Run(absl::MakeSpan(settled_));
  if (balance_.stuck() && GoesOn()) {
    inference_.Run(history_);
    settled_.assign(inference_.ratios().begin(), inference_.ratios().end());
    balance_.Run(absl::MakeSpan(settled_));
  }
  for (int i = 0; i < kMostGrowth && !balance_.near_enough(); ++i) {
    std::vector<MissingPath> missing = balance_.FindMissing();
    missing.erase(std::remove_if(missing.begin(), missing.end(),
                                 [this](const MissingPath& path) {
                                   return graph_->path_begin[path.pair + 1] -
                                              graph_->path_begin[path.pair] >=
                                          kMostPathsOfPair;
                                 }),
                  missing.end());
    if (missing.empty()) return;
    Grow(observation.topology, missing);
    FillHistory(*graph_, observation.past_demands, absl::MakeSpan(history_));
    FindSharesInForce(observation);
    balance_.Start(task);
    balance_.Run(absl::MakeSpan(settled_));
  }
}

void NeuralPolicy::Grow(const Topology& topology, const std::vector<MissingPath>& missing) {
  std::vector<const Path*> more(paths_->num_pairs(), nullptr);
  for (const MissingPath& path : missing) {
    more[paths_->pair_of_path(graph_->path_of_set[graph_->path_begin[path.pair]])] = &path.links;
  }
  PathSet::Builder builder;
  std::vector<int> before;  // [paths] of the new set, in the old one, or -1
  for (int pair = 0; pair < paths_->num_pairs(); ++pair) {
    builder.AddPair(paths_->pair(pair).source, paths_->pair(pair).destination);
    for (int p = paths_->paths_of(pair).begin; p < paths_->paths_of(pair).end; ++p) {
      builder.AddPath(paths_->links(p));
      before.push_back(p);
    }
    if (more[pair] == nullptr) continue;
    builder.AddPath(*more[pair]);
    before.push_back(-1);
  }
  std::vector<float> share(paths_->num_paths(), 0.0F);
  for (int p = 0; p < graph_->num_paths(); ++p) share[graph_->path_of_set[p]] = settled_[p];
  paths_ = std::make_shared<const PathSet>(builder.Build());
  BuildGraph(topology);
  settled_.clear();
  for (const int p : graph_->path_of_set) {
    settled_.push_back(before[p] < 0 ? 0.0F : share[before[p]]);
  }
}

void NeuralPolicy::Settle() {
  const double before = ExpectedMlu();
  settling_.Settle(in_force_, absl::MakeSpan(settled_));
  if (!balances()) return;
  // Shares that had to go may be missed where links differ much. What is left is balanced again.
  double best = ExpectedMlu();
  std::vector<float> best_split;
  for (int i = 0; i < kMostResettled && best > before * (1 + kSettledCost); ++i) {
    best_split = settled_;
    balance_.RunInUse(absl::MakeSpan(settled_));
    settling_.Look(expected_, history_, settled_);
    settling_.Settle({}, absl::MakeSpan(settled_));
    const double now = ExpectedMlu();
    if (now >= best) {
      settled_ = best_split;
      settling_.Look(expected_, history_, settled_);
      return;
    }
    best = now;
  }
}

bool NeuralPolicy::settles_uncrowded() const {
  return balances() && graph_->num_pairs() > kManyPairs;
}

// The next decision goes on from the plan itself where the MLU had no say. Elsewhere settled pairs
// have few paths, and nothing would spread them again.
void NeuralPolicy::SettleUncrowded() {
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    if (crowded_[d] != 0) continue;
    std::copy(settled_.begin() + graph_->path_begin[d],
              settled_.begin() + graph_->path_begin[d + 1],
              balanced_.begin() + graph_->path_begin[d]);
  }
}

double NeuralPolicy::ExpectedMlu() const { return MeanMlu(settling_.scenario_mlu()); }

double NeuralPolicy::MeanMlu(const std::array<float, kScenarios>& mlu) const {
  double log = 0;
  for (int s = 0; s < kScenarios; ++s) {
    log += inference_.scenario_weights()[s] * std::log(std::max(mlu[s], 1e-30F));
  }
  return std::exp(log);
}

// Where ECMP is expected to be better, that is for the sake of a few demands, and all others keep
// the agent's paths. A single scenario that is worse while the mean is better is left alone: on
// recordings what came was worse for the change more often than better.
void NeuralPolicy::Guard(const Observation& observation, Decision* decision) {
  const EcmpGuard::Row row = guard_.Mlu(*graph_, expected_);
  std::array<float, kScenarios> ecmp;
  std::copy_n(row.begin(), kScenarios, ecmp.begin());
  const std::array<float, kScenarios> agent = settling_.scenario_mlu();
  if (MeanMlu(ecmp) >= MeanMlu(agent) * (1 - kGuardMargin)) {
    absl::StrAppend(&decision->note, decision->note.empty() ? "" : "; ",
                    absl::StrFormat("%s: agent %s, ECMP %.4f", kExpected, Proven(MeanMlu(agent)),
                                    MeanMlu(ecmp)));
    return;
  }
  int worse = 0;
  for (int s = 0; s < kScenarios; ++s) worse += ecmp[s] < agent[s] * (1 - kGuardMargin) ? 1 : 0;
  auto partial = guard_.FallBackByDemand(*graph_, expected_, decision->plan, agent, ecmp);
  if (!partial) {
    *decision = Fallback(
        observation,
        absl::StrFormat("ECMP on inverse capacity is expected to be better for all demands, in %d "
                        "of %d scenarios; %s: agent %s, ECMP %.4f",
                        worse, kScenarios, kExpected, Proven(MeanMlu(agent)), MeanMlu(ecmp)));
    return;
  }
  std::array<float, kScenarios> mlu;
  std::copy_n(partial->mlu.begin(), kScenarios, mlu.begin());
  decision->plan = std::move(partial->plan);
  decision->demands_fell_back = partial->demands;
  PredictMlu(observation, decision);
  absl::StrAppend(
      &decision->note, decision->note.empty() ? "" : "; ",
      absl::StrFormat("ECMP on inverse capacity is expected to be better in %d of %d scenarios, "
                      "and %d of %d demands follow it; %s: so %s, agent alone %.4f, ECMP alone "
                      "%.4f",
                      worse, kScenarios, partial->demands, partial->of, kExpected,
                      Proven(MeanMlu(mlu)), MeanMlu(agent), MeanMlu(ecmp)));
}

// Rounded up: what it says is proven.
std::string NeuralPolicy::Proven(double mlu) const {
  const double least = balances() ? balance_.least_mlu() : inference_.least_mlu();
  const double percent = 100 * (mlu / least - 1);
  return absl::StrFormat("%.4f (within %.1f %% of the best %s)", mlu,
                         std::ceil(10 * std::max(percent, 0.0)) / 10,
                         balances() ? "possible" : "over its paths");
}

// On the latest demands.
void NeuralPolicy::PredictMlu(const Observation& observation, Decision* decision) {
  decision->predicted_mlu = MaxLinkUtilization(
      observation.topology,
      ComputeLinkLoads(observation.topology, decision->plan, *observation.past_demands.back())
          .load_bps);
}

Decision NeuralPolicy::Fallback(const Observation& observation, std::string why) {
  Decision decision;
  decision.plan = guard_.Plan();
  if (!observation.past_demands.empty()) PredictMlu(observation, &decision);
  decision.fell_back = true;
  decision.note = std::move(why);
  return decision;
}

// Taken whole are the first decision on a network and one after it has changed: what a failure
// fills cannot wait.
void NeuralPolicy::KeepToMaxMove(const Observation& observation, Decision* decision) {
  const bool whole = !decided_on_ || !SameNetwork(*decided_on_, observation.topology);
  decided_on_ = observation.topology;
  const auto& in_force = observation.plan_in_force;
  if (whole || options_.max_move >= 1 || !in_force ||
      !in_force->ValidateUsed(observation.topology).ok()) {
    return;
  }
  // Plans for packets give every path a share; others would be over more and more of them.
  const TrafficMatrix& latest = *observation.past_demands.back();
  auto limited = for_mlu() ? LimitMoveByDemand(observation.topology, *in_force, decision->plan,
                                               latest, options_.max_move)
                           : LimitMoveOfAll(*in_force, decision->plan, latest, options_.max_move);
  if (!limited) return;
  decision->plan = std::move(limited->plan).WithTopologyVersion(observation.topology.version());
  PredictMlu(observation, decision);
  absl::StrAppend(&decision->note, decision->note.empty() ? "" : "; ",
                  absl::StrFormat("moves %.3f of the traffic instead of %.3f", options_.max_move,
                                  limited->wanted));
}

}  // namespace rhumb::neural
