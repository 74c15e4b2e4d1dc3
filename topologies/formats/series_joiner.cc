#include "topologies/formats/series_joiner.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/formats/input.h"
#include "topologies/formats/traffic_draft.h"

namespace rhumb {

void SeriesJoiner::Skip(const std::string& file) {
  notes_.Count("files that are no traffic skipped",
               std::filesystem::path(file).filename().string());
}

absl::Status SeriesJoiner::Add(Loaded<TrafficSeries> loaded, const std::string& file) {
  const TrafficSeries& series = loaded.value;
  if (files_++ == 0) {
    format_ = loaded.report.format;
    names_ = series.node_names();
    origin_ = series.origin();
    interval_ = series.interval();
  }
  if (series.node_names() != names_) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: has other nodes than %s; keep the matrices of one network in a directory of their own",
        file, matrices_.front().file));
  }
  const double needed = SeriesBytes(names_.size(), matrices_.size() + series.size());
  if (needed > static_cast<double>(options_.max_series_bytes)) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: the matrices up to %s take more than the limit of %d bytes; read fewer "
        "files at once",
        directory_, file, options_.max_series_bytes));
  }
  for (const TimedMatrix& matrix : series.matrices()) matrices_.push_back({matrix, file});
  for (const std::string& note : loaded.report.notes) notes_.Count(note, file);
  return absl::OkStatus();
}

absl::StatusOr<Loaded<TrafficSeries>> SeriesJoiner::Finish() {
  if (matrices_.empty()) {
    return absl::NotFoundError(absl::StrFormat(
        "%s: no file in this directory is traffic; give a directory of SNDlib matrices, or a file",
        directory_));
  }
  const bool timed = std::all_of(matrices_.begin(), matrices_.end(),
                                 [](const Placed& p) { return p.matrix.time.has_value(); });
  if (timed) {
    std::stable_sort(matrices_.begin(), matrices_.end(), [](const Placed& a, const Placed& b) {
      return *a.matrix.time < *b.matrix.time;
    });
  } else {
    notes_.Say("not every file has a time: the matrices are in order of the files' names");
  }
  std::vector<TimedMatrix> kept;
  for (Placed& placed : matrices_) {
    const std::string file = std::filesystem::path(placed.file).filename().string();
    if (!timed) placed.matrix.time.reset();
    if (placed.matrix.demands.max_bps() == 0) {
      notes_.Count("empty matrices left out", file);
    } else if (timed && !kept.empty() && *kept.back().time == *placed.matrix.time) {
      notes_.Count("matrices of a time that occurred before left out", file);
    } else {
      kept.push_back(std::move(placed.matrix));
    }
  }
  if (kept.empty()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: all matrices in the %d files are empty; fetch them again", directory_, files_));
  }
  // The files do not all say it, and some say a granularity that is not the distance of their
  // times.
  const absl::Duration interval = UsualStep(kept).value_or(interval_);
  const std::string path =
      directory_.back() == '/' ? directory_.substr(0, directory_.size() - 1) : directory_;
  auto series = TrafficSeries::Create(Input{{}, path}.Stem(), std::move(names_), interval,
                                      std::move(kept), origin_);
  if (!series.ok()) return Input{{}, directory_}.Prefixed(series.status());
  notes_.Say(absl::StrFormat("matrices read from %d files", files_));
  return Loaded<TrafficSeries>{*std::move(series), {format_ + ", directory", notes_.Lines()}};
}

}  // namespace rhumb
