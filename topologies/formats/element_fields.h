// The attributes of nodes and links under all the names that tools give them: one table of names
// and one grammar of quantities, for every reader of a format that lets its writer choose the
// fields (GraphML, GML, DOT, node-link JSON, edge lists).
//
// A field's unit is, in this order, in its value ("10Gbps", "5ms"), in its name ("delay_ms",
// "capacity [Gbit/s]"), in a field beside it ("capacity_unit"), in such a field of the graph, or
// what LoadOptions says of unitless numbers. Every field that is not used is counted by its name.
#ifndef RHUMB_TOPOLOGIES_FORMATS_ELEMENT_FIELDS_H_
#define RHUMB_TOPOLOGIES_FORMATS_ELEMENT_FIELDS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/field_names.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/topology_draft.h"

namespace rhumb {

struct Field {
  std::string name;  // as the file writes it
  std::string text;  // the value without quotes; "1.5, 2" for a list of numbers
};
using Fields = std::vector<Field>;

class ElementFields {
 public:
  // Both must outlive this.
  ElementFields(const LoadOptions& options, TopologyDraft* draft)
      : options_(options), draft_(*draft) {}

  // Units and the kind of positions that hold for all elements; the name. Unused fields are
  // counted. InvalidArgument for a unit that is none.
  absl::Status ReadGraph(const Fields& fields);
  // Coordinates or position, and a description where the node has none. Values that are no numbers
  // are counted and left out.
  void ReadNode(const Fields& fields, const Place& place, DraftNode* node);
  // Capacity, delay, length and metric; the ends are set before. InvalidArgument, naming the link
  // and the field, for a value that is no quantity of its kind or not finite; what the quantity may
  // be is for the draft.
  absl::Status ReadLink(const Fields& fields, const Place& place, DraftLink* link);

 private:
  struct Chosen;

  absl::Status Fault(const Place& place, const DraftLink& link, const Field& field,
                     absl::string_view why);
  absl::Status ReadCapacity(const Place& place, std::vector<Chosen>* fields, DraftLink* link);
  absl::StatusOr<std::optional<double>> CapacityOf(const Chosen& chosen,
                                                   std::optional<double> beside_bps);
  absl::StatusOr<absl::Duration> DelayOf(const Chosen& chosen,
                                         std::optional<absl::Duration> beside);
  absl::StatusOr<DraftLength> LengthOf(const Chosen& chosen, std::optional<double> beside_km);

  const LoadOptions& options_;
  TopologyDraft& draft_;
  // Of the graph.
  std::optional<double> capacity_unit_bps_, length_unit_km_;
  std::optional<absl::Duration> delay_unit_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_ELEMENT_FIELDS_H_
