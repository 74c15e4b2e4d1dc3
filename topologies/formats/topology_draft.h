// A topology as a foreign file tells it, with gaps, before it is fit to be a Topology. All readers
// of foreign formats fill one, so that the same gap is treated, counted and told alike everywhere.
#ifndef RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_DRAFT_H_
#define RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_DRAFT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/notes.h"
#include "topologies/topology.h"

namespace rhumb {

struct DraftNode {
  std::string key;    // what links refer to
  std::string label;  // what people call it; empty: the key serves
  std::string description;
  std::optional<Coordinates> coordinates;
};

struct DraftLink {
  std::string source_key, destination_key;
  bool both_directions = false;
  std::optional<double> capacity_bps;
  std::optional<absl::Duration> propagation_delay;
  double igp_metric = 1;
};

class TopologyDraft {
 public:
  // `input` must outlive the draft.
  explicit TopologyDraft(const Input& input) : input_(input) {}

  std::string name;  // empty: the file's
  std::string origin;
  Notes notes;

  // `place` is where the element begins, for messages. InvalidArgument for an empty or repeated
  // key. Coordinates that no place on earth has, and 0, 0, which stands for unknown in many files,
  // are left out and counted.
  absl::Status AddNode(DraftNode node, const Place& place);
  // InvalidArgument for unknown ends and for a capacity or metric that is not finite and above 0 or
  // a negative delay. A self-loop is skipped and counted.
  absl::Status AddLink(DraftLink link, const Place& place);

  int num_nodes() const { return static_cast<int>(nodes_.size()); }

  // Fills the gaps and creates the topology. Names are cleaned and made unique; missing capacities
  // come from options.default_capacity_bps or are refused; missing delays are great circle * 1.52 /
  // 200 km per ms (fibre is longer than the great circle by about half, and light in it covers 200
  // km in a millisecond) where both ends have coordinates, else options.default_delay, else 1 ms.
  absl::StatusOr<Loaded<Topology>> Finish(const LoadOptions& options);

 private:
  struct PlacedLink {
    Link link;
    bool has_capacity, has_delay;
    Place place;
  };

  absl::Status FillCapacities(const LoadOptions& options);
  void FillDelays(const LoadOptions& options);

  const Input& input_;
  std::vector<Node> nodes_;
  absl::flat_hash_map<std::string, NodeId> id_by_key_;
  std::vector<PlacedLink> links_;
};

// Delay of fibre between two places: great circle * 1.52 / 200 km per ms, rounded to microseconds.
absl::Duration FibreDelay(const Coordinates& a, const Coordinates& b);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_DRAFT_H_
