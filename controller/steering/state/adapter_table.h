// The adapters whose plan streams are open, and which of them may write.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_ADAPTER_TABLE_H_
#define RHUMB_CONTROLLER_STEERING_STATE_ADAPTER_TABLE_H_

#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/steering/metrics/metrics.h"
#include "controller/steering/state/election.h"
#include "rhumb/v1/north.pb.h"
#include "rhumb/v1/south.pb.h"

namespace rhumb {

// Owned by the control thread. O(log adapters), unless said otherwise.
class AdapterTable {
 public:
  // `metrics` outlives this.
  explicit AdapterTable(Metrics* metrics) : metrics_(metrics) {}

  // Takes an adapter in. Returns its earlier stream, which the caller ends. Errors are those of
  // Election::Open, O(adapters) as it is; nothing changes then.
  absl::StatusOr<std::optional<StreamId>> Open(StreamId stream,
                                               const rhumb::v1::PlanSubscription& subscription,
                                               uint64_t epoch, absl::Time now);
  // False when the stream is not one of them.
  bool Close(StreamId stream);

  // An acknowledgement or a refusal of what was sent. Nothing when the stream is gone.
  void TakeAnswer(StreamId stream, const rhumb::v1::PlanAnswer& answer, uint64_t sent_version);

  // OK when a caller with this id may write.
  absl::Status CheckWriter(uint64_t election_id) const {
    return election_.CheckWriter(election_id);
  }
  // Without epoch and topology version, which are the caller's to say.
  rhumb::v1::ElectionState ElectionFor(StreamId stream) const;

  size_t size() const { return adapters_.size(); }
  // The version that all have acknowledged; nothing without adapters. O(adapters).
  std::optional<uint64_t> AcknowledgedByAll() const;
  // One row an adapter. O(adapters).
  void WriteStatus(rhumb::v1::ControllerStatus* status) const;

 private:
  Metrics* const metrics_;
  Election election_;
  std::map<StreamId, rhumb::v1::AdapterStatus> adapters_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_ADAPTER_TABLE_H_
