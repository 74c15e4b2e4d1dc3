#include "topologies/formats/repetita.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "topologies/formats/text_lines.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/traffic_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr double kBitsPerKilobit = 1e3;
constexpr double kLightKmPerMicrosecond = 0.299792458;

using Words = std::vector<absl::string_view>;

Words Split(absl::string_view line) {
  return absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

// A section "NODES 11", a line of column names, and the entries up to the next section.
class Section {
 public:
  Section(const Input& input, TextLines* lines, const char* name)
      : input_(input), lines_(*lines), name_(name) {}

  // Reads the head. The lines must stand before it.
  absl::Status Open(absl::string_view columns) {
    if (!NextFilled()) {
      return input_.FaultAt(lines_.number(), absl::StrFormat("section %s is missing; the file is "
                                                             "cut short",
                                                             name_));
    }
    const Words words = Split(lines_.line());
    if (words.size() != 2 || words[0] != name_ || !absl::SimpleAtoi(words[1], &count_) ||
        count_ < 0) {
      return Fault(absl::StrFormat("expected \"%s\" and their number", name_));
    }
    if (!NextFilled() || absl::StrJoin(Split(lines_.line()), " ") != columns) {
      return Fault(absl::StrFormat("expected the column names \"%s\"", columns));
    }
    return absl::OkStatus();
  }

  int count() const { return count_; }
  int line() const { return lines_.number(); }

  // The words of the next entry, at least `fewest`. InvalidArgument at the end of the file.
  absl::StatusOr<Words> Next(size_t fewest) {
    if (!NextFilled()) {
      return input_.FaultAt(lines_.number(), absl::StrFormat("section %s ends after %d of %d "
                                                             "entries; the file is cut short",
                                                             name_, read_, count_));
    }
    ++read_;
    Words words = Split(lines_.line());
    if (words.size() < fewest) return Fault(absl::StrFormat("expected %d values", fewest));
    return words;
  }

  absl::Status Fault(absl::string_view what) const {
    return input_.FaultAt(lines_.number(), absl::StrFormat("section %s: %s but found \"%s\"", name_,
                                                           what, lines_.line().substr(0, 60)));
  }

  absl::StatusOr<double> Number(absl::string_view word, const char* what) const {
    const auto number = ParseNumber(word);
    if (number.ok()) return number;
    return input_.FaultAt(lines_.number(), absl::StrFormat("section %s: the %s: %s; correct it",
                                                           name_, what, number.status().message()));
  }

 private:
  bool NextFilled() {
    while (lines_.Next()) {
      if (!lines_.line().empty()) return true;
    }
    return false;
  }

  const Input& input_;
  TextLines& lines_;
  const char* name_;
  int count_ = 0, read_ = 0;
};

absl::Status RefuseRest(const Input& input, TextLines* lines) {
  while (lines->Next()) {
    if (!lines->line().empty()) {
      return input.FaultAt(lines->number(),
                           absl::StrFormat("more entries than announced: \"%s\"; correct the "
                                           "number at the head of the section",
                                           lines->line().substr(0, 60)));
    }
  }
  return absl::OkStatus();
}

struct Edge {
  int source, destination;
  DraftLink link;
  int line;
  bool long_label = false;  // of several words, or a row with a number too many
};

absl::StatusOr<Edge> ReadEdge(Section* section, int num_nodes) {
  // The label may hold spaces; the last five values count.
  const auto words = section->Next(6);
  if (!words.ok()) return words.status();
  const absl::string_view* value = words->data() + words->size() - 5;
  Edge edge;
  edge.line = section->line();
  edge.long_label = words->size() > 6;
  for (const auto& [word, id] :
       {std::pair(value[0], &edge.source), std::pair(value[1], &edge.destination)}) {
    if (!absl::SimpleAtoi(word, id) || *id < 0 || *id >= num_nodes) {
      return section->Fault(absl::StrFormat("expected node numbers from 0 to %d", num_nodes - 1));
    }
  }
  const auto weight = section->Number(value[2], "weight");
  if (!weight.ok()) return weight.status();
  const auto bandwidth = section->Number(value[3], "bandwidth");
  if (!bandwidth.ok()) return bandwidth.status();
  const auto delay = section->Number(value[4], "delay");
  if (!delay.ok()) return delay.status();
  edge.link.source_key = absl::StrCat(edge.source);
  edge.link.destination_key = absl::StrCat(edge.destination);
  edge.link.igp_metric = *weight;
  edge.link.capacity_bps = *bandwidth * kBitsPerKilobit;
  edge.link.propagation_delay = absl::Microseconds(*delay);
  return edge;
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadRepetitaGraph(const Input& input, const LoadOptions& options) {
  TextLines lines(input.bytes);
  TopologyDraft draft(input, options);
  Section nodes(input, &lines, "NODES");
  if (absl::Status status = nodes.Open("label x y"); !status.ok()) return status;
  std::vector<std::optional<Coordinates>> places;
  for (int i = 0; i < nodes.count(); ++i) {
    const auto words = nodes.Next(3);
    if (!words.ok()) return words.status();
    const size_t n = words->size();
    const auto x = nodes.Number((*words)[n - 2], "x coordinate");
    if (!x.ok()) return x.status();
    const auto y = nodes.Number((*words)[n - 1], "y coordinate");
    if (!y.ok()) return y.status();
    DraftNode node;
    node.key = absl::StrCat(i);
    node.label = absl::StrJoin(words->begin(), words->end() - 2, " ");
    node.coordinates = Coordinates{*y, *x};
    const bool known = (*x != 0 || *y != 0) && std::abs(*y) <= 90 && std::abs(*x) <= 180;
    places.push_back(known ? node.coordinates : std::nullopt);
    if (absl::Status status = draft.AddNode(std::move(node), nodes.line()); !status.ok()) {
      return status;
    }
  }
  Section edges(input, &lines, "EDGES");
  if (absl::Status status = edges.Open("label src dest weight bw delay"); !status.ok()) {
    return status;
  }
  for (int i = 0; i < edges.count(); ++i) {
    auto edge = ReadEdge(&edges, nodes.count());
    if (!edge.ok()) return edge.status();
    if (edge->long_label) {
      draft.notes.Count("rows of more than six words, of which the last five are the numbers",
                        absl::StrFormat("line %d", edge->line));
    }
    const auto& a = places[edge->source];
    const auto& b = places[edge->destination];
    if (a && b) {
      const double microseconds = absl::ToDoubleMicroseconds(*edge->link.propagation_delay);
      if (microseconds >= 0 && microseconds * kLightKmPerMicrosecond < GreatCircleKm(*a, *b)) {
        draft.notes.Count("delays faster than light replaced, read as microseconds",
                          absl::StrFormat("line %d, %g us for %.0f km", edge->line, microseconds,
                                          GreatCircleKm(*a, *b)));
        edge->link.propagation_delay.reset();
      }
    }
    if (absl::Status status = draft.AddLink(std::move(edge->link), edge->line); !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = RefuseRest(input, &lines); !status.ok()) return status;
  return draft.Finish();
}

absl::StatusOr<Loaded<TrafficSeries>> ReadRepetitaDemands(const Input& input,
                                                          const LoadOptions& options) {
  struct Demand {
    int source, destination, line;
    double rate_bps;
  };
  TextLines lines(input.bytes);
  Section section(input, &lines, "DEMANDS");
  if (absl::Status status = section.Open("label src dest bw"); !status.ok()) return status;
  std::vector<Demand> demands;
  int num_nodes = 0, long_labels = 0;
  for (int i = 0; i < section.count(); ++i) {
    const auto words = section.Next(4);
    if (!words.ok()) return words.status();
    const absl::string_view* value = words->data() + words->size() - 3;
    Demand demand;
    demand.line = section.line();
    for (const auto& [word, id] :
         {std::pair(value[0], &demand.source), std::pair(value[1], &demand.destination)}) {
      if (!absl::SimpleAtoi(word, id) || *id < 0 || *id == std::numeric_limits<int>::max()) {
        return section.Fault("expected two node numbers");
      }
      num_nodes = std::max(num_nodes, *id + 1);
    }
    const auto bandwidth = section.Number(value[2], "bandwidth");
    if (!bandwidth.ok()) return bandwidth.status();
    if (words->size() > 4) ++long_labels;
    demand.rate_bps = *bandwidth * kBitsPerKilobit;
    demands.push_back(demand);
  }
  if (absl::Status status = RefuseRest(input, &lines); !status.ok()) return status;
  if (demands.empty()) return input.Fault("holds no demands; give at least one");
  // Before any name is made: a stray number must not cost memory.
  if (SeriesBytes(num_nodes, 1) > static_cast<double>(options.max_series_bytes)) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: names node number %d; a matrix of so many nodes takes more than the limit of %d bytes",
        input.file, num_nodes - 1, options.max_series_bytes));
  }
  TrafficDraft draft(input, options);
  if (options.topology != nullptr) {
    const Topology& topology = *options.topology;
    if (num_nodes > topology.num_nodes()) {
      return input.Fault(absl::StrFormat(
          "has demands of node number %d, which topology \"%s\" with its %d nodes does not have; "
          "give the .graph file that belongs to these demands",
          num_nodes - 1, topology.name(), topology.num_nodes()));
    }
    draft.notes.Say(
        absl::StrFormat("node numbers were read as positions in topology \"%s\"", topology.name()));
    for (const Node& node : topology.nodes()) {
      if (absl::Status status = draft.AddNode(node.name, 1); !status.ok()) return status;
    }
  } else {
    draft.notes.Say("no topology was given: nodes are named by their number");
    for (int i = 0; i < num_nodes; ++i) {
      if (absl::Status status = draft.AddNode(absl::StrCat(i), 1); !status.ok()) return status;
    }
  }
  if (long_labels > 0) {
    draft.notes.Count("rows of more than four words, of which the last three are the numbers", "",
                      long_labels);
  }
  if (absl::Status status = draft.StartMatrix(std::nullopt, 1); !status.ok()) return status;
  for (const Demand& demand : demands) {
    if (absl::Status status =
            draft.AddDemand(demand.source, demand.destination, demand.rate_bps, demand.line);
        !status.ok()) {
      return status;
    }
  }
  return draft.Finish();
}

}  // namespace rhumb
