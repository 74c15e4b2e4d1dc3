#include "agents/neural/torch_network.h"

#include <random>

#include "agents/neural/feedback.h"

namespace rhumb::neural {
namespace {

using torch::Tensor;

// Views of one block in the flat array.
struct Layer {
  Tensor weight;  // [rows, columns]
  Tensor bias;    // [rows]; undefined without
};

Layer LayerOf(const Tensor& weights, const WeightBlock& block) {
  Layer layer;
  layer.weight =
      weights.narrow(0, block.offset, block.rows * block.columns).view({block.rows, block.columns});
  if (block.bias) layer.bias = weights.narrow(0, block.bias_offset(), block.rows);
  return layer;
}

Layer LayerOf(const Tensor& weights, BlockId id) { return LayerOf(weights, WeightTable()[id]); }

Tensor Apply(const Layer& layer, const Tensor& x) {
  return layer.bias.defined() ? torch::addmm(layer.bias, x, layer.weight.t())
                              : torch::mm(x, layer.weight.t());
}

Tensor SoftSign(const Tensor& x) { return x / (1 + x.abs()); }
// Squeezes [0, infinity) into [0, 1).
Tensor Squeeze(const Tensor& x) { return x / (1 + x); }

Tensor FromFloats(const std::vector<float>& values, const Tensor& like) {
  return torch::tensor(values, torch::kFloat).to(like.scalar_type()).view({-1, 1});
}

// A linear mix of the past around its mean, plus a small network of the same input; for constant
// traffic both vanish and every scenario is that traffic.
Tensor Scenarios(const Tensor& weights, const Tensor& history) {
  const Tensor level = history.mean(1, true);
  const Tensor around = torch::where(level > 0, history / level - 1, torch::zeros_like(history));
  const Layer mix = LayerOf(weights, kScenarioMix);
  const Layer hidden = LayerOf(weights, kScenarioHidden);
  const Layer out = LayerOf(weights, kScenarioOut);
  const Tensor bent = torch::relu(Apply(hidden, around)) - torch::relu(hidden.bias);
  return level * torch::relu(1 + Apply(mix, around) + Apply(out, bent));
}

}  // namespace

NetworkOutput Forward(const Tensor& weights, const NetworkInput& input, int iterations,
                      int without_gradient) {
  const SharedGraph& graph = input.graph;
  const auto options = weights.options().requires_grad(false);
  const Layer link_hidden = LayerOf(weights, kLinkHiddenLayer);
  const Layer link_update = LayerOf(weights, kLinkUpdate);
  const Layer link_gate = LayerOf(weights, kLinkGate);
  const Layer message_layer = LayerOf(weights, kMessageLayer);
  const Layer path_hidden = LayerOf(weights, kPathHiddenLayer);
  const Layer path_out = LayerOf(weights, kPathOutLayer);
  const Tensor scenario_weights =
      torch::softmax(LayerOf(weights, kScenarioWeights).weight, 1).view({-1, 1});

  const Tensor capacity = FromFloats(graph->capacity, weights);
  const Tensor log_capacity = FromFloats(graph->log_capacity, weights);
  const Tensor bottleneck = FromFloats(graph->bottleneck, weights);
  const bool over_capacity = input.scale == LoadScale::kOverCapacity;
  const Tensor extra_hops = FromFloats(over_capacity ? graph->detour : graph->extra_hops, weights);
  const Tensor start_capacity = FromFloats(graph->start_capacity, weights);
  const Tensor extra_delay = FromFloats(graph->extra_delay, weights);
  std::vector<int> graph_of_link, graph_of_path;
  for (int g = 0; g < graph->num_graphs(); ++g) {
    graph_of_link.resize(graph->graph_link_begin[g + 1], g);
  }
  for (int pair : graph->pair_of_path) graph_of_path.push_back(graph->graph_of_pair[pair]);
  const Tensor link_graph = torch::tensor(graph_of_link, torch::kInt32);
  const Tensor path_graph = torch::tensor(graph_of_path, torch::kInt32);
  std::vector<float> hops;
  for (int p = 0; p < graph->num_paths(); ++p) {
    hops.push_back(static_cast<float>(graph->link_begin[p + 1] - graph->link_begin[p]));
  }
  const Tensor num_hops = FromFloats(hops, weights);

  NetworkOutput output;
  output.scenarios = Scenarios(weights, input.history);
  const Tensor demands = torch::cat({output.scenarios, input.next}, 1);
  const Tensor path_demands = SpreadToPaths(graph, demands);  // [paths, S + 1]
  const Tensor mean_demand = torch::mm(path_demands.narrow(1, 0, kScenarios), scenario_weights);

  Tensor link_state = torch::zeros({graph->num_links(), kLinkState}, options);
  Tensor path_state = torch::zeros({graph->num_paths(), kPathState}, options);
  Tensor logits = torch::mm(torch::cat({extra_hops, start_capacity, extra_delay}, 1),
                            LayerOf(weights, kStart).weight.t())
                      .view({-1});
  const bool feedback = input.path_feedback.defined();
  const auto fed = [&](FeedbackBlock id, const Tensor& x) {
    return Apply(LayerOf(weights, FeedbackTable()[id]), x);
  };
  if (feedback) {
    link_state = SoftSign(fed(kLinkStart, input.link_feedback));
    path_state = SoftSign(fed(kPathStart, input.path_feedback));
    logits = logits + fed(kFirstShift, input.path_feedback).view({-1});
  }
  for (int k = 0; k <= iterations; ++k) {
    // Leaves the caller's mode alone when the caller wants no gradient at all.
    const torch::AutoGradMode mode(k >= without_gradient && torch::GradMode::is_enabled());
    if (feedback && k == iterations) {
      logits = logits + fed(kLastShift, input.path_feedback).view({-1});
    }
    const Tensor ratios = SoftmaxOfPairs(graph, logits).view({-1, 1});
    const Tensor flows = ratios * path_demands;
    const Tensor mean_flow = ratios * mean_demand;
    const Tensor crossing =
        SumOnLinks(graph, torch::cat({flows, mean_flow * path_state}, 1)) / capacity;
    const Tensor utilization = crossing.narrow(1, 0, kScenarios);
    output.logits.push_back(logits);
    output.next_loads.push_back(crossing.narrow(1, kScenarios, 1));
    if (k == iterations) {
      output.ratios = ratios.view({-1});
      break;
    }

    Tensor mlu = MaxOfGraphs(graph, utilization).detach().clamp_min(1e-30);  // [graphs, S]
    if (over_capacity) mlu = torch::ones_like(mlu);
    const Tensor mean_mlu = torch::mm(mlu, scenario_weights.detach());  // [graphs, 1]
    const Tensor relative = utilization / Rows(mlu, link_graph);
    const Tensor square = relative * relative;
    const Tensor state_sum =
        crossing.narrow(1, kScenarios + 1, kPathState) / Rows(mean_mlu, link_graph);
    const Tensor link_in =
        torch::cat({relative, square * square, log_capacity, state_sum, link_state}, 1);
    const Tensor gate = 0.5 * (1 + SoftSign(Apply(link_gate, link_in)));
    const Tensor update = SoftSign(Apply(link_update, torch::relu(Apply(link_hidden, link_in))));
    link_state = gate * link_state + (1 - gate) * update;

    const Tensor load = torch::mm(relative, scenario_weights);  // [links, 1]
    const Tensor message = Apply(message_layer, torch::cat({link_state, load}, 1));
    const Tensor hot = load * load * load * load;
    const Tensor along =
        SumAlongPaths(graph, torch::cat({message.narrow(1, 0, kMeanMessage),
                                         hot * message.narrow(1, kMeanMessage, kSumMessage), load},
                                        1));
    const Tensor worst = Rows(
        torch::cat({message.narrow(1, kMeanMessage + kSumMessage, kBottleneckMessage), load}, 1),
        LargestLinkOfPaths(graph, load));

    const Tensor max_load = worst.narrow(1, kBottleneckMessage, 1);
    const Tensor pair_mean = SpreadToPaths(graph, SumOverPaths(graph, ratios * max_load));
    const Tensor pair_best =
        SpreadToPaths(graph, MinOfPairs(graph, max_load.view({-1})).view({-1, 1}));
    const Tensor scale = bottleneck * Rows(mean_mlu, path_graph);
    const Tensor path_in = torch::cat(
        {path_state, along.narrow(1, 0, kMeanMessage) / num_hops,
         SoftSign(along.narrow(1, kMeanMessage, kSumMessage)),
         worst.narrow(1, 0, kBottleneckMessage), max_load,
         along.narrow(1, kMeanMessage + kSumMessage, 1) / num_hops, ratios,
         Squeeze(mean_flow / scale), Squeeze(mean_demand / scale), 0.2 * logits.view({-1, 1}),
         extra_hops, max_load - pair_mean, max_load - pair_best, extra_delay},
        1);
    const Tensor out = Apply(path_out, torch::relu(Apply(path_hidden, path_in)));
    path_state = SoftSign(out.narrow(1, 0, kPathState));
    logits = (logits + kLogitStep * SoftSign(out.narrow(1, kPathState, 1).view({-1})))
                 .clamp(-kLogitLimit, kLogitLimit);
  }
  return output;
}

Tensor Utilization(const NetworkInput& input, const Tensor& logits) {
  const SharedGraph& graph = input.graph;
  const Tensor flows = SoftmaxOfPairs(graph, logits).view({-1, 1}) *
                       SpreadToPaths(graph, input.next.to(logits.scalar_type()));
  return SumOnLinks(graph, flows) / FromFloats(graph->capacity, logits);
}

Tensor InitialWeights(uint64_t seed) {
  Tensor weights = torch::zeros({NumWeights()}, torch::kFloat);
  float* w = weights.data_ptr<float>();
  std::mt19937_64 random(seed);
  // Uniform in [-1, 1) from the raw generator: the same numbers on every platform.
  const auto draw = [&] { return static_cast<float>((random() >> 11) * 0x1p-52 - 1.0); };
  for (const WeightBlock& block : WeightTable()) {
    const float bound = 1.0F / std::sqrt(static_cast<float>(block.columns));
    for (int i = 0; i < block.size(); ++i) w[block.offset + i] = bound * draw();
  }
  const auto block = [&](BlockId id) { return w + WeightTable()[id].offset; };
  // Scenarios start as the latest matrices themselves.
  std::fill_n(block(kScenarioMix), kScenarios * kHistory, 0.0F);
  for (int s = 0; s < kScenarios; ++s) block(kScenarioMix)[s * kHistory + s] = 1.0F;
  std::fill_n(block(kScenarioOut), kScenarios * kDemandHidden, 0.0F);
  std::fill_n(block(kScenarioWeights), kScenarios, 0.0F);
  block(kScenarioWeights)[0] = 1.0F;
  block(kStart)[0] = -1.0F;
  block(kStart)[1] = 0.5F;
  block(kStart)[2] = 0.0F;
  float* last = block(kPathOutLayer);
  for (int i = 0; i < kPathHidden; ++i) last[kPathState * kPathHidden + i] *= 0.1F;
  last[kPathOutput * kPathHidden + kPathState] = 0.0F;
  return weights;
}

torch::Tensor InitialPlanWeights(uint64_t seed) {
  Tensor weights = InitialWeights(seed);
  std::mt19937_64 random(seed + 1);
  float* start = weights.data_ptr<float>() + WeightTable()[kStart].offset;
  for (int i = 0; i < WeightTable()[kStart].columns; ++i) {
    start[i] = 0.1F * static_cast<float>((random() >> 11) * 0x1p-52 - 1.0);
  }
  return weights;
}

}  // namespace rhumb::neural
