// What adapters ask of the controller: one method a request of rhumb/v1/south.proto.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_SOUTH_REQUESTS_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_SOUTH_REQUESTS_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controller/steering/decision/steering.h"
#include "controller/steering/decision/steering_state.h"
#include "rhumb/v1/south.pb.h"

namespace rhumb {

// Owned by the control thread. A request that fails leaves everything unchanged. What it costs is
// what Steering's answer to it costs.
class SouthRequests {
 public:
  // `state` and `steering` outlive this.
  SouthRequests(SteeringState* state, Steering* steering, std::function<void()> election_changed)
      : s_(*state), steering_(*steering), election_changed_(std::move(election_changed)) {}

  absl::StatusOr<rhumb::v1::SetTopologyResponse> SetTopology(
      const rhumb::v1::SetTopologyRequest& request, const std::string& who);
  absl::StatusOr<rhumb::v1::UpdateTopologyResponse> UpdateTopology(
      const rhumb::v1::UpdateTopologyRequest& request, const std::string& who);
  // A refusal is part of the answer: the stream goes on.
  rhumb::v1::TelemetryAnswer TakeTelemetry(const rhumb::v1::TelemetryReport& report);

  // Returns the earlier stream of the same adapter, which the caller ends.
  absl::StatusOr<std::optional<StreamId>> OpenAdapter(
      StreamId stream, const rhumb::v1::PlanSubscription& subscription);
  void CloseAdapter(StreamId stream);
  void TakePlanAnswer(StreamId stream, const rhumb::v1::PlanAnswer& answer, uint64_t sent_version);
  rhumb::v1::ElectionState ElectionFor(StreamId stream) const;

 private:
  void Keep(absl::string_view action, absl::string_view detail, const std::string& who);

  SteeringState& s_;
  Steering& steering_;
  const std::function<void()> election_changed_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_SOUTH_REQUESTS_H_
