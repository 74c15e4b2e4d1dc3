#include "topologies/formats/edge_list_csv.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/csv_table.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/text_lines.h"
#include "topologies/formats/topology_draft.h"

namespace rhumb {
namespace {

constexpr std::pair<const char*, const char*> kEnds[] = {
    {"source", "target"},
    {"source", "destination"},
    {"source", "dest"},
    {"src", "dst"},
    {"src", "dest"},
    {"from", "to"},
    {"fromnode", "tonode"},
    {"node1", "node2"},
    {"nodea", "nodeb"},
    {"a", "b"},
    {"u", "v"},
    {"head", "tail"},
    {"start", "end"},
    {"sourcenode", "targetnode"},
    {"sourcenode", "destinationnode"},
    {"srcnode", "dstnode"},
    {"router1", "router2"},
    {"origin", "destination"},
};

// Cells take ten times their text.
constexpr size_t kMaxTextBytes = size_t{64} << 20;

std::string Plain(absl::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (absl::ascii_isalnum(c)) plain += absl::ascii_tolower(c);
  }
  return plain;
}

bool IsYes(absl::string_view text) {
  return absl::EqualsIgnoreCase(text, "true") || absl::EqualsIgnoreCase(text, "yes") || text == "1";
}

struct Row {
  std::string source, target;
  Fields fields;
  std::optional<bool> directed;
  int line;
};

class Reader {
 public:
  Reader(const Input& input, const LoadOptions& options)
      : input_(input), draft_(input, options), fields_(options, &draft_) {}

  absl::StatusOr<Loaded<Topology>> Read() {
    if (absl::Status status = ReadRows(); !status.ok()) return status;
    absl::flat_hash_set<std::string> known;
    for (const Row& row : rows_) {
      for (const std::string* name : {&row.source, &row.target}) {
        if (name->empty()) {
          if (absl::Status s = draft_.Fault(row.line, "rows without both ends",
                                            "the row does not name both ends; give them");
              !s.ok()) {
            return s;
          }
          continue;
        }
        if (!known.insert(*name).second) continue;
        DraftNode node;
        node.key = *name;
        if (absl::Status s = draft_.AddNode(std::move(node), row.line); !s.ok()) return s;
      }
    }
    const bool directed = ListsDirections();
    for (const Row& row : rows_) {
      if (row.source.empty() || row.target.empty()) continue;
      DraftLink link;
      link.source_key = row.source;
      link.destination_key = row.target;
      link.both_directions = !row.directed.value_or(directed);
      if (absl::Status s = fields_.ReadLink(row.fields, row.line, &link); !s.ok()) return s;
      if (absl::Status s = draft_.AddLink(std::move(link), row.line); !s.ok()) return s;
    }
    return draft_.Finish();
  }

 private:
  absl::Status ReadRows() {
    TextLines lines(input_.bytes);
    std::vector<std::string> head;
    std::optional<EdgeColumns> ends;
    char delimiter = ',';
    while (lines.Next()) {
      if (lines.line().empty() || lines.line()[0] == '#') continue;
      if (head.empty()) delimiter = DelimiterOf(lines.raw());
      auto cells = SplitCells(lines.raw(), delimiter);
      if (!cells.ok()) return input_.FaultAt(lines.number(), cells.status().message());
      if (head.empty()) {
        head = *std::move(cells);
        ends = FindEdgeColumns(head);
        if (!ends) return input_.FaultAt(lines.number(), "the head names no two ends");
        continue;
      }
      if (cells->size() != head.size()) {
        return input_.FaultAt(
            lines.number(),
            absl::StrFormat("the row has %d cells but the head has %d; is the file cut short?",
                            cells->size(), head.size()));
      }
      Row row{(*cells)[ends->source], (*cells)[ends->target], {}, std::nullopt, lines.number()};
      for (size_t i = 0; i < head.size(); ++i) {
        if (i == ends->source || i == ends->target || (*cells)[i].empty()) continue;
        if (RoleOfField(head[i]) == FieldRole::kDirected) {
          row.directed = IsYes((*cells)[i]);
        } else {
          if (absl::Status status = CheckSigns(head[i], (*cells)[i], delimiter, lines.number());
              !status.ok()) {
            return status;
          }
          row.fields.push_back(
              {head[i].empty() ? "(no name)" : head[i], Pointed((*cells)[i], delimiter)});
        }
      }
      rows_.push_back(std::move(row));
    }
    if (head.empty()) return input_.Fault("has no head line that names the columns");
    return absl::OkStatus();
  }

  // "2,5" in one cell makes a thousand of "1.000" in another.
  absl::Status CheckSigns(const std::string& column, const std::string& cell, char delimiter,
                          int line) {
    const FieldRole role = RoleOfField(column);
    if (delimiter == ',' || (role != FieldRole::kCapacity && role != FieldRole::kDelay &&
                             role != FieldRole::kMetric && role != FieldRole::kLength)) {
      return absl::OkStatus();
    }
    const size_t point = cell.find('.');
    if (DecimalSigns(delimiter).Parse(cell).ok()) {
      if (cell.find(',') != std::string::npos) decimal_comma_ = cell;
      if (point != std::string::npos && point <= 3 && cell.size() == point + 4) {
        grouped_ = cell;
      }
    }
    if (decimal_comma_.empty() || grouped_.empty()) return absl::OkStatus();
    return input_.FaultAt(
        line, absl::StrFormat("\"%s\" has a decimal comma, so that \"%s\" may be thousands; write "
                              "all numbers with a decimal point and without groups",
                              decimal_comma_, grouped_));
  }

  // "2,5" with a decimal point where commas do not separate; left alone where it may group
  // thousands, so that it is refused as no number.
  static std::string Pointed(const std::string& cell, char delimiter) {
    const size_t comma = cell.find(',');
    if (delimiter == ',' || comma == std::string::npos || comma != cell.rfind(',')) return cell;
    DecimalSigns signs(delimiter);
    if (!signs.Parse(cell).ok() || !signs.Check().ok()) return cell;
    std::string pointed = cell;
    pointed[comma] = '.';
    return pointed;
  }

  bool ListsDirections() {
    absl::flat_hash_map<std::pair<std::string, std::string>, int> count;
    for (const Row& row : rows_) ++count[{row.source, row.target}];
    int paired = 0;
    for (const auto& [ends, n] : count) {
      if (ends.first == ends.second) continue;
      const auto back = count.find({ends.second, ends.first});
      if (back != count.end()) paired += std::min(n, back->second);
    }
    const int all = static_cast<int>(rows_.size());
    const bool directed = 2 * paired > all;
    if (std::any_of(rows_.begin(), rows_.end(), [](const Row& r) { return !r.directed; })) {
      draft_.notes.Say(
          directed
              ? absl::StrFormat("links were read as directed, since %d of %d are listed in both "
                                "directions",
                                paired, all)
              : "links were read as undirected, two directions each");
      if (!directed && paired > 0) {
        draft_.notes.Count("links listed in both directions, read as parallel ones", "", paired);
      }
    }
    return directed;
  }

  const Input& input_;
  TopologyDraft draft_;
  ElementFields fields_;
  std::vector<Row> rows_;
  std::string decimal_comma_, grouped_;  // cells that speak for one meaning of the signs
};

}  // namespace

std::optional<EdgeColumns> FindEdgeColumns(const std::vector<std::string>& head) {
  for (const auto& [source, target] : kEnds) {
    const auto find = [&](absl::string_view name) {
      return static_cast<size_t>(
          std::find_if(head.begin(), head.end(),
                       [&](const std::string& cell) { return Plain(cell) == name; }) -
          head.begin());
    };
    const EdgeColumns columns{find(source), find(target)};
    if (columns.source < head.size() && columns.target < head.size()) return columns;
  }
  return std::nullopt;
}

bool IsEdgeListCsv(const Sniff& sniff) {
  if (sniff.kind != Sniff::Kind::kText) return false;
  const auto cells = SplitCells(sniff.first_line, DelimiterOf(sniff.first_line));
  if (!cells.ok() || !FindEdgeColumns(*cells)) return false;
  // A matrix of nodes A and B has the same head as a list; more columns or known ones tell.
  const auto ends = *FindEdgeColumns(*cells);
  const bool letters = Plain((*cells)[ends.source]).size() == 1;
  if (!letters) {
    return std::none_of(cells->begin(), cells->end(), [](const std::string& cell) {
      return RoleOfField(cell) == FieldRole::kDemand;
    });
  }
  return std::any_of(cells->begin(), cells->end(), [](const std::string& cell) {
    const FieldRole role = RoleOfField(cell);
    return role == FieldRole::kCapacity || role == FieldRole::kDelay ||
           role == FieldRole::kMetric || role == FieldRole::kLength;
  });
}

absl::StatusOr<Loaded<Topology>> ReadEdgeListCsv(const Input& input, const LoadOptions& options) {
  if (input.bytes.size() > kMaxTextBytes) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: has %d bytes of links; the limit is %d", input.file,
                        input.bytes.size(), kMaxTextBytes));
  }
  return Reader(input, options).Read();
}

}  // namespace rhumb
