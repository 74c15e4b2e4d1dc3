// Traffic matrices over time that are read when they are asked for, so that a series may be larger
// than the memory. Everything that goes through a series once (replay, descriptions, conversion)
// takes a stream; what draws matrices at random (training) takes a TrafficSeries.
#ifndef RHUMB_TOPOLOGIES_TRAFFIC_STREAM_H_
#define RHUMB_TOPOLOGIES_TRAFFIC_STREAM_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// Where the matrices lie: a file, or the memory.
class MatrixSource {
 public:
  virtual ~MatrixSource() = default;
  // Matrix `number`, with finite rates of 0 or more and an empty diagonal. An error, naming the
  // file, when it cannot be read or is no longer what it was. Called from several threads.
  virtual absl::StatusOr<std::shared_ptr<const TrafficMatrix>> Read(int number) const = 0;
};

// A value that is cheap to copy; copies share the source.
class TrafficStream {
 public:
  struct Entry {
    std::optional<absl::Time> time;  // start of the interval, as in TimedMatrix
    int number = 0;                  // in the source
    double total_bps = 0;
  };

  // Over a series in memory, which it keeps: Read costs nothing.
  TrafficStream(TrafficSeries series);  // NOLINT: a series is a stream
  // Over matrices of `node_names` in a source. InvalidArgument for what TrafficSeries::Create
  // refuses too; the rates are the promise of the source.
  static absl::StatusOr<TrafficStream> Create(std::string name, std::vector<std::string> node_names,
                                              absl::Duration interval,
                                              std::shared_ptr<const MatrixSource> source,
                                              std::vector<Entry> entries, std::string origin = "");

  const std::string& name() const { return name_; }
  const std::string& origin() const { return origin_; }
  const std::vector<std::string>& node_names() const { return node_names_; }
  absl::Duration interval() const { return interval_; }
  int size() const { return static_cast<int>(entries_.size()); }
  std::optional<absl::Time> time(int index) const { return entries_[index].time; }
  // Sum of all rates, known without reading.
  double total_bps(int index) const { return entries_[index].total_bps; }
  // Reads from the source whatever was read before: who needs a matrix twice keeps it. Errors of
  // the source.
  absl::StatusOr<std::shared_ptr<const TrafficMatrix>> Read(int index) const;

  // As TrafficSeries::ForTopology. Reads all matrices when the topology lacks one of the nodes.
  absl::StatusOr<TrafficStream> ForTopology(const Topology& topology) const;
  // Only these matrices, in this order.
  TrafficStream Keep(const std::vector<int>& indices) const;
  // Mean over all matrices, which are read.
  absl::StatusOr<TrafficMatrix> Mean() const;

 private:
  TrafficStream() = default;

  std::string name_;
  std::string origin_;
  std::vector<std::string> node_names_;
  absl::Duration interval_ = absl::Minutes(5);
  std::shared_ptr<const MatrixSource> source_;
  std::vector<Entry> entries_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_TRAFFIC_STREAM_H_
