#include "controller/serving/live/map_calculations.h"

#include <algorithm>
#include <utility>

#include "agents/baselines/single_path_plan.h"
#include "controller/steering/threads/thread_priority.h"

namespace rhumb {
namespace {

bool SamePins(const Pins& a, const Pins& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.paths == y.second.paths &&
           x.second.ratios == y.second.ratios;
  });
}

}  // namespace

BackgroundCalculations::BackgroundCalculations(std::function<void()> ready)
    : ready_(std::move(ready)), thread_([this] { Run(); }) {}

BackgroundCalculations::~BackgroundCalculations() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

std::shared_ptr<const MapLayout> BackgroundCalculations::Layout(const Topology& topology) {
  return Ask(&layout_, topology, {}, [&](const Network& network) {
    return network.topology.SameStructure(topology) && network.topology.name() == topology.name();
  });
}

std::shared_ptr<const RoutingPlan> BackgroundCalculations::ShortestPath(const Topology& topology,
                                                                        const Pins& pins) {
  return Ask(&shortest_path_, topology, pins, [&](const Network& network) {
    return network.topology.version() == topology.version() &&
           network.topology.links().data() == topology.links().data() &&
           SamePins(network.pins, pins);
  });
}

template <typename Result, typename Same>
std::shared_ptr<const Result> BackgroundCalculations::Ask(Slot<Result>* slot,
                                                          const Topology& topology,
                                                          const Pins& pins, Same same) {
  absl::MutexLock lock(&mutex_);
  if (!slot->known || !same(*slot->known)) {
    if (!slot->asked || !same(*slot->asked)) {
      slot->asked = Network{topology, pins};
      changed_.NotifyAll();
    }
    const bool known =
        changed_.AwaitFor(&mutex_, kPatience, [&] { return slot->known && same(*slot->known); });
    if (!known) return nullptr;
  }
  return slot->result;
}

template <typename Result, typename Calculate>
bool BackgroundCalculations::Work(Slot<Result>* slot, Calculate calculate) {
  std::optional<Network> asked;
  {
    absl::MutexLock lock(&mutex_);
    asked = slot->asked;
  }
  if (!asked) return false;
  auto result = std::make_shared<const Result>(calculate(*asked));
  {
    absl::MutexLock lock(&mutex_);
    // Another question may have come meanwhile; it is next.
    const bool latest = slot->asked->topology.links().data() == asked->topology.links().data() &&
                        slot->asked->topology.version() == asked->topology.version() &&
                        SamePins(slot->asked->pins, asked->pins);
    if (latest) slot->asked.reset();
    slot->known = std::move(asked);
    slot->result = std::move(result);
    changed_.NotifyAll();
  }
  ready_();
  return true;
}

void BackgroundCalculations::Run() {
  LowerThreadPriority(kQuestionPriority);
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      changed_.AwaitUntil(&mutex_, SteadyTime::Never(), [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
        return stop_ || layout_.asked || shortest_path_.asked;
      });
      if (stop_) return;
    }
    if (Work(&layout_, [](const Network& network) { return LayOutMap(network.topology); }))
      continue;
    Work(&shortest_path_, [](const Network& network) {
      RoutingPlan plan = ShortestPathPlan(network.topology, LinkMetric::kIgp);
      return network.pins.empty() ? plan : ApplyPins(network.topology, plan, network.pins);
    });
  }
}

}  // namespace rhumb
