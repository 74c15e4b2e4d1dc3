// The network as its adapter reports it, with the links that an operator drained on top.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_TOPOLOGY_STATE_H_
#define RHUMB_CONTROLLER_STEERING_STATE_TOPOLOGY_STATE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controller/steering/state/topology_limits.h"
#include "controller/steering/store/version_promises.h"
#include "rhumb/v1/south.pb.h"
#include "rhumb/v1/topology.pb.h"
#include "topologies/topology.h"

namespace rhumb {

// The links that an operator means by `text`: the one of that name, else as
// Topology::ResolveLinks. The first of several parallel links is called "A>B" as all of them are,
// and must be had alone.
absl::StatusOr<std::vector<LinkId>> LinksMeant(const Topology& topology, absl::string_view text);

// Owned by the control thread. Every change gives a new immutable snapshot with a larger version;
// a request that is refused, or changes nothing, leaves the version as it was.
class TopologyState {
 public:
  explicit TopologyState(VersionSource versions, TopologyLimits limits = {})
      : versions_(versions), limits_(limits) {}

  // Each returns whether something changed.
  absl::StatusOr<bool> Set(const rhumb::v1::Topology& topology);
  absl::StatusOr<bool> Update(const rhumb::v1::UpdateTopologyRequest& request);
  // `text` as LinksMeant takes it. Drains are kept by name, so that they outlive a new
  // topology.
  absl::StatusOr<bool> Drain(absl::string_view text) { return SetDrained(text, true); }
  absl::StatusOr<bool> Undrain(absl::string_view text) { return SetDrained(text, false); }
  // Reads back what a store kept.
  absl::Status Restore(const rhumb::v1::Topology& reported, std::set<std::string> drained);

  bool known() const { return effective_.has_value(); }
  // With drains applied; its version() is the public one. Only when known().
  const Topology& snapshot() const { return *effective_; }
  // As reported, without the operator's drains: what is stored.
  const Topology& reported() const { return *reported_; }
  const std::set<std::string>& drained_links() const { return drained_; }
  uint64_t version() const { return versions_.latest(); }

 private:
  absl::StatusOr<bool> SetDrained(absl::string_view text, bool drain);
  // Makes the snapshot of `reported_` and `drained_`.
  void Publish();

  VersionSource versions_;
  TopologyLimits limits_;
  std::optional<Topology> reported_;
  std::optional<Topology> effective_;
  std::set<std::string> drained_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_TOPOLOGY_STATE_H_
