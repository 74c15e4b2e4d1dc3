#include "topologies/formats/wide_csv.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "topologies/formats/csv_table.h"
#include "topologies/formats/text_lines.h"
#include "topologies/formats/time_stamps.h"
#include "topologies/formats/traffic_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

struct Column {
  NodeId source, destination;
};

class Reader {
 public:
  Reader(const Input& input, const LoadOptions& options)
      : input_(input), options_(options), lines_(input.bytes), draft_(input, options) {}

  absl::StatusOr<Loaded<TrafficSeries>> Read() {
    while (lines_.Next()) {
      absl::string_view line = lines_.line();
      absl::Status status;
      if (line.empty()) continue;
      // A spreadsheet quotes a remark that holds a delimiter.
      if (absl::StartsWith(line, "\"#")) line.remove_prefix(1);
      if (line[0] == '#') {
        // A row that somebody switched off, or a slip.
        if (!columns_.empty()) {
          draft_.notes.Count("remarks between the rows skipped",
                             absl::StrFormat("line %d", lines_.number()));
        }
        status = ReadRemark(line);
      } else if (columns_.empty()) {
        status = ReadHead(line);
      } else {
        status = ReadRow(line);
      }
      if (!status.ok()) return status;
    }
    if (columns_.empty()) return input_.Fault("has no head line \"time,A>B,...\"");
    if (absl::Status status = signs_.Check(); !status.ok()) return input_.Prefixed(status);
    if (signs_.commas()) draft_.notes.Say("numbers were read with a decimal comma");
    const auto resolved = ResolveTimes(input_, stamps_, draft_.interval);
    if (!resolved.ok()) return resolved.status();
    if (!resolved->note.empty()) draft_.notes.Say(resolved->note);
    for (int i = 0; i < draft_.num_matrices(); ++i) {
      if (!resolved->times[i]) continue;
      if (absl::Status status = draft_.SetTime(i, *resolved->times[i]); !status.ok()) {
        return status;
      }
    }
    return draft_.Finish();
  }

 private:
  absl::Status Fault(absl::string_view what) const { return input_.FaultAt(lines_.number(), what); }

  absl::Status ReadRemark(absl::string_view line) {
    absl::ConsumePrefix(&line, "#");
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    const absl::string_view key = absl::StripAsciiWhitespace(parts.first);
    const absl::string_view value = absl::StripAsciiWhitespace(parts.second);
    if (key == "unit") return ReadUnit(value);
    if (key == "source") {
      absl::StrAppend(&draft_.origin, draft_.origin.empty() ? "" : "; ", value);
    } else if (key == "suspect") {
      draft_.notes.Say(absl::StrCat("the file itself says: suspect: ", value.substr(0, 300)));
    }
    return absl::OkStatus();
  }

  // "Mbit/s", "Mbit/s mean over 5 min (whatever)".
  absl::Status ReadUnit(absl::string_view text) {
    const absl::string_view unit = text.substr(0, text.find_first_of(" \t(,;"));
    const auto rate = ParseRate(absl::StrCat("1 ", unit));
    if (!rate.ok() || unit.empty() || *rate == 0) {
      return Fault(absl::StrFormat(
          "the unit \"%s\" is no rate; write for instance \"# unit: Mbit/s\"", text.substr(0, 40)));
    }
    unit_bps_ = *rate;
    constexpr absl::string_view kOver = "mean over ";
    if (const size_t at = text.find(kOver); at != absl::string_view::npos) {
      const absl::string_view rest = text.substr(at + kOver.size());
      const auto interval = ParseDuration(rest.substr(0, rest.find_first_of("(,;")));
      if (interval.ok() && *interval > absl::ZeroDuration()) draft_.interval = *interval;
    }
    return absl::OkStatus();
  }

  absl::Status ReadHead(absl::string_view line) {
    if (!unit_bps_ && options_.unitless_rate_given) unit_bps_ = options_.unitless_rate_bps;
    if (!unit_bps_) {
      return Fault(
          "no line \"# unit: ...\" before the head; add one, for instance \"# unit: Mbit/s\", or "
          "say "
          "it with --capacity-unit");
    }
    delimiter_ = DelimiterOf(line);
    signs_ = DecimalSigns(delimiter_);
    const auto cells = SplitCells(line, delimiter_);
    if (!cells.ok()) return Fault(cells.status().message());
    const bool arrows = cells->size() > 1 &&
                        std::all_of(cells->begin() + 1, cells->end(), [](const std::string& cell) {
                          return absl::StrContains(cell, "->");
                        });
    std::vector<std::pair<std::string, std::string>> pairs;
    absl::flat_hash_set<std::string> known, seen_columns;
    for (size_t i = 1; i < cells->size(); ++i) {
      const std::string& cell = (*cells)[i];
      std::vector<std::string> ends = absl::StrSplit(cell, arrows ? "->" : ">");
      if (ends.size() != 2) {
        return Fault(absl::StrFormat("column %d is \"%s\"; write SOURCE>DESTINATION", i + 1,
                                     cell.substr(0, 40)));
      }
      if (!seen_columns.insert(cell).second) {
        return Fault(absl::StrFormat("column \"%s\" occurs twice; remove one", cell.substr(0, 40)));
      }
      for (const std::string& name : ends) {
        if (!known.insert(name).second) continue;
        if (absl::Status status = draft_.AddNode(name, lines_.number()); !status.ok())
          return status;
      }
      pairs.emplace_back(ends[0], ends[1]);
    }
    if (pairs.empty()) return Fault("the head line names no pair; write time,A>B,...");
    for (const auto& [source, destination] : pairs) {
      columns_.push_back({*draft_.FindNode(source), *draft_.FindNode(destination)});
    }
    return absl::OkStatus();
  }

  absl::Status ReadRow(absl::string_view line) {
    const auto cells = SplitCells(line, delimiter_);
    if (!cells.ok()) return Fault(cells.status().message());
    auto stamp = ParseTimeStamp((*cells)[0]);
    if (!stamp.ok()) return Fault(stamp.status().message());
    stamp->line = lines_.number();
    stamps_.push_back(*stamp);
    if (absl::Status status = draft_.StartMatrix(std::nullopt, lines_.number()); !status.ok()) {
      return status;
    }
    if (cells->size() != columns_.size() + 1) {
      return Fault(absl::StrFormat(
          "the row has %d values but the head names %d pairs; is the file cut short?",
          cells->size() - 1, columns_.size()));
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      const auto value = signs_.Parse((*cells)[i + 1]);
      if (!value.ok()) {
        return Fault(absl::StrFormat("column %d (%s>%s) is %s; write 0 where there was no traffic",
                                     i + 2, draft_.names()[columns_[i].source],
                                     draft_.names()[columns_[i].destination],
                                     value.status().message()));
      }
      if (absl::Status status = draft_.AddDemand(columns_[i].source, columns_[i].destination,
                                                 *value * *unit_bps_, lines_.number());
          !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  const Input& input_;
  const LoadOptions& options_;
  TextLines lines_;
  TrafficDraft draft_;
  std::optional<double> unit_bps_;
  std::vector<Column> columns_;
  char delimiter_ = ',';
  DecimalSigns signs_{','};
  std::vector<TimeStamp> stamps_;  // one a matrix
};

}  // namespace

absl::StatusOr<Loaded<TrafficSeries>> ReadWideCsv(const Input& input, const LoadOptions& options) {
  return Reader(input, options).Read();
}

}  // namespace rhumb
