#include "simulator/scenario/random_failures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <utility>

namespace rhumb {
namespace {

// std::exponential_distribution differs between standard libraries; this does not.
double Exponential(std::mt19937_64* random, double mean) {
  const double uniform = ((*random)() >> 11) * 0x1p-53;  // [0, 1)
  return -mean * std::log1p(-uniform);
}

std::vector<std::vector<LinkId>> Cables(const Topology& topology) {
  std::map<std::pair<NodeId, NodeId>, std::vector<LinkId>> by_ends;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    by_ends[{topology.link(l).source, topology.link(l).destination}].push_back(l);
  }
  std::vector<std::vector<LinkId>> cables;
  for (const auto& [ends, links] : by_ends) {
    const auto back = by_ends.find({ends.second, ends.first});
    for (size_t k = 0; k < links.size(); ++k) {
      const bool paired = back != by_ends.end() && k < back->second.size();
      if (paired && ends.second < ends.first) continue;  // listed from the other end
      cables.push_back({links[k]});
      if (paired) cables.back().push_back(back->second[k]);
    }
  }
  return cables;
}

bool Reaches(const Topology& topology, const std::vector<char>& usable, NodeId from, NodeId to) {
  std::vector<char> seen(topology.num_nodes(), 0);
  std::vector<NodeId> queue = {from};
  seen[from] = 1;
  for (size_t i = 0; i < queue.size(); ++i) {
    for (LinkId l : topology.out_links(queue[i])) {
      const NodeId next = topology.link(l).destination;
      if (!usable[l] || seen[next]) continue;
      seen[next] = 1;
      queue.push_back(next);
    }
  }
  return seen[to] != 0;
}

// Usable now, and not needed by its ends to reach each other.
bool MayFail(const Topology& topology, const std::vector<LinkId>& cable,
             std::vector<char>* usable) {
  for (LinkId l : cable) {
    if (!(*usable)[l]) return false;
  }
  for (LinkId l : cable) (*usable)[l] = 0;
  bool connected = true;
  for (LinkId l : cable) {
    connected = connected &&
                Reaches(topology, *usable, topology.link(l).source, topology.link(l).destination);
  }
  for (LinkId l : cable) (*usable)[l] = 1;
  return connected;
}

}  // namespace

std::vector<CableFailure> DrawFailures(const Topology& topology, const ScenarioEvent& event,
                                       double until) {
  std::mt19937_64 random(event.seed);
  const std::vector<std::vector<LinkId>> cables = Cables(topology);
  const double end = std::min(event.end, until);
  std::vector<CableFailure> failures;
  double time = event.begin;
  while (true) {
    time += Exponential(&random, event.mean_between_failures);
    if (time >= end) return failures;
    std::vector<char> usable(topology.num_links());
    for (LinkId l = 0; l < topology.num_links(); ++l) usable[l] = topology.link(l).usable();
    for (const CableFailure& failure : failures) {
      if (failure.end <= time) continue;
      for (LinkId l : failure.links) usable[l] = 0;
    }
    std::vector<const std::vector<LinkId>*> candidates;
    for (const auto& cable : cables) {
      if (MayFail(topology, cable, &usable)) candidates.push_back(&cable);
    }
    const double repair = Exponential(&random, event.mean_to_repair);
    const uint64_t draw = random();
    if (candidates.empty()) continue;
    failures.push_back({*candidates[draw % candidates.size()], time, time + repair});
  }
}

}  // namespace rhumb
