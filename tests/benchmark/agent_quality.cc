// How near the policies of `rhumb replay` are to the exact optimum, over whole data sets in one
// run.
//
//   agent_quality constant GRAPHS DEMANDS MAX_NODES [POLICY...]
//     every matrix DEMANDS/X.*.demands on GRAPHS/X.graph (Repetita's layout) up to MAX_NODES nodes,
//     as constant traffic: a policy has seen the matrix that counts
//   agent_quality failures TOPOLOGY TRAFFIC [POLICY...]
//     every cable of TOPOLOGY down, and every direction of one alone, for every matrix of TRAFFIC
//     as constant traffic; counts demands that are connected and left without a path
//   agent_quality pairs TOPOLOGY TRAFFIC COUNT [POLICY...]
//     the same of COUNT random pairs of cables that are down together
//   agent_quality series TOPOLOGY TRAFFIC EVERY HISTORY [POLICY...]
//     every EVERY-th matrix of TRAFFIC, decided from the HISTORY matrices before it
//
// TOPOLOGY and TRAFFIC as on the command line of rhumb; matrices of a recording that look corrupt
// are dropped. POLICY as in rhumb replay --policies, by default neural. --cases before all else
// prints every case, --in-force there has every plan in force when the next is decided, as in
// operation, and says how much traffic every decision moves; without it, each is decided as after a
// start. "fell back" counts decisions that took another policy's plan whole, "partly" those that
// took it for some demands, and of how many on average. Where decisions say within how much of
// the best possible they are, "false bound" counts those under constant traffic that are farther
// from the exact optimum. Exits with 1 when a connected demand was left without a path, or a bound
// was false.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/registry/policy_registry.h"
#include "tests/benchmark/measuring.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

using Matrices = std::vector<std::shared_ptr<const TrafficMatrix>>;

CandidatePathOptions OneThread() {
  CandidatePathOptions options;
  options.threads = 1;
  return options;
}

TrafficSeries Traffic(const std::string& name, const Topology& topology) {
  if (LooksLikeTrafficGenerator(name)) {
    return OrExit(GenerateTraffic(topology, OrExit(ParseTrafficGenerator(name))));
  }
  LoadOptions options;
  options.topology = &topology;
  options.drop_suspect = true;
  return OrExit(OrExit(LoadTraffic(name, options)).value.ForTopology(topology));
}

Matrices MatricesOf(const TrafficSeries& series) {
  Matrices matrices;
  for (int i = 0; i < series.size(); ++i) {
    matrices.push_back(std::make_shared<const TrafficMatrix>(series.demands(i)));
  }
  return matrices;
}

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

// Mean propagation delay of the routed traffic.
double DelayMs(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  const LinkLoads loads = ComputeLinkLoads(topology, plan, demands);
  double sum = 0, total = -loads.unrouted_bps;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    sum += loads.load_bps[l] * absl::ToDoubleMilliseconds(topology.link(l).propagation_delay);
  }
  for (NodePair pair : plan.paths().pairs())
    total += demands.rate_bps(pair.source, pair.destination);
  return total > 0 ? sum / total : 0.0;
}

// What one policy reached over many matrices.
struct Results {
  std::vector<double> norm_mlu, delay_ms;
  std::vector<double> moved;              // shares of the traffic, where a plan was in force
  std::vector<double> demands_fell_back;  // of decisions for which some did and others did not
  int worse_than_ecmp = 0;
  int stranded = 0;  // demands that are connected and have no path
  int fell_back = 0;
  int false_bounds = 0;
  std::string worst_case;

  void Add(double norm, const std::string& name) {
    if (norm_mlu.empty() || norm > *std::max_element(norm_mlu.begin(), norm_mlu.end())) {
      worst_case = name;
    }
    norm_mlu.push_back(norm);
  }
};

class Comparison {
 public:
  Comparison(std::vector<std::string> policies, bool every_case, bool installs)
      : names_(std::move(policies)), every_case_(every_case), installs_(installs) {
    if (names_.empty()) names_ = {"neural"};
    results_.resize(names_.size());
  }

  // Fresh policies, as after a start.
  void Restart() {
    policies_.clear();
    for (const std::string& name : names_) policies_.push_back(OrExit(MakePolicy(name)));
    in_force_.assign(names_.size(), std::nullopt);
  }

  // Every policy decides from `past` and is scored on `next`.
  void Play(const Topology& topology, const std::shared_ptr<const PathSet>& paths,
            const Matrices& past, const TrafficMatrix& next, double optimum,
            const std::string& name) {
    Observation observation{topology, past, {}, paths, std::nullopt};
    const double ecmp = MluOf(topology, EcmpPlan(topology, LinkMetric::kInverseCapacity), next);
    for (size_t i = 0; i < policies_.size(); ++i) {
      observation.plan_in_force = in_force_[i];
      const Decision decision = OrExit(policies_[i]->Decide(observation));
      const double mlu = MluOf(topology, decision.plan, next);
      Results& results = results_[i];
      if (in_force_[i]) results.moved.push_back(MovedShare(*in_force_[i], decision.plan, next));
      if (installs_) in_force_[i] = decision.plan;
      results.Add(mlu / optimum, name);
      results.delay_ms.push_back(DelayMs(topology, decision.plan, next));
      results.worse_than_ecmp += mlu > ecmp * (1 + 1e-4) ? 1 : 0;
      results.fell_back += decision.fell_back ? 1 : 0;
      if (decision.demands_fell_back > 0) {
        results.demands_fell_back.push_back(decision.demands_fell_back);
      }
      results.stranded += CountStranded(topology, decision.plan, next);
      // Bounds are of the demands that a decision expects: for constant traffic those that count.
      if (const std::optional<double> within = SaysWithin(decision.note);
          within && past.size() == 1 && past[0].get() == &next) {
        results.false_bounds += mlu > optimum * (1 + *within) * (1 + 1e-4) ? 1 : 0;
      }
      if (every_case_) {
        std::printf("case %s %s %.5f %s\n", name.c_str(), names_[i].c_str(), mlu / optimum,
                    decision.note.c_str());
      }
    }
  }

  // Prints a line a policy; false when a demand was stranded.
  bool Print() const {
    bool good = true;
    std::printf("%-44s %6s %7s %7s %7s %7s %7s %9s %7s %10s %9s %9s %13s %12s\n", "policy", "cases",
                "mean", "p50", "p95", "p99", "worst", "delay ms", "moved", "over ECMP", "stranded",
                "fell back", "partly", "false bound");
    for (size_t i = 0; i < names_.size(); ++i) {
      const Results& r = results_[i];
      const std::string partly = r.demands_fell_back.empty()
                                     ? "0"
                                     : absl::StrFormat("%zu of %.1f", r.demands_fell_back.size(),
                                                       Mean(r.demands_fell_back));
      const std::string moved =
          r.moved.empty() ? "-" : absl::StrFormat("%.2f %%", 100 * Mean(r.moved));
      std::printf(
          "%-44s %6zu %7.4f %7.4f %7.4f %7.4f %7.4f %9.3f %7s %10d %9d %9d %13s %12d  worst: "
          "%s\n",
          names_[i].c_str(), r.norm_mlu.size(), Mean(r.norm_mlu), Quantile(r.norm_mlu, 0.5),
          Quantile(r.norm_mlu, 0.95), Quantile(r.norm_mlu, 0.99), Quantile(r.norm_mlu, 1),
          Mean(r.delay_ms), moved.c_str(), r.worse_than_ecmp, r.stranded, r.fell_back,
          partly.c_str(), r.false_bounds, r.worst_case.c_str());
      good = good && r.stranded == 0 && r.false_bounds == 0;
    }
    return good;
  }

 private:
  // The x of "within x %", as a fraction.
  static std::optional<double> SaysWithin(const std::string& note) {
    constexpr char kWithin[] = "within ";
    const size_t at = note.find(kWithin);
    if (at == std::string::npos) return std::nullopt;
    return std::atof(note.c_str() + at + sizeof(kWithin) - 1) / 100;
  }

  // Demands that a path of usable links connects, and that the plan does not carry whole.
  static int CountStranded(const Topology& topology, const RoutingPlan& plan,
                           const TrafficMatrix& demands) {
    const std::vector<double> weights = LinkWeights(topology, LinkMetric::kHops);
    int stranded = 0;
    for (NodeId s = 0; s < topology.num_nodes(); ++s) {
      const ShortestPathTree tree(topology, weights, s);
      for (NodeId d = 0; d < topology.num_nodes(); ++d) {
        if (s == d || demands.rate_bps(s, d) <= 0 || !tree.reaches(d)) continue;
        double carried = 0;
        if (const std::optional<int> pair = plan.paths().Find(s, d)) {
          for (int p = plan.paths().paths_of(*pair).begin; p < plan.paths().paths_of(*pair).end;
               ++p) {
            if (IsUsable(topology, plan.paths().links(p))) carried += plan.ratios()[p];
          }
        }
        stranded += carried < 1 - 1e-6 ? 1 : 0;
      }
    }
    return stranded;
  }

  std::vector<std::string> names_;
  bool every_case_, installs_;
  std::vector<std::unique_ptr<RoutingPolicy>> policies_;
  std::vector<std::optional<RoutingPlan>> in_force_;
  std::vector<Results> results_;
};

void RunConstant(const std::string& graphs, const std::string& demands, int max_nodes,
                 Comparison* comparison) {
  std::map<std::string, std::vector<std::string>> files;  // by network
  for (const auto& entry : std::filesystem::directory_iterator(demands)) {
    const std::string file = entry.path().filename().string();
    files[file.substr(0, file.find('.'))].push_back(entry.path().string());
  }
  int networks = 0;
  for (auto& [network, matrix_files] : files) {
    const std::string graph = graphs + "/" + network + ".graph";
    if (!std::filesystem::exists(graph)) continue;
    const Topology topology = OrExit(LoadTopology(graph)).value;
    if (topology.num_nodes() > max_nodes) continue;
    ++networks;
    const auto paths = OrExit(CandidatePaths::Compute(topology, {}, OneThread())).paths();
    MinMluSolver optimum = MinMluSolver::OverAllPaths(topology);
    comparison->Restart();
    std::sort(matrix_files.begin(), matrix_files.end());
    for (const std::string& file : matrix_files) {
      const auto matrix = MatricesOf(Traffic(file, topology)).front();
      comparison->Play(topology, paths, {matrix}, *matrix, OrExit(optimum.SolveMlu(*matrix)),
                       network);
    }
  }
  std::printf("%d networks of up to %d nodes, constant traffic\n", networks, max_nodes);
}

// The link, and with `both` the one that leads back.
TopologyDelta Down(const Topology& topology, LinkId link, bool both) {
  TopologyDelta delta(1);
  delta[0].link = link;
  delta[0].operational_state = OperationalState::kDown;
  if (!both) return delta;
  for (LinkId back : topology.out_links(topology.link(link).destination)) {
    if (topology.link(back).destination != topology.link(link).source) continue;
    LinkChange change = delta[0];
    change.link = back;
    delta.push_back(change);
    break;
  }
  return delta;
}

void RunFailures(const std::string& name, const std::string& traffic, Comparison* comparison) {
  const Topology topology = OrExit(LoadTopology(name)).value;
  const Matrices matrices = MatricesOf(Traffic(traffic, topology));
  CandidatePaths candidates = OrExit(CandidatePaths::Compute(topology, {}, OneThread()));
  MinMluOptions options;
  options.leave_out_unroutable = true;
  comparison->Restart();
  int cables = 0;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    const bool first_of_cable = topology.link(l).source < topology.link(l).destination;
    for (bool both : {false, true}) {
      if (both && !first_of_cable) continue;
      cables += both ? 1 : 0;
      const Topology failed = OrExit(topology.Apply(Down(topology, l, both)));
      if (!candidates.Update(failed).ok()) std::exit(1);
      MinMluSolver optimum = MinMluSolver::OverAllPaths(failed, options);
      for (const auto& matrix : matrices) {
        comparison->Play(failed, candidates.paths(), {matrix}, *matrix,
                         OrExit(optimum.SolveMlu(*matrix)),
                         topology.node(topology.link(l).source).name + "-" +
                             topology.node(topology.link(l).destination).name);
      }
    }
  }
  std::printf("%s: %d cables and %d single directions down, one at a time, %zu matrices each\n",
              name.c_str(), cables, topology.num_links(), matrices.size());
}

void RunPairs(const std::string& name, const std::string& traffic, int count,
              Comparison* comparison) {
  const Topology topology = OrExit(LoadTopology(name)).value;
  const Matrices matrices = MatricesOf(Traffic(traffic, topology));
  CandidatePaths candidates = OrExit(CandidatePaths::Compute(topology, {}, OneThread()));
  std::vector<LinkId> cables;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    if (topology.link(l).source < topology.link(l).destination) cables.push_back(l);
  }
  if (cables.size() < 2) return;
  MinMluOptions options;
  options.leave_out_unroutable = true;
  comparison->Restart();
  std::mt19937 random(1);
  for (int i = 0; i < count; ++i) {
    std::shuffle(cables.begin(), cables.end(), random);
    TopologyDelta down = Down(topology, cables[0], true);
    for (const LinkChange& change : Down(topology, cables[1], true)) {
      const auto same = [&](const LinkChange& other) { return other.link == change.link; };
      if (std::none_of(down.begin(), down.end(), same)) down.push_back(change);
    }
    const Topology failed = OrExit(topology.Apply(down));
    if (!candidates.Update(failed).ok()) std::exit(1);
    MinMluSolver optimum = MinMluSolver::OverAllPaths(failed, options);
    for (const auto& matrix : matrices) {
      comparison->Play(
          failed, candidates.paths(), {matrix}, *matrix, OrExit(optimum.SolveMlu(*matrix)),
          absl::StrCat(topology.link(cables[0]).name, "+", topology.link(cables[1]).name));
    }
  }
  std::printf("%s: %d random pairs of cables down, %zu matrices each\n", name.c_str(), count,
              matrices.size());
}

void RunSeries(const std::string& name, const std::string& traffic, int every, int history,
               Comparison* comparison) {
  const Topology topology = OrExit(LoadTopology(name)).value;
  const Matrices matrices = MatricesOf(Traffic(traffic, topology));
  const auto paths = OrExit(CandidatePaths::Compute(topology, {}, OneThread())).paths();
  MinMluSolver optimum = MinMluSolver::OverAllPaths(topology);
  comparison->Restart();
  for (int t = every; t < static_cast<int>(matrices.size()); t += every) {
    const Matrices past(matrices.begin() + std::max(0, t - history), matrices.begin() + t);
    comparison->Play(topology, paths, past, *matrices[t], OrExit(optimum.SolveMlu(*matrices[t])),
                     std::to_string(t));
  }
  std::printf("%s: every %d of %zu matrices, decided from %d before it\n", name.c_str(), every,
              matrices.size(), history);
}

int Main(int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  const auto takes = [&args](const char* flag) {
    const bool given = !args.empty() && args[0] == flag;
    if (given) args.erase(args.begin());
    return given;
  };
  const bool every_case = takes("--cases"), installs = takes("--in-force");
  const auto policies = [&](size_t from) {
    return std::vector<std::string>(args.begin() + static_cast<long>(from), args.end());
  };
  const std::string mode = args.empty() ? "" : args[0];
  if (mode == "constant" && args.size() >= 4) {
    Comparison comparison(policies(4), every_case, installs);
    RunConstant(args[1], args[2], std::atoi(args[3].c_str()), &comparison);
    return comparison.Print() ? 0 : 1;
  }
  if (mode == "failures" && args.size() >= 3) {
    Comparison comparison(policies(3), every_case, installs);
    RunFailures(args[1], args[2], &comparison);
    return comparison.Print() ? 0 : 1;
  }
  if (mode == "pairs" && args.size() >= 4) {
    Comparison comparison(policies(4), every_case, installs);
    RunPairs(args[1], args[2], std::max(1, std::atoi(args[3].c_str())), &comparison);
    return comparison.Print() ? 0 : 1;
  }
  if (mode == "series" && args.size() >= 5) {
    Comparison comparison(policies(5), every_case, installs);
    RunSeries(args[1], args[2], std::max(1, std::atoi(args[3].c_str())),
              std::max(1, std::atoi(args[4].c_str())), &comparison);
    return comparison.Print() ? 0 : 1;
  }
  std::fprintf(
      stderr,
      "usage: agent_quality [--cases] [--in-force] constant GRAPHS DEMANDS MAX_NODES [POLICY...]\n"
      "       agent_quality [--cases] [--in-force] failures TOPOLOGY TRAFFIC [POLICY...]\n"
      "       agent_quality [--cases] [--in-force] pairs TOPOLOGY TRAFFIC COUNT [POLICY...]\n"
      "       agent_quality [--cases] [--in-force] series TOPOLOGY TRAFFIC EVERY HISTORY "
      "[POLICY...]\n");
  return 2;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) { return rhumb::Main(argc, argv); }
