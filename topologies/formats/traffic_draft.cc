#include "topologies/formats/traffic_draft.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/formats/bounds.h"
#include "topologies/formats/names.h"

namespace rhumb {
namespace {

std::string Label(const TimedMatrix& matrix, int line) {
  return matrix.time ? FormatUtc(*matrix.time) : absl::StrFormat("line %d", line);
}

}  // namespace

std::string FormatUtc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::optional<absl::Duration> UsualStep(const std::vector<TimedMatrix>& matrices) {
  std::map<absl::Duration, int> steps;
  for (size_t i = 1; i < matrices.size(); ++i) {
    if (matrices[i].time && matrices[i - 1].time)
      ++steps[*matrices[i].time - *matrices[i - 1].time];
  }
  if (steps.empty()) return std::nullopt;
  return std::max_element(steps.begin(), steps.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

absl::Status TrafficDraft::AddNode(absl::string_view label, int line) {
  std::string name = CleanName(label);
  if (name.empty()) {
    return input_.FaultAt(line, "a node has an empty name; give every node a unique one");
  }
  if (!seen_.insert(name).second || !id_by_label_.emplace(label, num_nodes()).second) {
    return input_.FaultAt(
        line, absl::StrFormat("node \"%s\" is named twice; names must be unique", name));
  }
  if (name != label) {
    notes.Count("node labels changed to make names of them",
                absl::StrFormat("\"%s\" to \"%s\"", label.substr(0, 60), name.substr(0, 60)));
  }
  names_.push_back(std::move(name));
  return absl::OkStatus();
}

std::optional<NodeId> TrafficDraft::FindNode(absl::string_view label) const {
  const auto found = id_by_label_.find(label);
  if (found == id_by_label_.end()) return std::nullopt;
  return found->second;
}

absl::Status TrafficDraft::SetTime(int matrix, absl::Time time) {
  Placed& placed = matrices_[matrix];
  const absl::CivilYear year = absl::ToCivilYear(time, absl::UTCTimeZone());
  if (year < absl::CivilYear(1) || year > absl::CivilYear(9999)) {
    return input_.FaultAt(placed.line, "the time is outside the years 1 to 9999; correct it");
  }
  // Finer than any file means.
  placed.matrix.time = absl::FromUnixMicros(absl::ToUnixMicros(time));
  return absl::OkStatus();
}

absl::Status TrafficDraft::StartMatrix(std::optional<absl::Time> time, int line) {
  const double needed = SeriesBytes(num_nodes(), kept_ + 1);
  if (needed > static_cast<double>(options_.max_series_bytes)) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s:%d: %d matrices of %d nodes take more than the limit of %d bytes; cut the series into "
        "shorter ones, or save it with numpy.save as an array of shape (T, N, N), which is not "
        "limited",
        input_.file, line, kept_ + 1, num_nodes(), options_.max_series_bytes));
  }
  matrices_.push_back({{std::nullopt, TrafficMatrix(num_nodes())}, line, num_matrices(), {}});
  ++kept_;
  return time ? SetTime(num_matrices() - 1, *time) : absl::OkStatus();
}

void TrafficDraft::DropRates() {
  TimedMatrix& last = matrices_.back().matrix;
  matrices_.back().dropped = last.demands.total_bps();
  last.demands = TrafficMatrix();
  --kept_;
}

absl::Status TrafficDraft::AddDemand(NodeId source, NodeId destination, double rate_bps, int line) {
  if (!IsDemand(rate_bps)) {
    return input_.FaultAt(line,
                          absl::StrFormat("demand %s>%s has the rate %g bit/s; give one from 0 to "
                                          "1 Pbit/s",
                                          names_[source], names_[destination], rate_bps));
  }
  if (source == destination) {
    if (rate_bps > 0) {
      notes.Count("demands of a node to itself left out",
                  absl::StrFormat("node %s, line %d", names_[source], line));
    }
    return absl::OkStatus();
  }
  TrafficMatrix& demands = matrices_.back().matrix.demands;
  if (demands.rate_bps(source, destination) != 0 && rate_bps != 0) {
    notes.Count("repeated demands of one pair summed up",
                absl::StrFormat("%s>%s, line %d", names_[source], names_[destination], line));
  }
  demands.add_rate_bps(source, destination, rate_bps);
  return absl::OkStatus();
}

absl::Status TrafficDraft::OrderByTime() {
  const int timed =
      static_cast<int>(std::count_if(matrices_.begin(), matrices_.end(),
                                     [](const Placed& p) { return p.matrix.time.has_value(); }));
  if (timed == 0) return absl::OkStatus();
  if (timed < static_cast<int>(matrices_.size())) {
    const auto first = std::find_if(matrices_.begin(), matrices_.end(),
                                    [](const Placed& p) { return !p.matrix.time.has_value(); });
    return input_.FaultAt(first->line,
                          "this matrix has no time but others do; give all of them one, or none");
  }
  const auto earlier = [](const Placed& a, const Placed& b) {
    return *a.matrix.time < *b.matrix.time;
  };
  if (!std::is_sorted(matrices_.begin(), matrices_.end(), earlier)) {
    notes.Say("the matrices were not in order of time and were sorted");
    std::stable_sort(matrices_.begin(), matrices_.end(), earlier);
  }
  std::vector<Placed> kept;
  for (Placed& placed : matrices_) {
    if (!kept.empty() && *kept.back().matrix.time == *placed.matrix.time) {
      notes.Count("matrices of a time that occurred before left out",
                  absl::StrFormat("%s, line %d", Label(placed.matrix, placed.line), placed.line));
    } else {
      kept.push_back(std::move(placed));
    }
  }
  matrices_ = std::move(kept);
  return absl::OkStatus();
}

void TrafficDraft::LeaveOutEmpty() {
  const auto is_empty = [](const Placed& p) {
    return p.dropped ? *p.dropped == 0 : p.matrix.demands.max_bps() == 0;
  };
  if (std::all_of(matrices_.begin(), matrices_.end(), is_empty)) return;
  for (const Placed& placed : matrices_) {
    if (is_empty(placed)) {
      notes.Count("empty matrices left out", Label(placed.matrix, placed.line));
    }
  }
  matrices_.erase(std::remove_if(matrices_.begin(), matrices_.end(), is_empty), matrices_.end());
}

absl::StatusOr<absl::Duration> TrafficDraft::Arrange() {
  if (matrices_.empty()) {
    return input_.Fault("holds no traffic matrix; is the file cut short?");
  }
  if (absl::Status status = OrderByTime(); !status.ok()) return status;
  std::vector<TimedMatrix> times;  // before any is left out
  for (const Placed& placed : matrices_) times.push_back({placed.matrix.time, TrafficMatrix()});
  const auto usual = UsualStep(times);
  if (interval && usual && *interval != *usual) {
    notes.Say(absl::StrFormat("a matrix covers %s, as the file says, but their times are %s apart",
                              absl::FormatDuration(*interval), absl::FormatDuration(*usual)));
  }
  if (!interval && !usual && matrices_.size() > 1) {
    notes.Say("the file does not say what time a matrix covers: taken as 5m");
  }
  LeaveOutEmpty();
  return interval ? *interval : usual.value_or(absl::Minutes(5));
}

absl::StatusOr<Loaded<TrafficSeries>> TrafficDraft::Finish() {
  const auto step = Arrange();
  if (!step.ok()) return step.status();
  std::vector<TimedMatrix> matrices;
  matrices.reserve(matrices_.size());
  for (Placed& placed : matrices_) matrices.push_back(std::move(placed.matrix));
  auto series = TrafficSeries::Create(input_.Stem(), std::move(names_), *step, std::move(matrices),
                                      ToUtf8(origin));
  if (!series.ok()) return input_.Prefixed(series.status());
  return Loaded<TrafficSeries>{*std::move(series), {"", notes.Lines()}};
}

absl::StatusOr<Loaded<TrafficStream>> TrafficDraft::FinishStream(
    std::shared_ptr<const MatrixSource> source) {
  const auto step = Arrange();
  if (!step.ok()) return step.status();
  std::vector<TrafficStream::Entry> entries;
  entries.reserve(matrices_.size());
  for (const Placed& placed : matrices_) {
    entries.push_back({placed.matrix.time, placed.number, *placed.dropped});
  }
  auto stream = TrafficStream::Create(input_.Stem(), std::move(names_), *step, std::move(source),
                                      std::move(entries), ToUtf8(origin));
  if (!stream.ok()) return input_.Prefixed(stream.status());
  return Loaded<TrafficStream>{*std::move(stream), {"", notes.Lines()}};
}

}  // namespace rhumb
