#include "topologies/formats/matrix_text.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "topologies/formats/csv_table.h"
#include "topologies/formats/matrix_stack.h"
#include "topologies/formats/text_lines.h"
#include "topologies/formats/traffic_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using Cells = std::vector<std::string>;

// Cells take ten times their text.
constexpr size_t kMaxTextBytes = size_t{64} << 20;

bool IsNumeric(const std::string& cell, char delimiter) {
  return DecimalSigns(delimiter).Parse(cell).ok();
}

struct Row {
  Cells cells;
  int line;
};

// The cells of one matrix: names where the file has them, and numbers.
struct Block {
  Cells names;
  std::vector<Row> rows;
};

class Reader {
 public:
  Reader(const Input& input, const LoadOptions& options)
      : input_(input), options_(options), draft_(input, options) {}

  absl::StatusOr<Loaded<TrafficSeries>> Read() {
    if (absl::Status status = ReadLines(); !status.ok()) return status;
    if (blocks_.empty()) return input_.Fault("holds no numbers; is the file cut short?");
    if (blocks_.size() == 1) {
      if (absl::Status status = TakeNames(&blocks_[0]); !status.ok()) return status;
    }
    const auto one_a_line = IsOneALine();
    if (!one_a_line.ok()) return one_a_line.status();
    if (*one_a_line) {
      draft_.notes.Say("each line was read as one matrix, row by row, as YATES writes them");
    }
    unit_bps_ = UnitBps(*one_a_line);
    absl::Status status = *one_a_line ? AddLines() : AddBlocks();
    if (!status.ok()) return status;
    if (status = signs_.Check(); !status.ok()) return input_.Prefixed(status);
    if (signs_.commas()) draft_.notes.Say("numbers were read with a decimal comma");
    return draft_.Finish();
  }

 private:
  absl::Status ReadLines() {
    TextLines lines(input_.bytes);
    std::optional<char> delimiter;
    bool apart = true;
    while (lines.Next()) {
      absl::string_view line = lines.line();
      if (line.empty()) {
        apart = true;
        continue;
      }
      if (line[0] == '#') {
        if (!blocks_.empty()) {
          draft_.notes.Count("remarks between the numbers skipped",
                             absl::StrFormat("line %d", lines.number()));
        }
        if (absl::Status status = ReadRemark(line, lines.number()); !status.ok()) return status;
        continue;
      }
      // White space at the start of a line may be its first, empty cell.
      line = lines.raw();
      if (!delimiter) {
        delimiter = DelimiterOf(line);
        delimiter_ = *delimiter;
        signs_ = DecimalSigns(delimiter_);
      }
      auto cells = SplitCells(line, delimiter_);
      if (!cells.ok()) return input_.FaultAt(lines.number(), cells.status().message());
      // Some writers end every line with the delimiter.
      if (delimiter_ != ' ' && cells->size() > 1 && cells->back().empty()) {
        ends_empty_ = ends_empty_ || blocks_.empty();
        if (ends_empty_) cells->pop_back();
      }
      if (std::exchange(apart, false)) blocks_.emplace_back();
      blocks_.back().rows.push_back({*std::move(cells), lines.number()});
    }
    return absl::OkStatus();
  }

  absl::Status ReadRemark(absl::string_view line, int number) {
    absl::ConsumePrefix(&line, "#");
    line = absl::StripAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "unit:")) return absl::OkStatus();
    line = absl::StripAsciiWhitespace(line);
    const auto rate = ParseRate(absl::StrCat("1 ", line));
    if (!rate.ok() || *rate == 0 || line.empty()) {
      return input_.FaultAt(number,
                            absl::StrFormat("the unit \"%s\" is no rate; write for instance "
                                            "\"# unit: Mbit/s\"",
                                            line.substr(0, 40)));
    }
    file_unit_bps_ = *rate;
    return absl::OkStatus();
  }

  double UnitBps(bool one_a_line) {
    if (file_unit_bps_) return *file_unit_bps_;
    const bool as_yates = one_a_line && !options_.unitless_rate_given;
    const double unit_bps = as_yates ? 1 : options_.unitless_rate_bps;
    draft_.notes.Say(absl::StrFormat("the file names no unit: a value of 1 was taken as %s%s",
                                     FormatRate(unit_bps),
                                     as_yates ? " (--capacity-unit says another)" : ""));
    return unit_bps;
  }

  // Takes a line of names above and names beside out of the only block.
  absl::Status TakeNames(Block* block) {
    std::vector<Row>& rows = block->rows;
    const size_t width = rows.size() > 1 ? rows[1].cells.size() : rows[0].cells.size();
    Row& first = rows[0];
    const bool numbers = std::all_of(first.cells.begin(), first.cells.end(),
                                     [&](const auto& cell) { return IsNumeric(cell, delimiter_); });
    // Names beside the rows alone: N rows of N + 1 cells.
    const bool only_beside =
        rows.size() + 1 == first.cells.size() && !IsNumeric(first.cells[0], delimiter_) &&
        std::all_of(first.cells.begin() + 1, first.cells.end(),
                    [&](const auto& cell) { return IsNumeric(cell, delimiter_); });
    const bool head =
        !only_beside && rows.size() > 1 && (!numbers || first.cells.size() + 1 == width);
    // "time" or "from\to" stands in the corner, or nothing at all.
    const bool corner = head && first.cells.size() == rows.size();
    bool beside = head && (corner || first.cells.size() + 1 == width);
    if (head) {
      block->names = first.cells;
      if (corner) block->names.erase(block->names.begin());
      if (!beside && width != first.cells.size()) {
        return input_.FaultAt(first.line, "the head has another number of cells than the rows");
      }
      rows.erase(rows.begin());
    } else {
      beside = only_beside;
    }
    if (!beside) return absl::OkStatus();
    Cells names_beside;
    for (Row& row : rows) {
      names_beside.push_back(row.cells[0]);
      row.cells.erase(row.cells.begin());
    }
    if (block->names.empty()) block->names = names_beside;
    if (block->names != names_beside) {
      return input_.FaultAt(
          rows.empty() ? first.line : rows[0].line,
          "the names beside the rows are not those above the columns, in the same "
          "order; sort them alike");
    }
    return absl::OkStatus();
  }

  // Whether every line is a whole matrix. InvalidArgument for shapes that are neither, or either.
  absl::StatusOr<bool> IsOneALine() const {
    const size_t width = blocks_[0].rows.empty() ? 0 : blocks_[0].rows[0].cells.size();
    size_t lines = 0;
    bool squares = true;
    for (const Block& block : blocks_) {
      lines += block.rows.size();
      squares = squares && block.rows.size() == width;
      for (const Row& row : block.rows) {
        if (row.cells.size() != width) {
          return input_.FaultAt(
              row.line,
              absl::StrFormat("the row has %d values but the first has %d; is the file cut "
                              "short?",
                              row.cells.size(), width));
        }
      }
    }
    const int side = SideOfSquare(static_cast<int64_t>(width));
    const bool named = !blocks_[0].names.empty();
    if (squares && width >= 2 && (side == 0 || named || blocks_.size() > 1)) return false;
    if (!squares && side > 0 && !named) return true;
    if (!squares || width < 2) {
      return input_.FaultAt(
          blocks_[0].rows.empty() ? 1 : blocks_[0].rows[0].line,
          absl::StrFormat(
              "%d rows of %d values are neither an N x N matrix nor one matrix of N * N "
              "values a line; is the file cut short?",
              lines, width));
    }
    return TellByContent(static_cast<int>(width), side);
  }

  // side * side lines of side * side values.
  absl::StatusOr<bool> TellByContent(int width, int side) const {
    if (options_.topology != nullptr) {
      if (options_.topology->num_nodes() == width) return false;
      if (options_.topology->num_nodes() == side) return true;
    }
    bool diagonal = true, flattened = true;
    const std::vector<Row>& rows = blocks_[0].rows;
    for (int i = 0; i < width; ++i) {
      diagonal = diagonal && IsZero(rows[i].cells[i]);
      for (int k = 0; k < side; ++k) {
        flattened = flattened && IsZero(rows[i].cells[static_cast<size_t>(k) * (side + 1)]);
      }
    }
    if (diagonal != flattened) return flattened;
    return input_.Fault(absl::StrFormat(
        "%d lines of %d values may be one matrix of %d nodes or %d matrices of %d nodes; give the "
        "network (--topology), or write one matrix with the names of its nodes",
        width, width, width, width, side));
  }

  bool IsZero(const std::string& cell) const {
    const auto value = DecimalSigns(delimiter_).Parse(cell);
    return value.ok() && *value == 0;
  }

  absl::Status NameNodes(int n, const Cells& names) {
    Cells labels = names;
    if (!labels.empty() && static_cast<int>(labels.size()) != n) {
      return input_.Fault(absl::StrFormat(
          "names %d nodes but has a matrix of %d; give one name a row", labels.size(), n));
    }
    if (labels.empty()) {
      auto found = MatrixNodeNames(input_, n, options_, &draft_.notes);
      if (!found.ok()) return found.status();
      labels = *std::move(found);
    }
    for (const std::string& label : labels) {
      if (absl::Status status = draft_.AddNode(label, 1); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status AddValue(const std::string& cell, int source, int destination, int line) {
    const auto value = signs_.Parse(cell);
    if (!value.ok()) {
      return input_.FaultAt(
          line, absl::StrFormat("the value of %s>%s is %s; write 0 where there was no traffic",
                                draft_.names()[source], draft_.names()[destination],
                                value.status().message()));
    }
    return draft_.AddDemand(source, destination, *value * unit_bps_, line);
  }

  absl::Status AddBlocks() {
    const int n = static_cast<int>(blocks_[0].rows.size());
    if (absl::Status status = NameNodes(n, blocks_[0].names); !status.ok()) return status;
    for (const Block& block : blocks_) {
      if (absl::Status status = draft_.StartMatrix(std::nullopt, block.rows[0].line);
          !status.ok()) {
        return status;
      }
      for (int s = 0; s < n; ++s) {
        for (int d = 0; d < n; ++d) {
          if (absl::Status status = AddValue(block.rows[s].cells[d], s, d, block.rows[s].line);
              !status.ok()) {
            return status;
          }
        }
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddLines() {
    const int n = SideOfSquare(static_cast<int64_t>(blocks_[0].rows[0].cells.size()));
    if (absl::Status status = NameNodes(n, {}); !status.ok()) return status;
    for (const Block& block : blocks_) {
      for (const Row& row : block.rows) {
        if (absl::Status status = draft_.StartMatrix(std::nullopt, row.line); !status.ok()) {
          return status;
        }
        for (int i = 0; i < n * n; ++i) {
          if (absl::Status status = AddValue(row.cells[i], i / n, i % n, row.line); !status.ok()) {
            return status;
          }
        }
      }
    }
    return absl::OkStatus();
  }

  const Input& input_;
  const LoadOptions& options_;
  TrafficDraft draft_;
  std::vector<Block> blocks_;
  char delimiter_ = ' ';
  bool ends_empty_ = false;
  DecimalSigns signs_{' '};
  std::optional<double> file_unit_bps_;
  double unit_bps_ = 1;
};

}  // namespace

bool IsMatrixText(const Sniff& sniff) {
  if (sniff.kind != Sniff::Kind::kText) return false;
  std::vector<Cells> lines;
  TextLines text(sniff.head);
  char delimiter = ' ';
  while (lines.size() < 2 && text.Next()) {
    if (text.line().empty() || text.line()[0] == '#') continue;
    if (lines.empty()) delimiter = DelimiterOf(text.raw());
    auto cells = SplitCells(text.raw(), delimiter);
    if (!cells.ok()) return false;
    lines.push_back(*std::move(cells));
  }
  if (lines.empty() || lines[0].size() < 2) return false;
  const auto numeric = [&](const std::string& cell) {
    return cell.empty() || IsNumeric(cell, delimiter);
  };
  if (std::all_of(lines[0].begin(), lines[0].end(), numeric)) return true;
  if (lines.size() == 1) return false;
  const Cells& second = lines[1];
  const size_t beside = second.size() == lines[0].size() + 1 || !numeric(second[0]) ? 1 : 0;
  // A table with a head has a column of its own for each name; a matrix has numbers from there on.
  return second.size() >= beside + 2 &&
         std::all_of(second.begin() + static_cast<ptrdiff_t>(beside), second.end(), numeric);
}

absl::StatusOr<Loaded<TrafficSeries>> ReadMatrixText(const Input& input,
                                                     const LoadOptions& options) {
  if (input.bytes.size() > kMaxTextBytes) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: has %d bytes of matrices in text; the limit is %d; save them as .npy",
                        input.file, input.bytes.size(), kMaxTextBytes));
  }
  return Reader(input, options).Read();
}

}  // namespace rhumb
