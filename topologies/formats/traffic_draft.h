// Traffic as a foreign file tells it, before it is fit to be a TrafficSeries. All readers of
// foreign formats fill one, so that the same gap is treated, counted and told alike everywhere.
#ifndef RHUMB_TOPOLOGIES_FORMATS_TRAFFIC_DRAFT_H_
#define RHUMB_TOPOLOGIES_FORMATS_TRAFFIC_DRAFT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/notes.h"
#include "topologies/traffic_series.h"
#include "topologies/traffic_stream.h"

namespace rhumb {

class TrafficDraft {
 public:
  // `input` must outlive the draft.
  TrafficDraft(const Input& input, const LoadOptions& options) : input_(input), options_(options) {}

  std::string origin;
  Notes notes;
  // What the file says that a matrix covers. Absent: the most frequent distance of two time stamps,
  // else 5 min.
  std::optional<absl::Duration> interval;

  // All nodes come before the first matrix. Labels are cleaned; InvalidArgument for one that is
  // empty or repeated then.
  absl::Status AddNode(absl::string_view label, int line);
  int num_nodes() const { return static_cast<int>(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  // By label as given to AddNode.
  std::optional<NodeId> FindNode(absl::string_view label) const;

  // Starts the next matrix. InvalidArgument for a time outside the years 1 to 9999, which the
  // native format ends at; ResourceExhausted beyond options.max_series_bytes.
  absl::Status StartMatrix(std::optional<absl::Time> time, int line);
  // The time of a matrix that was started without one. Errors as above.
  absl::Status SetTime(int matrix, absl::Time time);
  int num_matrices() const { return static_cast<int>(matrices_.size()); }
  // Keeps only the total of the matrix started last, which others will read again.
  void DropRates();
  // Adds a demand to the matrix started last. InvalidArgument for a rate outside bounds.h. Traffic
  // of a node to itself is left out and counted; a repeated pair is summed up and counted.
  absl::Status AddDemand(NodeId source, NodeId destination, double rate_bps, int line);

  // Puts the matrices in order of time, leaves out empty ones and repetitions of a time (counted,
  // with their times), and creates the series. InvalidArgument when there is no matrix or when only
  // some have a time.
  absl::StatusOr<Loaded<TrafficSeries>> Finish();
  // The same where all rates were dropped: matrix i of `source` is the one started i-th.
  absl::StatusOr<Loaded<TrafficStream>> FinishStream(std::shared_ptr<const MatrixSource> source);

 private:
  struct Placed {
    TimedMatrix matrix;
    int line;
    int number;                     // how many were started before
    std::optional<double> dropped;  // the total, where the rates are not kept
  };

  // Order, notes and what is left out; returns the time that a matrix covers.
  absl::StatusOr<absl::Duration> Arrange();
  absl::Status OrderByTime();
  void LeaveOutEmpty();

  const Input& input_;
  const LoadOptions& options_;
  std::vector<std::string> names_;
  absl::flat_hash_set<std::string> seen_;
  absl::flat_hash_map<std::string, NodeId> id_by_label_;
  std::vector<Placed> matrices_;
  int kept_ = 0;  // of them whose rates are in memory
};

// "2004-03-01T00:05:00Z".
std::string FormatUtc(absl::Time time);
// What the most of neighbouring time stamps are apart; absent for fewer than two.
std::optional<absl::Duration> UsualStep(const std::vector<TimedMatrix>& matrices);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_TRAFFIC_DRAFT_H_
