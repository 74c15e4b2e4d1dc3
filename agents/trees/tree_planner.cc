#include "agents/trees/tree_planner.h"

#include <algorithm>
#include <thread>

#include "agents/trees/plan_paths.h"
#include "agents/trees/relief.h"
#include "agents/trees/serve_demands.h"

namespace rhumb::trees {
namespace {

// Prices grow from kFirstSharpness on: blunt ones find the way, sharp ones prove the optimum.
constexpr float kLastSharpness = 400, kSharper = 1.6F;
// Pairs times rounds that a later plan is worth.
constexpr int kLaterSearches = 1500000;
// MLU over bound - 1: from where on prices are the blunter, the farther.
constexpr double kBlunt = 0.2;
// Near enough, where nobody says.
constexpr double kPreciseGap = 0.002, kGap = 0.01, kLaterGap = 0.02;
constexpr int kSweeps = 2;
constexpr double kSafe = 0.2;  // is good enough until the next decision
constexpr float kBlunter[] = {0.5F, 0.25F, 0.1F, 0.04F};
constexpr int kMostStuck = 5;
constexpr double kLeastGain = 3e-4;

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
  if (capacities) {
    const int workers = options_.threads > 0
                            ? options_.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    routing_ = std::make_unique<TreeRouting>(topology, options_.max_trees, options_.split, workers);
    proofs_.Clear();
    sharpness_ = kFirstSharpness;
    fresh_ = true;
  } else {
    routing_->SetNetwork(std::make_unique<TreeNetwork>(topology));
    proofs_.SetNetwork(*routing_->network);
  }
  served_ = false;
}

void TreePlanner::MoveDemands(const TreeDemands& demands, int sweeps, const Stop& stop) {
  paths_ = nullptr;
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    if (sweep > 0) routing_->prices.Set(routing_->prices.load(), sharpness_);
    const double passed_over = routing_->PassedOver();
    for (NodeId d = 0; d < routing_->network->num_nodes(); ++d) {
      if (stop && stop()) return;
      routing_->split.Improve(d, demands.towards(d), passed_over, &routing_->prices,
                              &routing_->scratch[0]);
    }
  }
}

void TreePlanner::Count(TreePlanReport* report) const {
  report->split_demands = 0;
  for (NodeId d = 0; d < routing_->network->num_nodes(); ++d) {
    for (const SplitDemand& demand : routing_->split.split_demands(d)) {
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
  if (!served) {
    ServeDemands(demands, routing_.get());
    served_ = true;
    paths_ = nullptr;
  }
  proofs_.Prove(demands, *routing_);
  const int pairs =
      std::max(1, routing_->network->num_nodes() * (routing_->network->num_nodes() - 1));
  const int rounds = fresh_ ? options_.first_rounds
                            : options_.later_rounds.value_or(
                                  std::clamp(kLaterSearches / pairs, 3, options_.first_rounds));
  const bool precise = routing_->Precise();
  const double first_gap = options_.gap.value_or(precise ? kPreciseGap : kGap);
  const double later_gap = options_.later_gap.value_or(precise ? kPreciseGap : kLaterGap);
  const double gap = fresh_ ? first_gap : std::max(first_gap, later_gap);
  const auto look = [&](bool put_on_links = true) {
    if (put_on_links) routing_->PutOnLinks(demands);
    routing_->prices.Set(routing_->load, sharpness_);
    report.mlu = routing_->prices.level();
    report.bound = std::max(report.bound, proofs_.Best());
    report.stopped = stop && stop();
    Count(&report);
  };
  const auto search = [&] {
    paths_ = nullptr;
    const std::vector<float> price(routing_->prices.price().begin(),
                                   routing_->prices.price().end());
    const bool whole = proofs_.Search(demands, price, stop, routing_.get());
    report.bound = std::max(report.bound, proofs_.Best());
    if (whole) ++report.rounds;
    return whole;
  };
  const auto within = [&](double of_bound) { return report.mlu <= report.bound * (1 + of_bound); };
  look(served);
  if (within(gap)) fresh_ = false;
  if (within(gap) || report.stopped) return report;
  // After a failure what is safe goes before what is best: the next decision goes on.
  const bool hurries = failed && !precise;
  const auto good = [&] { return within(hurries ? std::max(gap, kSafe) : gap); };
  if (!fresh_ && (failed || !precise)) {
    paths_ = nullptr;
    if (Relieve(demands, report.bound, gap, stop, routing_.get())) {
      look();
    } else {
      routing_->prices.Set(routing_->load, sharpness_);
    }
    if (good() || report.stopped) return report;
  }
  // Sharp prices lead nowhere from afar.
  if (report.mlu > report.bound * (1 + kFar)) {
    sharpness_ = Sharpness(report);
    routing_->prices.Set(routing_->load, sharpness_);
  }
  MoveDemands(demands, hurries ? 1 : kSweeps, stop);
  look();
  // Often it is as near as it can be by now, and nobody knows.
  if (hurries && !good() && !report.stopped) {
    search();
    report.stopped = stop && stop();
    return report;
  }
  // Sharp prices prove nothing where links that matter together differ by a little, and a round
  // that changes nothing would only be repeated: then blunter ones are tried in turn.
  int stuck = 0;
  while (!good() && !report.stopped && report.rounds < rounds && stuck < kMostStuck) {
    const TreePlanReport before = report;
    if (stuck > 0) routing_->prices.Set(routing_->load, sharpness_ * kBlunter[stuck - 1]);
    const bool whole = search();
    if (whole && !good()) {
      routing_->prices.Set(routing_->load, sharpness_);
      MoveDemands(demands, kSweeps, stop);
    }
    look();
    if (!whole) break;
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
  routing_->PutOnLinks(demands);
  double mlu = 0;
  for (LinkId l = 0; l < routing_->network->num_links(); ++l) {
    mlu = std::max<double>(mlu, routing_->load[l] / routing_->network->capacity[l]);
  }
  return mlu;
}

RoutingPlan TreePlanner::Plan(uint64_t topology_version) {
  if (paths_ == nullptr) {
    PlanPaths plan = PathsOf(*routing_->network, routing_->split, routing_->workers());
    paths_ = std::move(plan.paths);
    ratios_ = std::move(plan.ratios);
  }
  return RoutingPlan(paths_, ratios_, topology_version);
}

}  // namespace rhumb::trees
