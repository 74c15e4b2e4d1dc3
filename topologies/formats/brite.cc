#include "topologies/formats/brite.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "topologies/formats/text_lines.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using Words = std::vector<absl::string_view>;

constexpr size_t kFewestEdgeValues = 9;  // a tenth says U or D

Words Split(absl::string_view line) {
  return absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

// "Nodes: ( 20 )" or "Nodes:(20)": the number.
bool SectionCount(absl::string_view line, absl::string_view name, int* count) {
  if (!absl::ConsumePrefix(&line, name)) return false;
  const Words words = absl::StrSplit(line, absl::ByAnyChar(" \t:()"), absl::SkipEmpty());
  return words.size() == 1 && absl::SimpleAtoi(words[0], count) && *count >= 0;
}

class Reader {
 public:
  Reader(const Input& input, const LoadOptions& options)
      : input_(input), options_(options), lines_(input.bytes), draft_(input, options) {}

  absl::StatusOr<Loaded<Topology>> Read() {
    int nodes = -1, edges = -1;
    while (NextFilled()) {
      int count = 0;
      absl::Status status;
      if (SectionCount(lines_.line(), "Nodes", &count)) {
        nodes = count;
        status = ReadEntries(count, 3, "Nodes", &Reader::ReadNode);
      } else if (SectionCount(lines_.line(), "Edges", &count)) {
        edges = count;
        status = ReadEntries(count, kFewestEdgeValues, "Edges", &Reader::ReadEdge);
      } else if (absl::StartsWith(lines_.line(), "Model")) {
        draft_.origin = absl::StrCat("BRITE, ", lines_.line().substr(0, 100));
      } else if (!absl::StartsWith(lines_.line(), "Topology:")) {
        status = input_.FaultAt(
            lines_.number(),
            absl::StrFormat("expected a section \"Nodes: ( N )\" or \"Edges: ( N )\" "
                            "but found \"%s\"",
                            lines_.line().substr(0, 60)));
      }
      if (!status.ok()) return status;
    }
    if (nodes < 0 || edges < 0) {
      return input_.Fault("lacks its Nodes or Edges; the file is cut short");
    }
    draft_.notes.Say(absl::StrFormat("bandwidths were read with 1 as %s, delays as milliseconds",
                                     FormatRate(options_.unitless_rate_bps)));
    return draft_.Finish();
  }

 private:
  bool NextFilled() {
    while (lines_.Next()) {
      if (!lines_.line().empty()) return true;
    }
    return false;
  }

  absl::Status ReadEntries(int count, size_t fewest, const char* section,
                           absl::Status (Reader::*read)(const Words&)) {
    size_t width = 0;
    for (int i = 0; i < count; ++i) {
      if (!NextFilled()) {
        return input_.FaultAt(
            lines_.number(),
            absl::StrFormat("section %s ends after %d of %d entries; the file is cut "
                            "short",
                            section, i, count));
      }
      const Words words = Split(lines_.line());
      if (words.size() < fewest) {
        return input_.FaultAt(
            lines_.number(),
            absl::StrFormat("section %s: expected %d values; is the file cut short?", section,
                            fewest));
      }
      // All lines have as many; a line that has fewer is where the file was cut.
      if (i == 0) width = words.size();
      if (words.size() != width) {
        return input_.FaultAt(
            lines_.number(),
            absl::StrFormat(
                "section %s: the line has %d values but the first has %d; is the file cut "
                "short?",
                section, words.size(), width));
      }
      if (absl::Status status = (this->*read)(words); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // id x y in-degree out-degree AS type
  absl::Status ReadNode(const Words& words) {
    DraftNode node;
    node.key = std::string(words[0]);
    if (words.size() > 5 && words[5] != "-1") {
      node.description = absl::StrCat("AS ", words[5]);
    }
    draft_.notes.Unused("node", "x, y");
    return draft_.AddNode(std::move(node), lines_.number());
  }

  // id from to length delay bandwidth AS-from AS-to type [U | D]
  absl::Status ReadEdge(const Words& words) {
    DraftLink link;
    link.source_key = std::string(words[1]);
    link.destination_key = std::string(words[2]);
    link.both_directions = words.back() != "D";
    double value[3] = {};
    constexpr const char* kNames[3] = {"length", "delay", "bandwidth"};
    for (int i = 0; i < 3; ++i) {
      const auto number = ParseNumber(words[3 + i]);
      if (!number.ok()) {
        return draft_.Fault(
            lines_.number(), absl::StrCat("links with an unreadable ", kNames[i]),
            absl::StrFormat("link %s-%s: the %s: %s", link.source_key, link.destination_key,
                            kNames[i], number.status().message()));
      }
      value[i] = *number;
    }
    if (value[1] != -1) link.propagation_delay = absl::Milliseconds(value[1]);
    if (value[2] != -1) link.capacity_bps = value[2] * options_.unitless_rate_bps;
    draft_.notes.Unused("link", "length");
    return draft_.AddLink(std::move(link), lines_.number());
  }

  const Input& input_;
  const LoadOptions& options_;
  TextLines lines_;
  TopologyDraft draft_;
};

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadBrite(const Input& input, const LoadOptions& options) {
  return Reader(input, options).Read();
}

}  // namespace rhumb
