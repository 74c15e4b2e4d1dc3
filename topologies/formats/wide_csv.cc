#include "topologies/formats/wide_csv.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "topologies/formats/text_lines.h"
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
      : input_(input), lines_(input.bytes), draft_(input, options) {}

  absl::StatusOr<Loaded<TrafficSeries>> Read() {
    while (lines_.Next()) {
      const absl::string_view line = lines_.line();
      absl::Status status;
      if (line.empty()) continue;
      if (line[0] == '#') {
        status = ReadRemark(line);
      } else if (columns_.empty()) {
        status = ReadHead(line);
      } else {
        status = ReadRow(line);
      }
      if (!status.ok()) return status;
    }
    if (columns_.empty()) return input_.Fault("has no head line \"time,A>B,...\"");
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
    if (!unit_bps_) {
      return Fault(
          "no line \"# unit: ...\" before the head; add one, for instance \"# unit: Mbit/s\"");
    }
    std::vector<absl::string_view> cells = absl::StrSplit(line, ',');
    std::vector<std::pair<absl::string_view, absl::string_view>> pairs;
    absl::flat_hash_set<absl::string_view> known, seen_columns;
    for (size_t i = 1; i < cells.size(); ++i) {
      const absl::string_view cell = absl::StripAsciiWhitespace(cells[i]);
      const std::vector<absl::string_view> ends = absl::StrSplit(cell, '>');
      if (ends.size() != 2) {
        return Fault(absl::StrFormat("column %d is \"%s\"; write SOURCE>DESTINATION", i + 1,
                                     cell.substr(0, 40)));
      }
      if (!seen_columns.insert(cell).second) {
        return Fault(absl::StrFormat("column \"%s\" occurs twice; remove one", cell.substr(0, 40)));
      }
      for (absl::string_view name : ends) {
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

  absl::StatusOr<std::optional<absl::Time>> ReadTime(absl::string_view cell) const {
    std::optional<absl::Time> time;
    int64_t number = 0;
    if (absl::SimpleAtoi(cell, &number)) return time;
    absl::Time parsed;
    std::string ignored;
    for (const char* format : {absl::RFC3339_full, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
                               "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
      if (absl::ParseTime(format, cell, &parsed, &ignored) && parsed > absl::InfinitePast() &&
          parsed < absl::InfiniteFuture()) {
        time = parsed;
        return time;
      }
    }
    return Fault(absl::StrFormat("\"%s\" is no time; write for instance 2004-03-01T00:05:00Z",
                                 cell.substr(0, 40)));
  }

  absl::Status ReadRow(absl::string_view line) {
    const size_t comma = std::min(line.find(','), line.size());
    const auto time = ReadTime(absl::StripAsciiWhitespace(line.substr(0, comma)));
    if (!time.ok()) return time.status();
    if (absl::Status status = draft_.StartMatrix(*time, lines_.number()); !status.ok()) {
      return status;
    }
    line.remove_prefix(comma);
    size_t column = 0;
    while (!line.empty()) {
      line.remove_prefix(1);  // the comma
      const size_t end = std::min(line.find(','), line.size());
      const absl::string_view cell = absl::StripAsciiWhitespace(line.substr(0, end));
      line.remove_prefix(end);
      if (column >= columns_.size()) return WrongCount(column + 1, line);
      const Column& pair = columns_[column++];
      double value = 0;
      if (!absl::SimpleAtod(cell, &value)) {
        return Fault(absl::StrFormat(
            "column %d (%s>%s) is \"%s\", not a number; write 0 where there was no traffic",
            column + 1, draft_.names()[pair.source], draft_.names()[pair.destination],
            cell.substr(0, 40)));
      }
      if (absl::Status status =
              draft_.AddDemand(pair.source, pair.destination, value * *unit_bps_, lines_.number());
          !status.ok()) {
        return status;
      }
    }
    return column == columns_.size() ? absl::OkStatus() : WrongCount(column, {});
  }

  absl::Status WrongCount(size_t columns, absl::string_view rest) const {
    const int more = static_cast<int>(std::count(rest.begin(), rest.end(), ','));
    return Fault(
        absl::StrFormat("the row has %d values but the head names %d pairs; is the file "
                        "cut short?",
                        columns + more, columns_.size()));
  }

  const Input& input_;
  TextLines lines_;
  TrafficDraft draft_;
  std::optional<double> unit_bps_;
  std::vector<Column> columns_;
};

}  // namespace

absl::StatusOr<Loaded<TrafficSeries>> ReadWideCsv(const Input& input, const LoadOptions& options) {
  return Reader(input, options).Read();
}

}  // namespace rhumb
