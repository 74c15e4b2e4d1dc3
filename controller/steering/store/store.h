// Where the controller's state outlives the process.
#ifndef RHUMB_CONTROLLER_STEERING_STORE_STORE_H_
#define RHUMB_CONTROLLER_STEERING_STORE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/steering/plan/live_plan.h"
#include "controller/steering/store/kept_demands.h"
#include "rhumb/v1/north.pb.h"
#include "rhumb/v1/topology.pb.h"

namespace rhumb {

// Versions that may have been handed out: after a restart new ones begin above.
struct VersionFloor {
  uint64_t topology = 0;
  uint64_t traffic = 0;
  uint64_t plan = 0;
};

// What one request changed; written as a whole. Absent parts stay as they are.
struct StoreChange {
  // What is stored belongs to this epoch from now on; plans of another are dropped.
  std::optional<uint64_t> epoch;
  std::optional<Topology> reported;  // as the adapter reported it
  std::optional<rhumb::v1::OperatorSettings> settings;
  std::vector<LivePlanPtr> plans;
  // What is known last of the traffic; written a little later.
  std::optional<KeptDemands> demands;
  // The answer to the request says that the plan is kept; others may be written a little later.
  bool plans_promised = false;
  std::optional<VersionFloor> floor;
  std::vector<rhumb::v1::AuditRecord> audit;

  bool empty() const {
    return !epoch && !reported && !settings && plans.empty() && !demands && !floor && audit.empty();
  }
};

struct StoredState {
  // Never 0. New whenever the earlier state was not found.
  uint64_t epoch = 0;
  // Not the epoch that the store holds, if it holds any: written before anything else is.
  bool epoch_unwritten = false;
  std::optional<rhumb::v1::Topology> reported;
  rhumb::v1::OperatorSettings settings;
  // There were settings, and none of their copies can be read: what is drained, pinned and chosen
  // is not known.
  bool settings_lost = false;
  std::vector<rhumb::v1::LivePlan> plans;  // the latest last
  std::optional<rhumb::v1::KeptTraffic> demands;
  VersionFloor floor;
  // Of the leader whose store this is, and of what terms are counted in (PlanHeader); 0: one
  // host's.
  uint64_t term = 0;
  uint64_t term_scope = 0;
  // What was wrong with the earlier state, when this is not it.
  std::string problem;
};

// A name that no epoch had before.
uint64_t NewEpoch();

// Called from one thread at a time.
class Store {
 public:
  virtual ~Store() = default;
  virtual std::string kind() const = 0;  // "sqlite", "etcd", "memory"
  virtual absl::StatusOr<StoredState> Load() = 0;
  // All changes or none. On OK they survive the end of the process at any moment after.
  virtual absl::Status Write(const std::vector<StoreChange>& changes) = 0;
  // The latest first.
  virtual absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> Audit(int limit) = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STORE_STORE_H_
