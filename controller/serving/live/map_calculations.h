// What a map of the network needs and a large network takes seconds for: where its nodes stand, and
// what shortest path would do.
#ifndef RHUMB_CONTROLLER_SERVING_LIVE_MAP_CALCULATIONS_H_
#define RHUMB_CONTROLLER_SERVING_LIVE_MAP_CALCULATIONS_H_

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_condition.h"
#include "controller/steering/guard/plan_rules.h"
#include "topologies/layout/map_layout.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb {

class MapCalculations {
 public:
  virtual ~MapCalculations() = default;
  // Null while it is being worked out; ask again.
  virtual std::shared_ptr<const MapLayout> Layout(const Topology& topology) = 0;
  // By IGP metric, with the pins applied.
  virtual std::shared_ptr<const RoutingPlan> ShortestPath(const Topology& topology,
                                                          const Pins& pins) = 0;
};

// On a thread of its own, of low priority, so that whoever asks goes on with what is known. Only
// the latest question of each kind is worked out. Called by one thread.
class BackgroundCalculations final : public MapCalculations {
 public:
  // How long a question waits for its answer: that of a small network comes at once.
  static constexpr absl::Duration kPatience = absl::Milliseconds(20);

  // `ready` is called, on that thread, when what was asked for is known.
  explicit BackgroundCalculations(std::function<void()> ready);
  // Waits for the calculation that is under way.
  ~BackgroundCalculations() override;

  std::shared_ptr<const MapLayout> Layout(const Topology& topology) override;
  std::shared_ptr<const RoutingPlan> ShortestPath(const Topology& topology,
                                                  const Pins& pins) override;

 private:
  struct Network {
    Topology topology;
    Pins pins;
  };
  template <typename Result>
  struct Slot {
    std::optional<Network> asked, known;
    std::shared_ptr<const Result> result;  // of `known`
  };
  template <typename Result, typename Same>
  std::shared_ptr<const Result> Ask(Slot<Result>* slot, const Topology& topology, const Pins& pins,
                                    Same same);
  // True when there was something to work out.
  template <typename Result, typename Calculate>
  bool Work(Slot<Result>* slot, Calculate calculate);
  void Run();

  const std::function<void()> ready_;
  absl::Mutex mutex_;
  SteadyCondition changed_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  Slot<MapLayout> layout_ ABSL_GUARDED_BY(mutex_);
  Slot<RoutingPlan> shortest_path_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_LIVE_MAP_CALCULATIONS_H_
