#include "agents/trees/serve_demands.h"

#include <algorithm>
#include <vector>

#include "agents/trees/parallel.h"

namespace rhumb::trees {
namespace {

constexpr size_t kServedAtOnce = 8;
constexpr int kAttempts = 4;
constexpr float kCrowding = 0.02F;  // of the fullest link: who brings so much of it crowds it

}  // namespace

void ServeDemands(const TreeDemands& demands, TreeRouting* routing) {
  const int nodes = routing->network->num_nodes(), links = routing->network->num_links();
  std::vector<uint8_t> served(nodes);
  ForEach(nodes, routing->workers(), [&](int worker, NodeId d) {
    served[d] = routing->split.Release(d, &routing->scratch[worker]) ? 1 : 0;
  });
  std::vector<NodeId> waiting;
  for (NodeId d = 0; d < nodes; ++d) {
    if (served[d] == 0) waiting.push_back(d);
  }
  routing->PutOnLinks(demands);
  const bool loaded =
      std::any_of(routing->load.begin(), routing->load.end(), [](float load) { return load > 0; });
  std::vector<float> empty(links, kUnreachable);  // prices where nothing is carried yet
  for (LinkId l = 0; l < links; ++l) {
    if (routing->network->usable[l] != 0) empty[l] = 1 / routing->network->capacity[l];
  }
  if (loaded) routing->prices.Set(routing->load, kServingSharpness);
  std::vector<std::vector<float>> more(kServedAtOnce, std::vector<float>(links));
  // Links fill up as demands come, so those that follow are told what the way costs by now; where
  // nothing is carried yet, nothing is to be avoided.
  for (size_t begin = 0; begin < waiting.size(); begin += kServedAtOnce) {
    const absl::Span<const NodeId> group =
        absl::MakeConstSpan(waiting).subspan(begin, kServedAtOnce);
    const absl::Span<const float> now =
        loaded ? routing->prices.price() : absl::MakeConstSpan(empty);
    const auto search = [&](int worker, NodeId d) { routing->SearchTree(d, demands, now, worker); };
    ForEach(static_cast<int>(group.size()), routing->workers(), [&](int worker, int i) {
      search(worker, group[i]);
      std::fill(more[i].begin(), more[i].end(), 0.0F);
      routing->split.TakeCheapest(group[i], demands.towards(group[i]), now, absl::MakeSpan(more[i]),
                                  &routing->scratch[worker]);
    });
    for (LinkId l = 0; l < links; ++l) {
      float sum = 0;
      for (size_t i = 0; i < group.size(); ++i) sum += more[i][l];
      if (sum <= 0) continue;
      if (loaded) {
        routing->prices.Add(l, sum);
      } else {
        routing->load[l] += sum;
      }
    }
    if (!loaded) continue;
    const auto crowded = [&] {
      return routing->prices.Mlu() > routing->prices.level() * (1 + kFar);
    };
    if (!crowded()) continue;
    // Those that crowd a link try again; the others are where they should be.
    std::vector<NodeId> crowding;
    for (size_t i = 0; i < group.size(); ++i) {
      for (LinkId l = 0; l < links; ++l) {
        const float room = routing->prices.level() * routing->network->capacity[l];
        if (more[i][l] < kCrowding * room || routing->prices.load()[l] <= room * (1 + kFar))
          continue;
        crowding.push_back(group[i]);
        break;
      }
    }
    for (int attempt = 0; attempt < kAttempts && crowded(); ++attempt) {
      ForEach(static_cast<int>(crowding.size()), routing->workers(),
              [&](int worker, int i) { search(worker, crowding[i]); });
      for (const NodeId d : crowding) {
        routing->split.Improve(d, demands.towards(d), routing->PassedOver(), &routing->prices,
                               &routing->scratch[0]);
      }
    }
    if (crowded()) routing->prices.Set(routing->prices.load(), kServingSharpness);
  }
  if (loaded) routing->load.assign(routing->prices.load().begin(), routing->prices.load().end());
}

}  // namespace rhumb::trees
