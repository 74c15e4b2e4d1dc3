// How much room candidate paths leave: the optimum over them against the exact multi-commodity
// optimum, with both found by linear programs.
//
//   candidate_path_quality demands GRAPHS DEMANDS [MAX_NODES]
//     for every GRAPHS/X.graph with matrices DEMANDS/X.*.demands (Repetita's layout)
//   candidate_path_quality failures TOPOLOGY TRAFFIC
//     for TOPOLOGY with each pair of opposite links down in turn
//   candidate_path_quality generated TOPOLOGY TRAFFIC
//     for TOPOLOGY as it is
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agents/baselines/lp/min_mlu_solver.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <typename T>
T OrExit(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", std::string(value.status().message()).c_str());
  std::exit(1);
}

void PrintQuantiles(const char* what, std::vector<double> values) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  auto at = [&](double share) {
    return values[std::min(values.size() - 1, static_cast<size_t>(share * values.size()))];
  };
  std::printf("%s: %zu matrices, median %.4f, p95 %.4f, p99 %.4f, max %.4f\n", what, values.size(),
              at(0.5), at(0.95), at(0.99), values.back());
}

CandidatePathOptions OneThread() {
  CandidatePathOptions options;
  options.threads = 1;
  return options;
}

// Optimum over the candidate paths, over the exact optimum. [matrices]
std::vector<double> Ratios(const Topology& topology, std::shared_ptr<const PathSet> paths,
                           const std::vector<const TrafficMatrix*>& matrices) {
  MinMluOptions options;
  options.leave_out_unroutable = true;
  MinMluSolver exact = MinMluSolver::OverAllPaths(topology, options);
  MinMluSolver restricted = MinMluSolver::OverPaths(topology, std::move(paths), options);
  std::vector<double> ratios;
  for (const TrafficMatrix* demands : matrices) {
    const double best = OrExit(exact.SolveMlu(*demands));
    const double reached = OrExit(restricted.SolveMlu(*demands));
    if (restricted.unrouted_bps() != exact.unrouted_bps()) {
      std::fprintf(stderr, "a demand that can be routed has no candidate path\n");
      std::exit(1);
    }
    ratios.push_back(reached / best);
  }
  return ratios;
}

TrafficSeries Traffic(const std::string& name, const Topology& topology) {
  if (LooksLikeTrafficGenerator(name)) {
    return OrExit(GenerateTraffic(topology, OrExit(ParseTrafficGenerator(name))));
  }
  LoadOptions options;
  options.topology = &topology;
  return OrExit(OrExit(LoadTraffic(name, options)).value.ForTopology(topology));
}

std::vector<const TrafficMatrix*> Matrices(const TrafficSeries& series) {
  std::vector<const TrafficMatrix*> matrices;
  for (int i = 0; i < series.size(); ++i) matrices.push_back(&series.demands(i));
  return matrices;
}

void RunDemands(const std::string& graphs, const std::string& demands, int max_nodes) {
  std::map<std::string, std::vector<std::string>> files;  // by network
  for (const auto& entry : std::filesystem::directory_iterator(demands)) {
    const std::string file = entry.path().filename().string();
    files[file.substr(0, file.find('.'))].push_back(entry.path().string());
  }
  std::vector<double> all;
  double compute_s = 0;
  for (auto& [network, matrix_files] : files) {
    const std::string graph = graphs + "/" + network + ".graph";
    if (!std::filesystem::exists(graph)) continue;
    const Topology topology = OrExit(LoadTopology(graph)).value;
    if (topology.num_nodes() > max_nodes) continue;
    const double start = CpuSeconds();
    const auto paths = OrExit(CandidatePaths::Compute(topology, {}, OneThread())).paths();
    const double took_s = CpuSeconds() - start;
    compute_s += took_s;
    std::sort(matrix_files.begin(), matrix_files.end());
    std::vector<TrafficSeries> series;
    for (const std::string& file : matrix_files) series.push_back(Traffic(file, topology));
    std::vector<const TrafficMatrix*> matrices;
    for (const TrafficSeries& one : series) matrices.push_back(&one.demands(0));
    const std::vector<double> ratios = Ratios(topology, paths, matrices);
    all.insert(all.end(), ratios.begin(), ratios.end());
    std::printf("%-20s %3d nodes %3d links, %6d paths in %.3f CPU s, worst %.4f\n", network.c_str(),
                topology.num_nodes(), topology.num_links(), paths->num_paths(), took_s,
                *std::max_element(ratios.begin(), ratios.end()));
    std::fflush(stdout);
  }
  PrintQuantiles("all networks", all);
  std::printf("candidate paths of all networks: %.1f CPU s on one thread\n", compute_s);
}

void RunFailures(const std::string& name, const std::string& traffic) {
  const Topology topology = OrExit(LoadTopology(name)).value;
  const TrafficSeries series = Traffic(traffic, topology);
  CandidatePaths candidates = OrExit(CandidatePaths::Compute(topology, {}, OneThread()));
  std::vector<double> all, update_ms;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    if (topology.link(l).source > topology.link(l).destination) continue;
    TopologyDelta delta;
    LinkChange change;
    change.operational_state = OperationalState::kDown;
    change.link = l;
    delta.push_back(change);
    for (LinkId back : topology.out_links(topology.link(l).destination)) {
      if (topology.link(back).destination != topology.link(l).source) continue;
      change.link = back;
      delta.push_back(change);
      break;
    }
    const Topology failed = OrExit(topology.Apply(delta));
    const double start = CpuSeconds();
    if (!candidates.Update(failed).ok()) std::exit(1);
    update_ms.push_back(1e3 * (CpuSeconds() - start));
    const std::vector<double> ratios = Ratios(failed, candidates.paths(), Matrices(series));
    all.insert(all.end(), ratios.begin(), ratios.end());
  }
  PrintQuantiles("every single failure", all);
  std::sort(update_ms.begin(), update_ms.end());
  std::printf("update after a failure: median %.2f, worst %.2f CPU ms on one thread\n",
              update_ms[update_ms.size() / 2], update_ms.back());
}

void RunGenerated(const std::string& name, const std::string& traffic) {
  const Topology topology = OrExit(LoadTopology(name)).value;
  const auto paths = OrExit(CandidatePaths::Compute(topology, {}, OneThread())).paths();
  const TrafficSeries series = Traffic(traffic, topology);
  PrintQuantiles(name.c_str(), Ratios(topology, paths, Matrices(series)));
}

int Main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "demands" && (argc == 4 || argc == 5)) {
    RunDemands(argv[2], argv[3], argc == 5 ? std::atoi(argv[4]) : 1 << 20);
  } else if (mode == "failures" && argc == 4) {
    RunFailures(argv[2], argv[3]);
  } else if (mode == "generated" && argc == 4) {
    RunGenerated(argv[2], argv[3]);
  } else {
    std::fprintf(stderr,
                 "usage: candidate_path_quality demands GRAPHS DEMANDS [MAX_NODES]\n"
                 "       candidate_path_quality failures|generated TOPOLOGY TRAFFIC\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) { return rhumb::Main(argc, argv); }
