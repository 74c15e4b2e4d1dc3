// Many files with a matrix each, as SNDlib and Repetita publish them, made into one series.
#ifndef RHUMB_TOPOLOGIES_FORMATS_SERIES_JOINER_H_
#define RHUMB_TOPOLOGIES_FORMATS_SERIES_JOINER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/notes.h"
#include "topologies/traffic_series.h"

namespace rhumb {

class SeriesJoiner {
 public:
  // `directory` names the result and stands in messages.
  SeriesJoiner(std::string directory, const LoadOptions& options)
      : directory_(std::move(directory)), options_(options) {}

  // Files come in the order of their names. InvalidArgument when the nodes are not those of the
  // first file; ResourceExhausted beyond options.max_series_bytes.
  absl::Status Add(Loaded<TrafficSeries> loaded, const std::string& file);
  // Counts a file that is no traffic.
  void Skip(const std::string& file);

  // In order of time where all have one; empty matrices and repetitions of a time are left out and
  // counted. NotFound when no file was added.
  absl::StatusOr<Loaded<TrafficSeries>> Finish();

 private:
  struct Placed {
    TimedMatrix matrix;
    std::string file;
  };

  std::string directory_;
  const LoadOptions& options_;
  int files_ = 0;
  std::string format_, origin_;
  std::vector<std::string> names_;
  absl::Duration interval_;
  std::vector<Placed> matrices_;
  Notes notes_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_SERIES_JOINER_H_
