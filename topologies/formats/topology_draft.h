// A topology as a foreign file tells it, with gaps, before it is fit to be a Topology. All readers
// of foreign formats fill one, so that the same gap is treated, counted and told alike everywhere.
#ifndef RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_DRAFT_H_
#define RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_DRAFT_H_

#include <optional>
#include <string>
#include <utility>
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
  // x and y of a field such as "pos", which may be longitude and latitude or a place on a drawing.
  std::optional<std::pair<double, double>> position;
};

struct DraftLength {
  double value = 0;
  // Kilometres of a value of 1; absent where the file does not say.
  std::optional<double> unit_km;
};

struct DraftLink {
  std::string source_key, destination_key;
  std::string name;  // empty: "A>B"; only for a link of one direction
  bool both_directions = false;
  std::optional<double> capacity_bps;
  std::optional<absl::Duration> propagation_delay;
  std::optional<DraftLength> length;  // of the fibre; gives the delay where that is absent
  double igp_metric = 1;
  AdministrativeState administrative_state = AdministrativeState::kEnabled;
  OperationalState operational_state = OperationalState::kUp;
  std::vector<std::string> shared_risk_groups;
};

class TopologyDraft {
 public:
  // Both must outlive the draft.
  TopologyDraft(const Input& input, const LoadOptions& options)
      : input_(input), options_(options) {}

  std::string name;  // empty: the file's
  std::string origin;
  Notes notes;
  // What DraftNode::position is; absent: told from the values. LoadOptions goes first.
  std::optional<bool> positions_are_geographic;

  // A fault of one element: refuses the file with InvalidArgument "FILE:LINE: fault"; with
  // LoadOptions::findings it is collected as one of its kind instead and the element left out.
  absl::Status Fault(const Place& place, absl::string_view kind, absl::string_view fault);

  // `place` is where the element begins, for messages. InvalidArgument for an empty or repeated
  // key. Coordinates that no place on earth has, and 0, 0, which stands for unknown in many files,
  // are left out and counted.
  absl::Status AddNode(DraftNode node, const Place& place);
  // InvalidArgument for unknown ends and for a capacity, delay, length or metric outside bounds.h.
  // A self-loop is skipped and counted.
  absl::Status AddLink(DraftLink link, const Place& place);

  int num_nodes() const { return static_cast<int>(nodes_.size()); }

  // Fills the gaps and creates the topology. Names are cleaned and made unique; missing capacities
  // come from options.default_capacity_bps or are refused; missing delays are great circle * 1.52 /
  // 200 km per ms (fibre is longer than the great circle by about half, and light in it covers 200
  // km in a millisecond) where both ends have coordinates, else options.default_delay, else 1 ms. A
  // length goes before coordinates.
  absl::StatusOr<Loaded<Topology>> Finish();

 private:
  struct PlacedLink {
    Link link;
    bool has_capacity, has_delay;
    std::optional<DraftLength> length;
    Place place;
  };

  absl::Status CheckLink(const DraftLink& link, const std::string& label, const Place& place);
  void ResolvePositions();
  absl::Status ResolveLengths();
  absl::Status FillCapacities();
  void FillDelays();

  const Input& input_;
  const LoadOptions& options_;
  std::vector<Node> nodes_;
  std::vector<std::optional<std::pair<double, double>>> positions_;  // by node
  absl::flat_hash_map<std::string, NodeId> id_by_key_;
  std::vector<PlacedLink> links_;
};

// Delay of fibre between two places: great circle * 1.52 / 200 km per ms, rounded to microseconds.
absl::Duration FibreDelay(const Coordinates& a, const Coordinates& b);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_DRAFT_H_
