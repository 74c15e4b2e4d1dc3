#include "agents/trees/tree_planner.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

#include "agents/trees/parallel.h"
#include "agents/trees/plan_paths.h"

namespace rhumb::trees {
namespace {

// Prices grow from blunt to sharp: blunt ones find the way, sharp ones prove the optimum.
constexpr float kFirstSharpness = 100, kLastSharpness = 400, kSharper = 1.6F;
// Pairs times rounds that a later plan is worth.
constexpr int kLaterSearches = 1500000;
// MLU over bound - 1.
constexpr double kFar = 0.1, kBlunt = 0.2;
// Near enough, where nobody says: every pair up to so many is cheap to improve.
constexpr int kPrecisePairs = 200000;
constexpr double kPreciseGap = 0.002, kGap = 0.01, kLaterGap = 0.02;
constexpr int kSweeps = 2;
constexpr double kPassedOver = 5e-4;
// When links have failed: blunt enough that links are told apart up to three times the present MLU.
constexpr float kServingSharpness = 30;
constexpr size_t kServedAtOnce = 8;
constexpr int kServingAttempts = 4;
constexpr float kCrowding = 0.02F;  // of the fullest link: who brings so much of it crowds it
constexpr double kSafe = 0.2;       // is good enough until the next decision: MLU over bound - 1
// Relief: the destinations that pay so much of what all do are worked on, where they are at most so
// many of all; so often at most, and so often before all are looked at again.
constexpr double kMatters = 0.9, kFew = 0.25;
constexpr int kReliefs = 100, kReliefsOfTheSame = 12, kMostFruitless = 3;
constexpr int kWidened = 2;
constexpr int kWatchedEach = 4, kLeastWatched = 32, kMostWatched = 256;
constexpr float kBlunter[] = {0.5F, 0.25F, 0.1F, 0.04F};
constexpr int kMostStuck = 5;
constexpr double kLeastGain = 3e-4;
// So many partial sums of loads and bounds, whatever the number of threads.
constexpr int kParts = 16;
// Prices that are remembered for the demands to come.
constexpr size_t kProofs = 6;
// What rounding may have added to a bound: a distance is a sum of at most thousands of floats.
constexpr double kRounding = 1e-4;

// From afar: the potential tells links apart within a part of what there is to gain.
float Sharpness(const TreePlanReport& report) {
  const double gap = report.bound > 0 ? report.mlu / report.bound - 1 : 1;
  return std::clamp(static_cast<float>(kFirstSharpness * kBlunt / gap), kServingSharpness,
                    kFirstSharpness);
}

}  // namespace

TreePlanner::TreePlanner(const TreePlannerOptions& options) : options_(options) {}

void TreePlanner::SetTopology(const Topology& topology) {
  const bool same = topology_ && topology_->SameStructure(topology);
  bool states = false, capacities = !same;
  for (LinkId l = 0; same && l < topology.num_links(); ++l) {
    states = states || topology.link(l).usable() != topology_->link(l).usable();
    lost_ = lost_ || (topology_->link(l).usable() && !topology.link(l).usable());
    capacities = capacities || topology.link(l).capacity_bps != topology_->link(l).capacity_bps;
  }
  topology_ = topology;
  if (!states && !capacities) return;
  auto network = std::make_unique<TreeNetwork>(topology);
  if (capacities) {
    const int workers = options_.threads > 0
                            ? options_.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    split_ = std::make_unique<TreeSplit>(network.get(), options_.max_trees, options_.split);
    prices_ = std::make_unique<LinkPrices>(network.get());
    scratch_.assign(workers, split_->MakeScratch());
    load_.assign(topology.num_links(), 0.0F);
    sharpness_ = kFirstSharpness;
  } else {
    split_->SetNetwork(network.get());
    prices_->SetNetwork(network.get());
  }
  searches_.assign(workers(), TreeSearch(*network));
  network_ = std::move(network);
  served_ = false;
  fresh_ = fresh_ || capacities;
  if (capacities) proofs_.clear();
  for (Proof& proof : proofs_) proof.price_sum = PriceSum(proof.price);
}

void TreePlanner::PutOnLinks(const TreeDemands& demands) {
  const int nodes = network_->num_nodes(), links = network_->num_links();
  std::vector<std::vector<float>> part(kParts, std::vector<float>(links, 0.0F));
  ForEach(kParts, workers(), [&](int worker, int p) {
    for (NodeId d = p; d < nodes; d += kParts) {
      split_->AddLoads(d, demands.towards(d), absl::MakeSpan(part[p]), &scratch_[worker]);
    }
  });
  for (LinkId l = 0; l < links; ++l) {
    double sum = 0;
    for (const std::vector<float>& loads : part) sum += loads[l];
    load_[l] = static_cast<float>(sum);
  }
}

double TreePlanner::PriceSum(absl::Span<const float> price) const {
  double sum = 0;
  for (LinkId l = 0; l < network_->num_links(); ++l) {
    if (network_->usable[l] != 0) sum += static_cast<double>(price[l]) * network_->capacity[l];
  }
  return sum;  // infinite when a link has returned that had no price
}

// Whoever reaches the destination over nothing counts nowhere. Sums side by side, since one sum of
// millions waits for itself.
double TreePlanner::CostOf(NodeId destination, absl::Span<const float> distance,
                           absl::Span<const float> rates) const {
  constexpr int kLanes = 8;
  double sums[kLanes] = {};
  const absl::Span<const uint8_t> choices = split_->choices(destination);
  const int nodes = network_->num_nodes();
  const auto cost = [&](NodeId s) {
    const bool counts =
        rates[s] > 0 && distance[s] < kUnreachable && choices[s] != TreeSplit::kNoTree;
    return static_cast<double>(counts ? rates[s] : 0.0F) * (counts ? distance[s] : 0.0F);
  };
  NodeId s = 0;
  for (; s + kLanes <= nodes; s += kLanes) {
    for (int i = 0; i < kLanes; ++i) sums[i] += cost(s + i);
  }
  for (; s < nodes; ++s) sums[0] += cost(s);
  return std::accumulate(sums, sums + kLanes, 0.0);
}

void TreePlanner::Prove(const TreeDemands& demands) {
  const int nodes = network_->num_nodes();
  const size_t count = proofs_.size();
  std::vector<double> cost(nodes * count);
  ForEach(nodes, workers(), [&](int, NodeId d) {
    for (size_t i = 0; i < count; ++i) {
      cost[d * count + i] = CostOf(d, proofs_[i].towards(d, nodes), demands.towards(d));
    }
  });
  for (size_t i = 0; i < count; ++i) {
    proofs_[i].demand_cost = 0;
    for (NodeId d = 0; d < nodes; ++d) proofs_[i].demand_cost += cost[d * count + i];
  }
}

double TreePlanner::BoundOf(const Proof& proof) {
  return proof.price_sum > 0 ? proof.demand_cost / proof.price_sum * (1 - kRounding) : 0;
}

double TreePlanner::BestBound() const {
  double best = 0;
  for (const Proof& proof : proofs_) best = std::max(best, BoundOf(proof));
  return best;
}

void TreePlanner::Serve(const TreeDemands& demands) {
  const int nodes = network_->num_nodes(), links = network_->num_links();
  std::vector<uint8_t> served(nodes);
  ForEach(nodes, workers(),
          [&](int worker, NodeId d) { served[d] = split_->Release(d, &scratch_[worker]) ? 1 : 0; });
  std::vector<NodeId> waiting;
  for (NodeId d = 0; d < nodes; ++d) {
    if (served[d] == 0) waiting.push_back(d);
  }
  PutOnLinks(demands);
  const bool loaded = std::any_of(load_.begin(), load_.end(), [](float load) { return load > 0; });
  std::vector<float> empty(links, kUnreachable);  // prices where nothing is carried yet
  for (LinkId l = 0; l < links; ++l) {
    if (network_->usable[l] != 0) empty[l] = 1 / network_->capacity[l];
  }
  if (loaded) prices_->Set(load_, kServingSharpness);
  std::vector<std::vector<float>> more(kServedAtOnce, std::vector<float>(links));
  // Links fill up as demands come, so those that follow are told what the way costs by now; where
  // nothing is carried yet, nothing is to be avoided.
  for (size_t begin = 0; begin < waiting.size(); begin += kServedAtOnce) {
    const absl::Span<const NodeId> group =
        absl::MakeConstSpan(waiting).subspan(begin, kServedAtOnce);
    const absl::Span<const float> now = loaded ? prices_->price() : absl::MakeConstSpan(empty);
    const auto search = [&](int worker, NodeId d) {
      TreeSearch& way = searches_[worker];
      way.Run(now, d);
      split_->OfferTree(d, way.tree(), way.distance(), demands.towards(d), now, &scratch_[worker]);
    };
    ForEach(static_cast<int>(group.size()), workers(), [&](int worker, int i) {
      search(worker, group[i]);
      std::fill(more[i].begin(), more[i].end(), 0.0F);
      split_->TakeCheapest(group[i], demands.towards(group[i]), now, absl::MakeSpan(more[i]),
                           &scratch_[worker]);
    });
    for (LinkId l = 0; l < links; ++l) {
      float sum = 0;
      for (size_t i = 0; i < group.size(); ++i) sum += more[i][l];
      if (sum <= 0) continue;
      if (loaded) {
        prices_->Add(l, sum);
      } else {
        load_[l] += sum;
      }
    }
    if (!loaded) continue;
    const auto crowded = [&] { return prices_->Mlu() > prices_->level() * (1 + kFar); };
    if (!crowded()) continue;
    // Those that crowd a link try again; the others are where they should be.
    std::vector<NodeId> crowding;
    for (size_t i = 0; i < group.size(); ++i) {
      for (LinkId l = 0; l < links; ++l) {
        const float room = prices_->level() * network_->capacity[l];
        if (more[i][l] < kCrowding * room || prices_->load()[l] <= room * (1 + kFar)) continue;
        crowding.push_back(group[i]);
        break;
      }
    }
    for (int attempt = 0; attempt < kServingAttempts && crowded(); ++attempt) {
      ForEach(static_cast<int>(crowding.size()), workers(),
              [&](int worker, int i) { search(worker, crowding[i]); });
      for (const NodeId d : crowding) {
        split_->Improve(d, demands.towards(d), PassedOver(), prices_.get(), &scratch_[0]);
      }
    }
    if (crowded()) prices_->Set(prices_->load(), kServingSharpness);
  }
  if (loaded) load_.assign(prices_->load().begin(), prices_->load().end());
  paths_ = nullptr;
  served_ = true;
}

bool TreePlanner::AddTrees(const TreeDemands& demands, absl::Span<const float> price,
                           const Stop& stop) {
  const int nodes = network_->num_nodes();
  paths_ = nullptr;
  Proof proof;
  proof.price.assign(price.begin(), price.end());
  proof.price_sum = PriceSum(price);
  proof.distance.resize(static_cast<size_t>(nodes) * nodes);
  std::vector<double> cost(nodes, 0.0);
  std::atomic<bool> stopped{false};
  ForEach(nodes, workers(), [&](int worker, NodeId d) {
    if (stop && (stopped || stop())) {
      stopped = true;
      return;
    }
    TreeSearch& search = searches_[worker];
    search.Run(price, d);
    std::copy(search.distance().begin(), search.distance().end(),
              proof.distance.begin() + static_cast<ptrdiff_t>(d) * nodes);
    cost[d] = CostOf(d, search.distance(), demands.towards(d));
    split_->OfferTree(d, search.tree(), search.distance(), demands.towards(d), price,
                      &scratch_[worker]);
  });
  if (stopped) return false;
  for (const double one : cost) proof.demand_cost += one;
  if (proofs_.size() == kProofs) {
    proofs_.erase(
        std::min_element(proofs_.begin(), proofs_.end(),
                         [](const Proof& a, const Proof& b) { return BoundOf(a) < BoundOf(b); }));
  }
  proofs_.push_back(std::move(proof));
  return true;
}

bool TreePlanner::Precise() const {
  return network_->num_nodes() * (network_->num_nodes() - 1) <= kPrecisePairs;
}

// All that is passed over together is less than a part of what everybody pays.
double TreePlanner::PassedOver() const {
  const int nodes = network_->num_nodes();
  return Precise() ? 0 : kPassedOver * prices_->Paid() / (static_cast<double>(nodes) * nodes);
}

void TreePlanner::Widen(NodeId destination, const TreeDemands& demands) {
  const absl::Span<const float> rates = demands.towards(destination);
  const TreeSplit::OnPath dearest = split_->Dearest(destination, rates, *prices_);
  if (dearest.source < 0) return;
  std::vector<float> price(network_->num_links(), kUnreachable);
  for (LinkId l = 0; l < network_->num_links(); ++l) {
    if (network_->usable[l] != 0) price[l] = std::max(0.0F, prices_->Raise(l, dearest.rate));
  }
  searches_[0].Run(price, destination);
  std::vector<LinkId> path;
  searches_[0].Walk(dearest.source, &path);
  split_->OfferPath(dearest.source, destination, rates[dearest.source], path, prices_.get(),
                    &scratch_[0]);
}

// What a failure crowds, and a matrix that differs from the last, is mostly paid for by demands
// towards a few of all nodes. Work on these alone, without a proof, takes a hundredth of a round.
bool TreePlanner::Relieve(const TreeDemands& demands, double bound, double gap, const Stop& stop) {
  const int nodes = network_->num_nodes();
  paths_ = nullptr;
  std::vector<double> cost(nodes);
  std::vector<NodeId> order(nodes);
  std::iota(order.begin(), order.end(), 0);
  double mlu = prices_->Mlu();
  int of_the_same = kReliefsOfTheSame, count = nodes, fruitless = 0;
  for (int round = 0; round < kReliefs && mlu > bound * (1 + gap); ++round) {
    if (stop && stop()) return round > 0;
    const bool far = mlu > bound * (1 + kFar);
    prices_->Set(prices_->load(), far ? kServingSharpness : kFirstSharpness);
    const std::vector<float> price(prices_->price().begin(), prices_->price().end());
    const double passed_over = PassedOver();
    // The dearest of all, and then for a while of those.
    const bool all = of_the_same++ >= kReliefsOfTheSame;
    if (all) of_the_same = 1;
    const int watched =
        all ? nodes
            : std::min(nodes, std::clamp(kWatchedEach * count, kLeastWatched, kMostWatched));
    ForEach(watched, workers(), [&](int worker, int i) {
      const NodeId d = order[i];
      cost[d] = split_->CostOf(d, demands.towards(d), price, &scratch_[worker]);
    });
    std::stable_sort(order.begin(), order.begin() + watched,
                     [&](NodeId a, NodeId b) { return cost[a] > cost[b]; });
    double whole = 0, paid = 0;
    for (int i = 0; i < watched; ++i) whole += cost[order[i]];
    count = 0;
    while (count < watched && paid < kMatters * whole) paid += cost[order[count++]];
    if (all && count > nodes * kFew) return round > 0;
    ForEach(count, workers(), [&](int worker, int i) {
      TreeSearch& search = searches_[worker];
      search.Run(price, order[i]);
      split_->OfferTree(order[i], search.tree(), search.distance(), demands.towards(order[i]),
                        price, &scratch_[worker]);
    });
    for (int i = 0; i < count; ++i) {
      split_->Improve(order[i], demands.towards(order[i]), passed_over, prices_.get(),
                      &scratch_[0]);
    }
    for (int i = 0; i < std::min(count, kWidened); ++i) Widen(order[i], demands);
    const double before = mlu;
    mlu = prices_->Mlu();
    // The fullest link is one of several, and a demand that is larger than any link gets one path
    // more a step: what brings nothing at first may lead on.
    fruitless = mlu < before * (1 - kLeastGain) ? 0 : fruitless + 1;
    if (fruitless >= kMostFruitless && all) return true;
    if (fruitless >= kMostFruitless) of_the_same = kReliefsOfTheSame;
  }
  return true;
}

void TreePlanner::MoveDemands(const TreeDemands& demands, int sweeps, const Stop& stop) {
  paths_ = nullptr;
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    if (sweep > 0) prices_->Set(prices_->load(), sharpness_);
    const double passed_over = PassedOver();
    for (NodeId d = 0; d < network_->num_nodes(); ++d) {
      if (stop && stop()) return;
      split_->Improve(d, demands.towards(d), passed_over, prices_.get(), &scratch_[0]);
    }
  }
}

void TreePlanner::Count(TreePlanReport* report) const {
  report->split_demands = 0;
  for (NodeId d = 0; d < network_->num_nodes(); ++d) {
    for (const SplitDemand& demand : split_->split_demands(d)) {
      report->split_demands += demand.paths.size() > 1 ? 1 : 0;
    }
  }
}

TreePlanReport TreePlanner::Improve(const TreeDemands& demands, const Stop& stop,
                                    const Progress& progress) {
  TreePlanReport report;
  const bool failed = !fresh_ && lost_;
  lost_ = false;
  const bool served = served_;
  if (!served) Serve(demands);
  Prove(demands);
  const int pairs = std::max(1, network_->num_nodes() * (network_->num_nodes() - 1));
  const int rounds = fresh_ ? options_.first_rounds
                            : options_.later_rounds.value_or(
                                  std::clamp(kLaterSearches / pairs, 3, options_.first_rounds));
  const bool precise = Precise();
  const double first_gap = options_.gap.value_or(precise ? kPreciseGap : kGap);
  const double later_gap = options_.later_gap.value_or(precise ? kPreciseGap : kLaterGap);
  const double gap = fresh_ ? first_gap : std::max(first_gap, later_gap);
  const auto look = [&](bool put_on_links = true) {
    if (put_on_links) PutOnLinks(demands);
    prices_->Set(load_, sharpness_);
    report.mlu = prices_->level();
    report.bound = std::max(report.bound, BestBound());
    report.stopped = stop && stop();
    Count(&report);
  };
  const auto within = [&](double of_bound) { return report.mlu <= report.bound * (1 + of_bound); };
  look(served);
  if (within(gap)) fresh_ = false;
  if (within(gap) || report.stopped) return report;
  // After a failure what is safe goes before what is best: the next decision goes on.
  const bool hurries = failed && !precise;
  const auto good = [&] { return within(hurries ? std::max(gap, kSafe) : gap); };
  if (!fresh_ && (failed || !precise)) {
    if (Relieve(demands, report.bound, gap, stop)) {
      look();
    } else {
      prices_->Set(load_, sharpness_);
    }
    if (good() || report.stopped) return report;
  }
  // Sharp prices lead nowhere from afar.
  if (report.mlu > report.bound * (1 + kFar)) {
    sharpness_ = Sharpness(report);
    prices_->Set(load_, sharpness_);
  }
  MoveDemands(demands, hurries ? 1 : kSweeps, stop);
  look();
  // Often it is as near as it can be by now, and nobody knows.
  if (hurries && !good() && !report.stopped) {
    const std::vector<float> price(prices_->price().begin(), prices_->price().end());
    if (AddTrees(demands, price, stop)) ++report.rounds;
    report.bound = std::max(report.bound, BestBound());
    report.stopped = stop && stop();
    return report;
  }
  // Sharp prices prove nothing where links that matter together differ by a little, and a round
  // that changes nothing would only be repeated: then blunter ones are tried in turn.
  int stuck = 0;
  while (!good() && !report.stopped && report.rounds < rounds && stuck < kMostStuck) {
    const TreePlanReport before = report;
    if (stuck > 0) prices_->Set(load_, sharpness_ * kBlunter[stuck - 1]);
    const std::vector<float> price(prices_->price().begin(), prices_->price().end());
    const bool whole = AddTrees(demands, price, stop);
    report.bound = std::max(report.bound, BestBound());
    if (whole && !good()) {
      prices_->Set(load_, sharpness_);
      MoveDemands(demands, kSweeps, stop);
    }
    look();
    if (!whole) break;
    ++report.rounds;
    const bool gained = report.mlu < before.mlu * (1 - kLeastGain) ||
                        report.bound > before.bound * (1 + kLeastGain);
    if (sharpness_ == kLastSharpness) stuck = gained ? 0 : stuck + 1;
    sharpness_ = report.mlu > report.bound * (1 + kFar)
                     ? Sharpness(report)
                     : std::min(std::max(sharpness_, kFirstSharpness) * kSharper, kLastSharpness);
    if (progress) progress(report);
  }
  // Who was stopped goes on with the patience of the first plan.
  fresh_ = fresh_ && report.stopped;
  return report;
}

double TreePlanner::MluOf(const TreeDemands& demands) {
  PutOnLinks(demands);
  double mlu = 0;
  for (LinkId l = 0; l < network_->num_links(); ++l) {
    mlu = std::max<double>(mlu, load_[l] / network_->capacity[l]);
  }
  return mlu;
}

RoutingPlan TreePlanner::Plan(uint64_t topology_version) {
  if (paths_ == nullptr) {
    PlanPaths plan = PathsOf(*network_, *split_, workers());
    paths_ = std::move(plan.paths);
    ratios_ = std::move(plan.ratios);
  }
  return RoutingPlan(paths_, ratios_, topology_version);
}

}  // namespace rhumb::trees
