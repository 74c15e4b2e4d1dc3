#include "topologies/formats/dot.h"

#include <algorithm>
#include <boost/graph/graphviz.hpp>
#include <exception>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/topology_draft.h"

namespace rhumb {
namespace {

constexpr size_t kMaxDotBytes = size_t{16} << 20;
// Subgraphs nest a few deep; the parser recurses.
constexpr int kMaxBraces = 64;

struct DotEdge {
  std::string source, target;
  Fields fields;
};

// What the parser tells, in its order.
class DotGraph : public boost::detail::graph::mutate_graph {
 public:
  explicit DotGraph(bool directed) : directed_(directed) {}

  bool is_directed() const override { return directed_; }
  void do_add_vertex(const boost::detail::graph::node_t& node) override {
    if (node_fields_.emplace(node, Fields()).second) nodes_.push_back(node);
  }
  void do_add_edge(const boost::detail::graph::edge_t& edge,
                   const boost::detail::graph::node_t& source,
                   const boost::detail::graph::node_t& target) override {
    place_of_edge_[edge] = edges_.size();
    edges_.push_back({source, target, {}});
  }
  void set_node_property(const std::string& key, const boost::detail::graph::node_t& node,
                         const std::string& value) override {
    node_fields_[node].push_back({key, value});
  }
  void set_edge_property(const std::string& key, const boost::detail::graph::edge_t& edge,
                         const std::string& value) override {
    edges_[place_of_edge_[edge]].fields.push_back({key, value});
  }
  void set_graph_property(const std::string& key, const std::string& value) override {
    graph_fields_.push_back({key, value});
  }
  void finish_building_graph() override {}

  const std::vector<std::string>& nodes() const { return nodes_; }
  const Fields& node_fields(const std::string& node) const { return node_fields_.at(node); }
  const std::vector<DotEdge>& edges() const { return edges_; }
  const Fields& graph_fields() const { return graph_fields_; }

 private:
  const bool directed_;
  std::vector<std::string> nodes_;
  std::map<std::string, Fields> node_fields_;
  std::vector<DotEdge> edges_;
  std::map<boost::detail::graph::edge_t, size_t> place_of_edge_;
  Fields graph_fields_;
};

// The keyword in front of the graph's name: "graph" or "digraph"; empty when there is none.
std::string Keyword(absl::string_view text) {
  bool strict = false;
  while (true) {
    text = absl::StripLeadingAsciiWhitespace(text);
    if (absl::StartsWith(text, "//") || absl::StartsWith(text, "#")) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
      continue;
    }
    if (absl::StartsWith(text, "/*")) {
      const size_t end = text.find("*/");
      if (end == absl::string_view::npos) return "";
      text.remove_prefix(end + 2);
      continue;
    }
    const size_t end = std::min(text.find_first_of(" \t\r\n{\"/"), text.size());
    const std::string word = absl::AsciiStrToLower(text.substr(0, std::min<size_t>(end, 16)));
    if (word == "strict" && !strict) {
      strict = true;
      text.remove_prefix(end);
      continue;
    }
    if (word != "graph" && word != "digraph") return "";
    const size_t open = text.find_first_of("{[=;");
    return open != absl::string_view::npos && text[open] == '{' ? word : "";
  }
}

// The text with "subgraph" before every group in braces that lacks it ("{ rank=same; a; b }"),
// which the parser does not know; and how deep braces nest, outside texts, remarks and HTML-like
// labels.
struct Prepared {
  std::string text;
  int depth = 0;
};

class Preparer {
 public:
  explicit Preparer(absl::string_view text) : text_(text) {}

  Prepared Run() {
    while (at_ < text_.size()) Step();
    return std::move(prepared_);
  }

 private:
  void Copy(size_t bytes) {
    bytes = std::min(bytes, text_.size() - at_);
    prepared_.text.append(text_.data() + at_, bytes);
    at_ += bytes;
  }
  void Word(std::string word) { before_last_ = std::exchange(last_, std::move(word)); }

  void Step() {
    const absl::string_view rest = text_.substr(at_);
    const char c = rest[0];
    if (c == '"') {
      size_t end = 1;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      Copy(end + 1);
      Word("\"");
    } else if (absl::StartsWith(rest, "//") || absl::StartsWith(rest, "/*")) {
      const absl::string_view end = rest[1] == '/' ? "\n" : "*/";
      const size_t found = rest.find(end, 2);
      Copy(found == absl::string_view::npos ? rest.size() : found + end.size());
    } else if (c == '<') {
      size_t end = 1;
      for (int open = 1; open > 0 && end < rest.size(); ++end) {
        open += rest[end] == '<' ? 1 : rest[end] == '>' ? -1 : 0;
      }
      Copy(end);
      Word("<");
    } else if (absl::ascii_isdigit(c) ||
               (c == '.' && rest.size() > 1 && absl::ascii_isdigit(rest[1]))) {
      // "1e9" and "10Gbps" without quotes would be taken apart into a number and a name.
      size_t end = 1;
      bool letters = false;
      for (; end < rest.size(); ++end) {
        const char next = rest[end];
        const bool exponent_sign = (next == '+' || next == '-') &&
                                   absl::ascii_tolower(rest[end - 1]) == 'e' &&
                                   end + 1 < rest.size() && absl::ascii_isdigit(rest[end + 1]);
        if (!absl::ascii_isalnum(next) && next != '_' && next != '.' && !exponent_sign) break;
        letters = letters || absl::ascii_isalpha(next) || next == '_';
      }
      if (letters) prepared_.text += '"';
      Copy(end);
      if (letters) prepared_.text += '"';
      Word("0");
    } else if (absl::ascii_isalnum(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80) {
      size_t end = 1;
      while (end < rest.size() && (absl::ascii_isalnum(rest[end]) || rest[end] == '_' ||
                                   static_cast<unsigned char>(rest[end]) >= 0x80)) {
        ++end;
      }
      Word(absl::AsciiStrToLower(rest.substr(0, std::min<size_t>(end, 16))));
      Copy(end);
    } else {
      if (c == '{') {
        const bool named = last_ == "subgraph" || before_last_ == "subgraph";
        if (depth_ > 0 && !named) prepared_.text += " subgraph ";
        prepared_.depth = std::max(prepared_.depth, ++depth_);
      }
      if (c == '}') --depth_;
      if (!absl::ascii_isspace(c)) {
        last_.clear();
        before_last_.clear();
      }
      Copy(1);
    }
  }

  const absl::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  std::string last_, before_last_;  // words since the last sign
  Prepared prepared_;
};

// Takes out what only places a drawing.
Fields WithoutDrawing(const Fields& fields, absl::string_view kind, Notes* notes) {
  Fields kept;
  for (const Field& field : fields) {
    if (field.name == "pos" || field.name == "len" || field.name == "lp") {
      notes->Unused(kind, field.name);
    } else {
      kept.push_back(field);
    }
  }
  return kept;
}

absl::StatusOr<Loaded<Topology>> ToTopology(const Input& input, const DotGraph& graph,
                                            const LoadOptions& options) {
  TopologyDraft draft(input, options);
  ElementFields reader(options, &draft);
  if (absl::Status s =
          reader.ReadGraph(WithoutDrawing(graph.graph_fields(), "graph", &draft.notes));
      !s.ok()) {
    return s;
  }
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const Place place("nodes", i);
    DraftNode node;
    node.key = graph.nodes()[i];
    Fields fields = WithoutDrawing(graph.node_fields(node.key), "node", &draft.notes);
    for (auto field = fields.begin(); field != fields.end();) {
      const bool type = field->name == "type";
      if (type && field->text == "host") draft.notes.Count("hosts kept as nodes", node.key);
      field = type ? fields.erase(field) : field + 1;
    }
    reader.ReadNode(fields, place, &node);
    if (absl::Status s = draft.AddNode(std::move(node), place); !s.ok()) return s;
  }
  for (size_t i = 0; i < graph.edges().size(); ++i) {
    const Place place("edges", i);
    const DotEdge& edge = graph.edges()[i];
    DraftLink link;
    link.source_key = edge.source;
    link.destination_key = edge.target;
    link.both_directions = !graph.is_directed();
    if (absl::Status s =
            reader.ReadLink(WithoutDrawing(edge.fields, "link", &draft.notes), place, &link);
        !s.ok()) {
      return s;
    }
    if (absl::Status s = draft.AddLink(std::move(link), place); !s.ok()) return s;
  }
  return draft.Finish();
}

}  // namespace

bool IsDot(const Sniff& sniff) {
  return sniff.kind == Sniff::Kind::kText && !Keyword(sniff.head).empty();
}

absl::StatusOr<Loaded<Topology>> ReadDot(const Input& input, const LoadOptions& options) {
  if (input.bytes.size() > kMaxDotBytes) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: has %d bytes of DOT; the limit is %d", input.file, input.bytes.size(), kMaxDotBytes));
  }
  const std::string keyword = Keyword(input.bytes);
  if (keyword.empty()) return input.Fault("has no \"graph {\" or \"digraph {\"");
  const Prepared prepared = Preparer(input.bytes).Run();
  if (prepared.depth > kMaxBraces) {
    return input.Fault(absl::StrFormat("is nested more than %d deep", kMaxBraces));
  }
  DotGraph graph(keyword == "digraph");
  try {
    boost::detail::graph::read_graphviz_new(prepared.text, &graph);
  } catch (const std::exception& fault) {
    return input.Fault(absl::StrFormat("this is not well-formed DOT: %s",
                                       absl::string_view(fault.what()).substr(0, 300)));
  }
  return ToTopology(input, graph, options);
}

}  // namespace rhumb
