// Whole networks with all demands: from files to the first plan, later plans, the plan after a
// failed cable, memory, and how near every plan is to a proven lower bound of the MLU.
//
//   large_network_benchmark [--policy SPEC] [--traffic MODEL] [--later N] [--failures N]
//                           [--csv FILE] [--exact] TOPOLOGY...
//
// TOPOLOGY is a shipped name, a file, random:NODES[:SEED], or FAMILY:NODES[:SEED] with a family of
// networks to train on, such as waxman. MODEL ("gravity") is a traffic generator;
// matrices differ by 20 % noise unless it says otherwise. SPEC is "trees"; with "neural" networks
// of up to as many pairs as the policy says get candidate paths, whose time counts into the first
// plan. Every network is measured in a process of its own.
//
// "CPU" is of all threads together, what a machine that others share lets one compare; "s" is wall
// time. Decisions see the matrix that they are scored on. The bound is that of
// the planner of `trees` with a gap of 0.5 % and up to 15 rounds a matrix, the same for all; with
// --exact it is the optimum itself, which takes minutes above 200 nodes.
// Path-hops are the links of all paths of a plan: what it takes to write the plan down.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/registry/policy_registry.h"
#include "agents/training/network_families.h"
#include "agents/trees/whole_network.h"
#include "tests/benchmark/measuring.h"
#include "tests/networks.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"
#include "topologies/paths/shortest_paths.h"
#include "topologies/plan_size.h"

namespace rhumb {
namespace {

struct Settings {
  std::string policy = "trees", traffic = "gravity", csv;
  int later = 5, failures = 3;
  bool exact = false;
};

struct Spent {
  double wall_s = 0, cpu_s = 0;
};

class Stopwatch {
 public:
  Spent Read() const { return {Seconds() - wall_, Cpu() - cpu_}; }

 private:
  static double Seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  static double Cpu() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }
  double wall_ = Seconds(), cpu_ = Cpu();
};

Topology Load(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  if (parts.size() == 2 || parts.size() == 3) {
    const int nodes = std::atoi(parts[1].c_str());
    const int seed = parts.size() == 3 ? std::atoi(parts[2].c_str()) : 1;
    if (parts[0] == "random") return testing::RandomConnected(seed, nodes);
    training::Random random(seed);
    return training::DrawNetwork({{OrExit(training::ParseNetworkFamily(parts[0]))}, nodes, nodes},
                                 random);
  }
  LoadOptions options;
  options.default_capacity_bps = 10e9;
  return OrExit(LoadTopology(text, options)).value;
}

// Goes on from matrix to matrix with the patience that a decision has not.
class Yardstick {
 public:
  explicit Yardstick(bool exact) : exact_(exact) {}

  double Bound(const Topology& topology, const TrafficMatrix& demands) {
    if (exact_) return OrExit(MinMluSolver::OverAllPaths(topology).SolveMlu(demands));
    planner_.SetTopology(topology);
    trees::TreeDemands converted(topology.num_nodes());
    trees::FillDemands(demands, planner_.unit_per_bps(), &converted);
    // The first decision after a lost link ends where a plan is safe.
    const double bound = planner_.Improve(converted).bound;
    return std::max(bound, planner_.Improve(converted).bound);
  }

 private:
  static trees::TreePlannerOptions Options() {
    trees::TreePlannerOptions options;
    options.gap = options.later_gap = 0.005;
    options.later_rounds = 15;
    return options;
  }
  bool exact_;
  trees::TreePlanner planner_{Options()};
};

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// The cable that the plan loads most of those whose loss disconnects nobody, the next, ...
std::vector<TopologyDelta> Cables(const Topology& topology, const RoutingPlan& plan,
                                  const TrafficMatrix& demands, int count) {
  const std::vector<double> load = ComputeLinkLoads(topology, plan, demands).load_bps;
  std::vector<LinkId> links(topology.num_links());
  for (LinkId l = 0; l < topology.num_links(); ++l) links[l] = l;
  std::stable_sort(links.begin(), links.end(),
                   [&](LinkId a, LinkId b) { return load[a] > load[b]; });
  std::vector<TopologyDelta> cables;
  for (const LinkId l : links) {
    if (static_cast<int>(cables.size()) == count) break;
    TopologyDelta delta;
    for (LinkId other = 0; other < topology.num_links(); ++other) {
      const Link &a = topology.link(l), &b = topology.link(other);
      if (other != l && !(a.source == b.destination && a.destination == b.source)) continue;
      LinkChange change;
      change.link = other;
      change.operational_state = OperationalState::kDown;
      delta.push_back(change);
    }
    const Topology failed = OrExit(topology.Apply(delta));
    const std::vector<double> weights = LinkWeights(failed, LinkMetric::kHops);
    if (static_cast<int>(ShortestPathTree(failed, weights, 0).order().size()) ==
        topology.num_nodes()) {
      cables.push_back(delta);
    }
  }
  return cables;
}

void Measure(const std::string& name, const Settings& settings) {
  const Stopwatch from_files;
  const Topology topology = Load(name);
  TrafficGeneratorSpec spec = OrExit(ParseTrafficGenerator(settings.traffic));
  spec.count = 1 + settings.later;
  if (spec.noise == 0) spec.noise = 0.2;
  const TrafficSeries series = OrExit(GenerateTraffic(topology, spec));
  const auto policy = OrExit(MakePolicy(settings.policy));
  Observation observation{topology, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
  const int pairs = topology.num_nodes() * (topology.num_nodes() - 1);
  if (policy->uses_candidate_paths() && pairs <= policy->most_candidate_pairs()) {
    observation.candidate_paths = OrExit(CandidatePaths::Compute(topology, {}, {})).paths();
  }
  Yardstick yardstick(settings.exact);
  double worst_gap = 0, worst_failed_gap = 0;
  const auto decide = [&](const Topology& now, int matrix, double* worst) {
    observation.topology = now;
    observation.past_demands = {std::make_shared<const TrafficMatrix>(series.demands(matrix))};
    const Stopwatch watch;
    Decision decision = OrExit(policy->Decide(observation));
    const Spent spent = watch.Read();
    if (!decision.plan.Validate(now).ok()) std::exit(1);
    const double mlu = MaxLinkUtilization(
        now, ComputeLinkLoads(now, decision.plan, series.demands(matrix)).load_bps);
    *worst = std::max(*worst, mlu / yardstick.Bound(now, series.demands(matrix)) - 1);
    observation.plan_in_force = std::move(decision.plan);
    return spent;
  };
  const Spent before = from_files.Read();
  const Spent first_decision = decide(topology, 0, &worst_gap);
  const Spent first{before.wall_s + first_decision.wall_s, before.cpu_s + first_decision.cpu_s};
  std::vector<double> later_s, later_cpu;
  for (int i = 1; i <= settings.later; ++i) {
    const Spent spent = decide(topology, i, &worst_gap);
    later_s.push_back(spent.wall_s);
    later_cpu.push_back(spent.cpu_s);
  }
  const RoutingPlan plan = *observation.plan_in_force;
  double failed_s = 0, failed_cpu = 0;
  // Candidate paths would have to follow: that is not what is measured here.
  if (observation.candidate_paths->num_pairs() == 0) {
    for (const TopologyDelta& cable :
         Cables(topology, plan, series.demands(settings.later), settings.failures)) {
      const Spent spent = decide(OrExit(topology.Apply(cable)), settings.later, &worst_failed_gap);
      failed_s = std::max(failed_s, spent.wall_s);
      failed_cpu = std::max(failed_cpu, spent.cpu_s);
      decide(topology, settings.later, &worst_gap);
    }
  }
  const PlanSize size = SizeOfPlan(topology, plan, series.demands(settings.later));
  std::printf(
      "%-18s %5d %8d %9d | %7.2f %7.2f | %7.3f %7.3f %7.3f | %7.3f %7.3f | %5.2f %5.2f | "
      "%5.3f %6.0f\n",
      name.substr(name.rfind('/') + 1).c_str(), topology.num_nodes(),
      series.demands(0).num_demands(), plan.paths().num_path_links(), first.wall_s, first.cpu_s,
      Quantile(later_s, 0.5), Quantile(later_s, 0.99), Quantile(later_cpu, 0.5), failed_s,
      failed_cpu, 100 * worst_gap, 100 * worst_failed_gap, size.paths_per_demand, PeakMegabytes());
  std::fflush(stdout);
  if (settings.csv.empty()) return;
  std::FILE* csv = std::fopen(settings.csv.c_str(), "a");
  if (csv == nullptr) return;
  std::fprintf(csv, "%s,%d,%d,%.4f,%.6f\n", topology.name().c_str(), topology.num_nodes(),
               plan.paths().num_path_links(), first_decision.cpu_s, Quantile(later_cpu, 0.5));
  std::fclose(csv);
}

int Main(int argc, char** argv) {
  Settings settings;
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    const bool has_value = i + 1 < argc;
    if (flag == "--policy" && has_value) {
      settings.policy = argv[++i];
    } else if (flag == "--traffic" && has_value) {
      settings.traffic = argv[++i];
    } else if (flag == "--later" && has_value) {
      settings.later = std::atoi(argv[++i]);
    } else if (flag == "--failures" && has_value) {
      settings.failures = std::atoi(argv[++i]);
    } else if (flag == "--csv" && has_value) {
      settings.csv = argv[++i];
    } else if (flag == "--exact") {
      settings.exact = true;
    } else {
      names.push_back(flag);
    }
  }
  if (!settings.csv.empty()) {
    std::FILE* csv = std::fopen(settings.csv.c_str(), "w");
    if (csv == nullptr) return 1;
    std::fprintf(csv, "network,nodes,path_hops,first_cpu_s,later_cpu_s\n");
    std::fclose(csv);
  }
  std::printf("%s, %s\n%-18s %5s %8s %9s | %7s %7s | %7s %7s %7s | %7s %7s | %5s %5s | %5s %6s\n",
              settings.policy.c_str(), settings.traffic.c_str(), "network", "nodes", "demands",
              "path-hops", "first s", "CPU", "p50 s", "p99 s", "CPU", "cable s", "CPU", "gap %",
              "cable", "paths", "MB");
  std::fflush(stdout);
  for (const std::string& name : names) {
    const pid_t child = fork();
    if (child == 0) {
      Measure(name, settings);
      std::exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) { return rhumb::Main(argc, argv); }
