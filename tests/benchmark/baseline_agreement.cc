// Holds the baselines against published and independently computed results:
//
//   baseline_agreement repetita GRAPHS DEMANDS ECMP_CSV   Repetita's matrices, whose optimum is an
//   MLU of 0.9 by design baseline_agreement series TOPOLOGY TRAFFIC MLU_CSV    optimum and ECMP of
//   every matrix of a series
//
// GRAPHS and DEMANDS are directories of NAME.graph and NAME.NNNN.demands. ECMP_CSV has the columns
// net, demand and ecmp_mlu_invcap; MLU_CSV has time, optimal_mcf and ecmp_invcap. Prints one CSV
// row a network (or the worst matrices), then the summary.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/registry/policy_registry.h"
#include "topologies/formats/file_io.h"
#include "topologies/formats/loader.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

constexpr int kMostNodes = 110;  // of Repetita's networks; the bar of their optimum ends here

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Rows of a CSV file as maps from column name to text.
absl::StatusOr<std::vector<std::map<std::string, std::string>>> ReadCsv(const std::string& path) {
  const int64_t most = LoadOptions().max_file_bytes;
  absl::StatusOr<std::string> text = ReadWholeFile(path, most);
  if (text.ok() && IsGzip(*text)) text = Gunzip(*text, most);
  if (!text.ok()) return text.status();
  std::vector<std::map<std::string, std::string>> rows;
  std::vector<std::string> header;
  for (absl::string_view line : absl::StrSplit(*text, '\n', absl::SkipWhitespace())) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    if (header.empty()) {
      header = cells;
      continue;
    }
    rows.emplace_back();
    for (size_t i = 0; i < std::min(header.size(), cells.size()); ++i) {
      rows.back()[header[i]] = cells[i];
    }
  }
  return rows;
}

double Number(const std::map<std::string, std::string>& row, const std::string& column) {
  double value = std::nan("");
  const auto cell = row.find(column);
  if (cell != row.end() && !absl::SimpleAtod(cell->second, &value)) value = std::nan("");
  return value;
}

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

// What is seen of one quantity over many matrices.
struct Deviation {
  int count = 0;
  double worst = 0;
  std::string where;

  void Add(double value, const std::string& at) {
    ++count;
    if (value <= worst && count > 1) return;
    worst = value;
    where = at;
  }
};

// Repetita's demand files hold whole kbit/s, cut off: the matrix that the file was made of lies
// between what it says and this.
TrafficMatrix OneKilobitMore(const TrafficMatrix& demands) {
  TrafficMatrix more = demands;
  for (NodeId s = 0; s < demands.num_nodes(); ++s) {
    for (NodeId d = 0; d < demands.num_nodes(); ++d) {
      const double rate = demands.rate_bps(s, d);
      if (rate > 0) more.set_rate_bps(s, d, rate + 1000);
    }
  }
  return more;
}

absl::Status AgreeOnRepetita(const std::string& graphs, const std::string& demands_directory,
                             const std::string& ecmp_csv) {
  const auto reference = ReadCsv(ecmp_csv);
  if (!reference.ok()) return reference.status();
  std::map<std::string, double> expected_ecmp;
  for (const auto& row : *reference) {
    if (row.at("set").find("inverseCapacity") == std::string::npos) continue;
    expected_ecmp[absl::StrCat(row.at("net"), ".", row.at("demand"))] =
        Number(row, "ecmp_mlu_invcap");
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(graphs)) {
    if (entry.path().extension() == ".graph") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());

  Deviation optimum, ecmp, candidates;
  std::vector<double> candidate_ratio;
  double slowest_s = 0;
  int networks = 0, within_rounding = 0;
  std::printf(
      "network,nodes,links,optimum_min,optimum_max,optimum_min_with_1_kbit_more,ecmp_deviation,"
      "candidates_over_optimum,"
      "solve_ms\n");
  for (const std::filesystem::path& file : files) {
    absl::StatusOr<Loaded<Topology>> loaded = LoadTopology(file.string());
    if (!loaded.ok()) return loaded.status();
    const Topology& topology = loaded->value;
    if (topology.num_nodes() > kMostNodes) continue;
    ++networks;
    const auto candidate_paths = CandidatePaths::Compute(topology, {}, {});
    if (!candidate_paths.ok()) return candidate_paths.status();
    const RoutingPlan ecmp_plan = EcmpPlan(topology, LinkMetric::kInverseCapacity);
    MinMluSolver solver = MinMluSolver::OverAllPaths(topology);
    double least = 10, most = 0, least_more = 10, worst_ecmp = 0, worst_ratio = 0, solve_s = 0;
    for (int i = 0; i < 5; ++i) {
      const std::string instance = absl::StrFormat("%s.%04d", file.stem().string(), i);
      LoadOptions options;
      options.topology = &topology;
      auto traffic =
          LoadTraffic(absl::StrCat(demands_directory, "/", instance, ".demands"), options);
      if (!traffic.ok()) return traffic.status();
      const auto series = traffic->value.ForTopology(topology);
      if (!series.ok()) return series.status();
      const auto demands = std::make_shared<const TrafficMatrix>(series->demands(0));
      Observation observation{topology, {demands}, {}, candidate_paths->paths(), std::nullopt};
      auto mlu_of = [&](absl::string_view spec) {
        const double start_s = CpuSeconds();
        const auto decision = MakePolicy(spec).value()->Decide(observation);
        if (spec == "lp-omniscient") solve_s = std::max(solve_s, CpuSeconds() - start_s);
        if (!decision.ok() || !decision->plan.Validate(topology).ok()) return std::nan("");
        return MluOf(topology, decision->plan, *demands);
      };
      const double mlu = mlu_of("lp-omniscient");
      const double ratio = mlu_of("lp-omniscient:paths") / mlu;
      const double mlu_more = solver.SolveMlu(OneKilobitMore(*demands)).value_or(std::nan(""));
      least_more = std::min(least_more, mlu_more);
      within_rounding +=
          mlu * (1 - 2 * kMluGap) <= 0.9 && 0.9 <= mlu_more * (1 + 2 * kMluGap) ? 1 : 0;
      optimum.Add(std::isnan(mlu) ? 1 : std::abs(mlu - 0.9), instance);
      candidates.Add(std::isnan(ratio) ? 9 : ratio, instance);
      candidate_ratio.push_back(ratio);
      least = std::min(least, mlu);
      most = std::max(most, mlu);
      worst_ratio = std::max(worst_ratio, ratio);
      if (const auto known = expected_ecmp.find(instance); known != expected_ecmp.end()) {
        const double deviation = std::abs(MluOf(topology, ecmp_plan, *demands) / known->second - 1);
        ecmp.Add(deviation, instance);
        worst_ecmp = std::max(worst_ecmp, deviation);
      }
    }
    slowest_s = std::max(slowest_s, solve_s);
    std::printf("%s,%d,%d,%.6f,%.6f,%.6f,%.2e,%.5f,%.2f\n", file.stem().c_str(),
                topology.num_nodes(), topology.num_links(), least, most, least_more, worst_ecmp,
                worst_ratio, 1e3 * solve_s);
    std::fflush(stdout);
  }
  std::sort(candidate_ratio.begin(), candidate_ratio.end());
  std::printf("\n%d networks up to %d nodes\n", networks, kMostNodes);
  std::printf(
      "lp-omniscient: %d matrices, |MLU - 0.9| at most %.6f (%s), slowest plan %.0f ms CPU\n",
      optimum.count, optimum.worst, optimum.where.c_str(), 1e3 * slowest_s);
  std::printf(
      "0.9 lies between the optimum as given and that with 1 kbit/s more a demand on %d of them\n",
      within_rounding);
  std::printf("ecmp:inverse-capacity: %d matrices, deviation at most %.2e (%s)\n", ecmp.count,
              ecmp.worst, ecmp.where.c_str());
  if (!candidate_ratio.empty()) {
    std::printf("lp-omniscient:paths over the optimum: p95 %.5f, at most %.5f (%s)\n",
                candidate_ratio[candidate_ratio.size() * 95 / 100], candidates.worst,
                candidates.where.c_str());
  }
  return absl::OkStatus();
}

absl::Status AgreeOnSeries(const std::string& topology_name, const std::string& traffic_name,
                           const std::string& mlu_csv) {
  const auto reference = ReadCsv(mlu_csv);
  if (!reference.ok()) return reference.status();
  std::map<absl::Time, std::pair<double, double>> expected;
  for (const auto& row : *reference) {
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, row.at("time"), &time, &error)) continue;
    expected[time] = {Number(row, "optimal_mcf"), Number(row, "ecmp_invcap")};
  }
  auto topology = LoadTopology(topology_name);
  if (!topology.ok()) return topology.status();
  auto traffic = LoadTraffic(traffic_name);
  if (!traffic.ok()) return traffic.status();
  const auto series = traffic->value.ForTopology(topology->value);
  if (!series.ok()) return series.status();

  const RoutingPlan ecmp_plan = EcmpPlan(topology->value, LinkMetric::kInverseCapacity);
  MinMluSolver solver = MinMluSolver::OverAllPaths(topology->value);
  MinMluSolver planner = MinMluSolver::OverAllPaths(topology->value);
  Deviation optimum, ecmp, plan;
  double mlu_s = 0, plan_s = 0;
  for (const TimedMatrix& matrix : series->matrices()) {
    const double start_s = CpuSeconds();
    const auto mlu = solver.SolveMlu(matrix.demands);
    const double middle_s = CpuSeconds();
    const auto solution = planner.SolvePlan(matrix.demands);
    plan_s += CpuSeconds() - middle_s;
    mlu_s += middle_s - start_s;
    if (!mlu.ok()) return mlu.status();
    if (!solution.ok()) return solution.status();
    const std::string at = matrix.time ? absl::FormatTime(*matrix.time) : "";
    plan.Add(std::abs(MluOf(topology->value, solution->plan, matrix.demands) / *mlu - 1), at);
    const auto known = matrix.time ? expected.find(*matrix.time) : expected.end();
    if (known == expected.end()) continue;
    optimum.Add(std::abs(*mlu / known->second.first - 1), at);
    ecmp.Add(std::abs(MluOf(topology->value, ecmp_plan, matrix.demands) / known->second.second - 1),
             at);
  }
  std::printf("%s: %d matrices, %d of them in the reference\n", topology_name.c_str(),
              series->size(), optimum.count);
  std::printf("optimum: deviation at most %.2e (%s), %.3f ms CPU a matrix\n", optimum.worst,
              optimum.where.c_str(), 1e3 * mlu_s / series->size());
  std::printf(
      "plan of lp-omniscient: over the optimum by at most %.2e (%s), %.3f ms CPU a matrix\n",
      plan.worst, plan.where.c_str(), 1e3 * plan_s / series->size());
  std::printf("ecmp:inverse-capacity: deviation at most %.2e (%s)\n", ecmp.worst,
              ecmp.where.c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) {
  const std::string what = argc == 5 ? argv[1] : "";
  absl::Status status = absl::OkStatus();
  if (what == "repetita") {
    status = rhumb::AgreeOnRepetita(argv[2], argv[3], argv[4]);
  } else if (what == "series") {
    status = rhumb::AgreeOnSeries(argv[2], argv[3], argv[4]);
  } else {
    std::fprintf(stderr,
                 "usage: baseline_agreement repetita GRAPHS DEMANDS ECMP_CSV\n"
                 "       baseline_agreement series TOPOLOGY TRAFFIC MLU_CSV\n");
    return 2;
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
