#include "agents/training/completion_objective.h"

#include <algorithm>
#include <cmath>

namespace rhumb::training {

using neural::NetworkInput;
using neural::NetworkOutput;
using neural::PathGraph;
using torch::Tensor;

namespace {

constexpr double kHeaders = 1.05;  // on the wire over payload
constexpr double kStraight = 0.9;  // utilization from which waiting grows along a straight line
constexpr double kSlope = 1 / ((1 - kStraight) * (1 - kStraight));

// Waiting in units of the transmission time of a flow.
Tensor Waiting(const Tensor& utilization) {
  const Tensor below = utilization.clamp_max(kStraight);
  return below / (1 - below) + kSlope * (utilization - kStraight).clamp_min(0);
}

Tensor SumOverGraphs(const PathGraph& graph, const std::vector<int>& graph_of, const Tensor& x) {
  return torch::zeros({graph.num_graphs()}, x.options())
      .index_add(0, torch::tensor(graph_of, torch::kInt32).to(torch::kLong), x.view({-1}));
}

std::vector<int> GraphOfLinks(const PathGraph& graph) {
  std::vector<int> of;
  for (int g = 0; g < graph.num_graphs(); ++g) of.resize(graph.graph_link_begin[g + 1], g);
  return of;
}

// MLU of every graph when all of the latest past matrix takes the fastest paths. [graphs]
std::vector<double> FastestPathMlu(const PathGraph& graph, const float* history) {
  std::vector<double> load(graph.num_links(), 0.0), mlu(graph.num_graphs(), 0.0);
  for (int d = 0; d < graph.num_pairs(); ++d) {
    const auto begin = graph.propagation_s.begin() + graph.path_begin[d];
    const auto end = graph.propagation_s.begin() + graph.path_begin[d + 1];
    const int p = static_cast<int>(std::min_element(begin, end) - graph.propagation_s.begin());
    for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i) {
      load[graph.links[i]] += history[static_cast<size_t>(d) * neural::kHistory];
    }
  }
  const std::vector<int> graph_of = GraphOfLinks(graph);
  for (int l = 0; l < graph.num_links(); ++l) {
    mlu[graph_of[l]] = std::max(mlu[graph_of[l]], load[l] / graph.capacity[l]);
  }
  return mlu;
}

}  // namespace

CompletionCase DrawCase(const PathGraph& graph, const CompletionDraw& draw, Random& random) {
  CompletionCase drawn;
  for (int g = 0; g < graph.num_graphs(); ++g) {
    drawn.load.push_back(static_cast<float>(
        std::exp(random.Uniform(std::log(draw.min_load), std::log(draw.max_load)))));
    drawn.trade_off.push_back(
        static_cast<float>(random.Uniform(-draw.largest_trade_off, draw.largest_trade_off)));
  }
  return drawn;
}

NetworkInput WithCase(const NetworkInput& input, const CompletionCase& drawn) {
  const PathGraph& graph = *input.graph;
  const Tensor history = input.history.to(torch::kFloat).contiguous();
  const std::vector<double> mlu = FastestPathMlu(graph, history.data_ptr<float>());
  std::vector<float> factor;
  for (int g : graph.graph_of_pair) {
    factor.push_back(mlu[g] > 0 ? static_cast<float>(drawn.load[g] / mlu[g]) : 0.0F);
  }
  const Tensor scale = torch::tensor(factor).to(input.history.scalar_type()).view({-1, 1});
  NetworkInput scaled = input;
  scaled.sees_load = true;
  scaled.history = input.history * scale;
  scaled.next = input.next * scale;
  scaled.trade_off = torch::tensor(drawn.trade_off).to(input.history.scalar_type()).view({-1, 1});
  return scaled;
}

Tensor CompletionCost(const NetworkInput& input, const Tensor& logits) {
  const PathGraph& graph = *input.graph;
  const auto type = logits.scalar_type();
  const auto column = [type](const std::vector<float>& values) {
    return torch::tensor(values, torch::kFloat).to(type).view({-1});
  };
  const std::vector<int> graph_of_link = GraphOfLinks(graph);
  std::vector<float> path_seconds, path_transmission, link_transmission;
  for (int p = 0; p < graph.num_paths(); ++p) {
    const float narrowest = graph.narrowest[graph.graph_of_pair[graph.pair_of_path[p]]];
    path_seconds.push_back(graph.propagation_s[p] / neural::kPropagationUnit);
    path_transmission.push_back(narrowest / graph.bottleneck[p]);
  }
  for (int l = 0; l < graph.num_links(); ++l) {
    link_transmission.push_back(graph.narrowest[graph_of_link[l]] / graph.capacity[l]);
  }
  std::vector<int> graph_of_path;
  for (int pair : graph.pair_of_path) graph_of_path.push_back(graph.graph_of_pair[pair]);

  const Tensor flows = neural::SoftmaxOfPairs(input.graph, logits) *
                       neural::SpreadToPaths(input.graph, input.next.to(type)).view({-1});
  const Tensor utilization = kHeaders *
                             neural::SumOnLinks(input.graph, flows.view({-1, 1})).view({-1}) /
                             column(graph.capacity);
  // Distance is cheaper where congestion counts more.
  const Tensor distance_price = (-input.trade_off.to(type)).exp().view({-1});
  const Tensor distance = SumOverGraphs(graph, graph_of_path, flows * column(path_seconds));
  const Tensor transmission =
      SumOverGraphs(graph, graph_of_path, flows * column(path_transmission));
  // The flow on a link times its waiting, over all links: what every flow waits along its path.
  const Tensor waiting = SumOverGraphs(graph, graph_of_link,
                                       utilization / kHeaders * column(graph.capacity) *
                                           column(link_transmission) * Waiting(utilization));
  const Tensor total =
      SumOverGraphs(graph, graph.graph_of_pair, input.next.to(type)).clamp_min(1e-30);
  return (distance * distance_price + transmission + waiting) / total;
}

ObjectiveValue CompletionObjective(const Tensor& weights, const NetworkInput& input,
                                   const ObjectiveOptions& options) {
  const NetworkOutput output = neural::Forward(
      weights, input, options.without_gradient + options.iterations, options.without_gradient);
  ObjectiveValue value;
  double weight_sum = 0;
  for (int k = 1; k <= options.iterations; ++k) {
    const double share = options.iterations > 1 ? (k - 1.0) / (options.iterations - 1) : 1.0;
    const double weight = options.first_iterate_weight + (1 - options.first_iterate_weight) * share;
    const Tensor cost = CompletionCost(input, output.logits[options.without_gradient + k])
                            .clamp_min(1e-30)
                            .log()
                            .mean();
    value.loss = k == 1 ? weight * cost : value.loss + weight * cost;
    value.log_mlu = cost.item<double>();
    weight_sum += weight;
  }
  value.loss = value.loss / weight_sum;
  return value;
}

}  // namespace rhumb::training
