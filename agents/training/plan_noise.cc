#include "agents/training/plan_noise.h"

#include <algorithm>

namespace rhumb::training {
namespace {

// Above it a link is overloaded, by how much does not matter to its price.
constexpr float kOverloaded = 1.5F;
// A hop more is less than what delay, narrowness and load can cost a path.
constexpr double kHop = 0.3;
constexpr double kDelay = 2;

// What the load of a path's links adds to it, and how many there are.
struct Along {
  double load = 0, hops = 0;
};
Along SumAlong(const neural::PathGraph& graph, absl::Span<const float> utilization, int path) {
  Along sum;
  for (int i = graph.link_begin[path]; i < graph.link_begin[path + 1]; ++i) {
    sum.load += std::min(utilization[graph.links[i]], kOverloaded);
    sum.hops += 1;
  }
  return sum;
}

}  // namespace

std::vector<float> DrawPlanNoise(const neural::PathGraph& graph,
                                 absl::Span<const float> utilization, const PlanNoise& noise,
                                 Random& random) {
  const double hop = kHop * noise.common * random.Normal();
  const double delay = kDelay * noise.common * random.Normal();
  const double width = noise.common * random.Normal();
  const double load = noise.common * random.Normal();
  std::vector<double> price(graph.num_links());
  for (int l = 0; l < graph.num_links(); ++l) {
    price[l] = hop + load * std::min(utilization[l], kOverloaded) + noise.links * random.Normal();
  }
  std::vector<float> of_paths(graph.num_paths());
  for (int p = 0; p < graph.num_paths(); ++p) {
    double cost =
        delay * graph.detour[p] + width * graph.start_capacity[p] + noise.paths * random.Normal();
    for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i) {
      cost += price[graph.links[i]];
    }
    of_paths[p] = static_cast<float>(cost);
  }
  return of_paths;
}

double NoiseCovariance(const neural::PathGraph& graph, absl::Span<const float> utilization,
                       const PlanNoise& noise, int path, int other) {
  const Along a = SumAlong(graph, utilization, path), b = SumAlong(graph, utilization, other);
  int shared = 0;
  for (int i = graph.link_begin[path]; i < graph.link_begin[path + 1]; ++i) {
    shared += static_cast<int>(std::count(graph.links.begin() + graph.link_begin[other],
                                          graph.links.begin() + graph.link_begin[other + 1],
                                          graph.links[i]));
  }
  const double common = kHop * kHop * a.hops * b.hops + a.load * b.load +
                        kDelay * kDelay * graph.detour[path] * graph.detour[other] +
                        graph.start_capacity[path] * graph.start_capacity[other];
  return noise.common * noise.common * common + noise.links * noise.links * shared +
         (path == other ? noise.paths * noise.paths : 0.0);
}

std::vector<float> UtilizationOf(const neural::PathGraph& graph, absl::Span<const float> ratios,
                                 absl::Span<const float> demands) {
  std::vector<float> utilization(graph.num_links(), 0.0F);
  for (int p = 0; p < graph.num_paths(); ++p) {
    const float flow = ratios[p] * demands[graph.pair_of_path[p]];
    for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i) {
      utilization[graph.links[i]] += flow;
    }
  }
  for (int l = 0; l < graph.num_links(); ++l) utilization[l] /= graph.capacity[l];
  return utilization;
}

}  // namespace rhumb::training
