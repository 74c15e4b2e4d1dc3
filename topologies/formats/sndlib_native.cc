#include "topologies/formats/sndlib_native.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "topologies/formats/sndlib_network.h"
#include "topologies/formats/text_lines.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

// Words of a line, '(' and ')' apart, without comments.
std::vector<std::string> Words(absl::string_view line) {
  line = line.substr(0, line.find('#'));
  const std::string spaced = absl::StrReplaceAll(line, {{"(", " ( "}, {")", " ) "}});
  return absl::StrSplit(spaced, absl::ByAnyChar(" \t\r\v\f"), absl::SkipEmpty());
}

// Reads the words of one entry in order.
class Entry {
 public:
  Entry(const Input& input, const std::vector<std::string>& words, int line)
      : input_(input), words_(words), line_(line) {}

  int line() const { return line_; }
  bool done() const { return at_ >= words_.size(); }
  bool Skip(const char* word) {
    if (done() || words_[at_] != word) return false;
    ++at_;
    return true;
  }
  absl::Status End(const char* where) {
    return done() ? absl::OkStatus() : Fault(absl::StrCat("the end of the line ", where));
  }
  absl::Status Expect(const char* word, const char* where) {
    if (Skip(word)) return absl::OkStatus();
    return Fault(absl::StrFormat("a \"%s\" %s", word, where));
  }
  absl::Status Text(const char* what, std::string* text) {
    if (done() || words_[at_] == "(" || words_[at_] == ")") return Fault(what);
    *text = words_[at_++];
    return absl::OkStatus();
  }
  absl::Status Number(const char* what, double* number) {
    std::string text;
    if (absl::Status status = Text(what, &text); !status.ok()) return status;
    const auto parsed = ParseNumber(text);
    if (!parsed.ok()) {
      return input_.FaultAt(line_,
                            absl::StrFormat("%s: %s; correct it", what, parsed.status().message()));
    }
    *number = *parsed;
    return absl::OkStatus();
  }

 private:
  absl::Status Fault(absl::string_view expected) {
    return input_.FaultAt(
        line_, absl::StrFormat("expected %s but found %s; one entry takes one line", expected,
                               done() ? "the end of the line"
                                      : absl::StrCat("\"", words_[at_].substr(0, 40), "\"")));
  }

  const Input& input_;
  const std::vector<std::string>& words_;
  const int line_;
  size_t at_ = 0;
};

// ID [ ( X Y ) ] [ MARKS ]
absl::Status ReadNode(Entry entry, SndlibNetwork* network) {
  SndlibNode node;
  node.line = entry.line();
  if (absl::Status status = entry.Text("a node id", &node.id); !status.ok()) return status;
  if (entry.Skip("(")) {
    double x = 0, y = 0;
    absl::Status status = entry.Number("the longitude", &x);
    if (status.ok()) status = entry.Number("the latitude", &y);
    if (status.ok()) status = entry.Expect(")", "after the coordinates");
    if (!status.ok()) return status;
    node.x = x;
    node.y = y;
  }
  if (!entry.done()) {
    network->notes.Count("marks behind nodes ignored", absl::StrFormat("line %d", entry.line()));
  }
  network->nodes.push_back(std::move(node));
  return absl::OkStatus();
}

// "ID ( SOURCE TARGET )", common to links and demands.
template <typename T>
absl::Status ReadEnds(Entry* entry, T* item) {
  item->line = entry->line();
  absl::Status status = entry->Text("an id", &item->id);
  if (status.ok()) status = entry->Expect("(", "before the ends");
  if (status.ok()) status = entry->Text("the source", &item->source);
  if (status.ok()) status = entry->Text("the target", &item->target);
  if (status.ok()) status = entry->Expect(")", "after the ends");
  return status;
}

// ID ( SOURCE TARGET ) [ CAPACITY COST ROUTING_COST SETUP_COST ] [ ( { MODULE_CAPACITY MODULE_COST
// } ) ]
absl::Status ReadLink(Entry entry, SndlibNetwork* network) {
  SndlibLink link;
  if (absl::Status status = ReadEnds(&entry, &link); !status.ok()) return status;
  if (!entry.done() && !entry.Skip("(")) {
    double capacity = 0, cost = 0;
    absl::Status status = entry.Number("the pre-installed capacity", &capacity);
    if (status.ok()) status = entry.Number("the cost of the pre-installed capacity", &cost);
    if (status.ok()) status = entry.Number("the routing cost", &cost);
    if (status.ok()) status = entry.Number("the setup cost", &cost);
    if (status.ok()) status = entry.Expect("(", "before the modules");
    if (!status.ok()) return status;
    link.preinstalled = capacity;
  }
  while (!entry.done() && !entry.Skip(")")) {
    double capacity = 0, cost = 0;
    absl::Status status = entry.Number("the capacity of a module", &capacity);
    if (status.ok()) status = entry.Number("the cost of a module", &cost);
    if (!status.ok()) return status;
    link.largest_module = std::max(link.largest_module.value_or(capacity), capacity);
  }
  network->links.push_back(std::move(link));
  return absl::OkStatus();
}

// ID ( SOURCE TARGET ) ROUTING_UNIT VALUE MAX_PATH_LENGTH
absl::Status ReadDemand(Entry entry, SndlibNetwork* network) {
  SndlibDemand demand;
  absl::Status status = ReadEnds(&entry, &demand);
  double routing_unit = 1, value = 0;
  if (status.ok()) status = entry.Number("the routing unit", &routing_unit);
  if (status.ok()) status = entry.Number("the demand value", &value);
  if (!status.ok()) return status;
  std::string max_path_length;
  if (!entry.done()) status = entry.Text("the maximal path length", &max_path_length);
  if (status.ok()) status = entry.End("behind the maximal path length");
  if (!status.ok()) return status;
  demand.value = routing_unit * value;
  network->demands.push_back(std::move(demand));
  return absl::OkStatus();
}

// KEY = VALUE, in the META section.
void ReadMeta(absl::string_view line, SndlibNetwork* network) {
  const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
  if (parts.size() < 2) return;
  const absl::string_view key = absl::StripAsciiWhitespace(parts[0]);
  const std::string value(absl::StripAsciiWhitespace(parts[1]));
  if (key == "unit") network->unit = value;
  if (key == "granularity") network->granularity = value;
  if (key == "time") network->time = value;
  if (key == "origin") network->origin = value;
}

absl::StatusOr<SndlibNetwork> ReadNetwork(const Input& input) {
  SndlibNetwork network;
  std::string section;  // empty between sections
  int section_line = 0;
  bool any_section = false;
  TextLines lines(input.bytes);
  while (lines.Next()) {
    if (lines.line().empty() || lines.line()[0] == '#' || lines.line()[0] == '?') continue;
    const std::vector<std::string> words = Words(lines.line());
    if (words.empty()) continue;
    if (section.empty()) {
      if (words.size() < 2 || words[1] != "(" || words[0] == "(" || words[0] == ")") {
        return input.FaultAt(lines.number(),
                             absl::StrFormat("expected the start of a section such as \"NODES (\" "
                                             "but found \"%s\"",
                                             lines.line().substr(0, 60)));
      }
      any_section = true;
      // An empty section may open and close on one line.
      if (words.back() != ")") section = words[0];
      section_line = lines.number();
      if (words[0] != "NODES" && words[0] != "LINKS" && words[0] != "DEMANDS" &&
          words[0] != "META") {
        network.notes.Count("sections not read", absl::StrCat(words[0].substr(0, 40)));
      }
      continue;
    }
    if (words.size() == 1 && words[0] == ")") {
      section.clear();
      continue;
    }
    const Entry entry(input, words, lines.number());
    absl::Status status;
    if (section == "NODES") status = ReadNode(entry, &network);
    if (section == "LINKS") status = ReadLink(entry, &network);
    if (section == "DEMANDS") status = ReadDemand(entry, &network);
    if (section == "META") ReadMeta(lines.line(), &network);
    if (!status.ok()) return status;
  }
  if (!section.empty()) {
    return input.FaultAt(section_line, absl::StrFormat("section %s is not closed with \")\"; the "
                                                       "file is cut short",
                                                       section.substr(0, 40)));
  }
  if (!any_section) return input.Fault("has no sections; is the file cut short?");
  return network;
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadSndlibNativeTopology(const Input& input,
                                                          const LoadOptions& options) {
  auto network = ReadNetwork(input);
  if (!network.ok()) return network.status();
  return SndlibTopology(input, *std::move(network), options);
}

absl::StatusOr<Loaded<TrafficSeries>> ReadSndlibNativeTraffic(const Input& input,
                                                              const LoadOptions& options) {
  auto network = ReadNetwork(input);
  if (!network.ok()) return network.status();
  return SndlibTraffic(input, *std::move(network), options);
}

}  // namespace rhumb
