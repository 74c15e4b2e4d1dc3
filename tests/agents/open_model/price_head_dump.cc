// Prints what an agent with a price head computes on random networks, part by part, as JSON lines:
// what no decision shows by itself. agreement_test.py holds rhumb_agent to it.
//
//   price_head_dump [NETWORKS]
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/history.h"
#include "agents/neural/inference.h"
#include "agents/neural/price_head.h"
#include "agents/neural/priced_inference.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

template <typename Values>
void Print(const char* name, const Values& values) {
  const auto exact = [](std::string* out, double value) {
    absl::StrAppendFormat(out, "%.17g", value);
  };
  std::printf("\"%s\": [%s], ", name, absl::StrJoin(values, ", ", exact).c_str());
}

// Utilizations, losses and queueing delays that nothing caused.
Measurements RandomMeasurements(std::mt19937* random, int links) {
  const auto draw = [&] { return static_cast<double>((*random)()) / 4294967296.0; };
  Measurements measured;
  measured.links.resize(links);
  for (LinkMeasurement& link : measured.links) {
    link.utilization = 1.2 * draw();
    link.loss_ratio = 0.1 * draw();
    link.queueing_delay_s = 0.02 * draw();
  }
  measured.loss_ratio = 0.1 * draw();
  return measured;
}

void PrintMeasurements(const Measurements& measured) {
  std::vector<double> utilization, loss, queueing;
  for (const LinkMeasurement& link : measured.links) {
    utilization.push_back(link.utilization);
    loss.push_back(link.loss_ratio);
    queueing.push_back(link.queueing_delay_s);
  }
  Print("utilization", utilization);
  Print("loss_ratio", loss);
  Print("queueing_delay_s", queueing);
  Print("network_loss_ratio", std::vector<double>{measured.loss_ratio});
}

void PrintNetwork(const Topology& topology, const PathSet& paths) {
  std::vector<double> capacity, delay;
  for (const Link& link : topology.links()) {
    capacity.push_back(link.capacity_bps);
    delay.push_back(absl::ToDoubleSeconds(link.propagation_delay));
  }
  Print("capacity_bps", capacity);
  Print("delay_s", delay);
  Print("path_begin", paths.path_begin());
  Print("path_link_begin", paths.link_begin());
  Print("path_links", paths.all_links());
}

void Dump(const Checkpoint& checkpoint, unsigned seed) {
  std::mt19937 random(seed);
  const int nodes = 5 + static_cast<int>(random() % 16);
  const Topology topology = testing::RandomConnected(seed, nodes);
  const auto paths = CandidatePaths::Compute(topology, {}, {}).value().paths();
  const auto graph = std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths));

  Observation observation{topology, {}, {}, paths, {}};
  // Two thirds of the networks are so idle that float32's rounding does not grow in the
  // equilibrium.
  const double scale = (seed % 3 == 0 ? 1.0 : 0.02) * (0.5 + 2.0 * (random() % 100) / 100);
  for (int past = 0; past < kHistory; ++past) {
    const TrafficMatrix drawn = testing::RandomTraffic(random(), nodes);
    auto matrix = std::make_shared<TrafficMatrix>(nodes);
    for (const NodePair pair : graph->pairs) {
      const double rate = scale * drawn.rate_bps(pair.source, pair.destination);
      matrix->set_rate_bps(pair.source, pair.destination, rate);
    }
    observation.past_demands.push_back(std::move(matrix));
  }
  auto measured = std::make_shared<Measurements>(RandomMeasurements(&random, topology.num_links()));
  if (seed % 2 == 0) observation.past_measurements.push_back(measured);

  InferenceOptions options;
  options.refinements = 0;
  Inference inference(checkpoint.weights, options);
  PricedInference priced(&inference);
  priced.SetGraph(graph);
  std::vector<float> history(static_cast<size_t>(graph->num_pairs()) * kHistory);
  FillHistory(*graph, observation.past_demands, absl::MakeSpan(history));
  const PriceFeatures& features = priced.Look(observation, history);
  const Prices prices = AskPriceHead(checkpoint.price_head, features).mean;

  std::printf("{");
  PrintNetwork(topology, *paths);
  if (seed % 2 == 0) PrintMeasurements(*measured);
  std::vector<double> rates;
  for (const NodePair pair : graph->pairs) {
    for (int past = kHistory - 1; past >= 0; --past) {
      rates.push_back(observation.past_demands[past]->rate_bps(pair.source, pair.destination));
    }
  }
  Print("rates_bps", rates);
  Print("base", inference.ratios());
  Print("features", features.network);
  Print("prices", prices);
  Print("split", priced.Split(prices));
  std::printf("\"seed\": %u}\n", seed);
}

}  // namespace
}  // namespace rhumb::neural

int main(int argc, char** argv) {
  const int networks = argc > 1 ? std::atoi(argv[1]) : 10;
  const auto checkpoint = rhumb::neural::FindCheckpoint("packet");
  if (!checkpoint.ok()) {
    std::fprintf(stderr, "%s\n", checkpoint.status().ToString().c_str());
    return 1;
  }
  for (int seed = 1; seed <= networks; ++seed) rhumb::neural::Dump(*checkpoint, seed);
  return 0;
}
