// Traffic matrices over time, as recorded or generated.
#ifndef RHUMB_TOPOLOGIES_TRAFFIC_SERIES_H_
#define RHUMB_TOPOLOGIES_TRAFFIC_SERIES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct TimedMatrix {
  // Start of the interval; absent where the traffic has no calendar time.
  std::optional<absl::Time> time;
  TrafficMatrix demands;
};

// A series has its own node names; `ForTopology` puts it on a topology's node ids before anything
// plays it.
class TrafficSeries {
 public:
  // InvalidArgument, naming the matrix, for: no node, a repeated name, a matrix of another size, a
  // rate that is negative or not finite, a rate on the diagonal, times that do not grow, an
  // interval that is not positive.
  static absl::StatusOr<TrafficSeries> Create(std::string name, std::vector<std::string> node_names,
                                              absl::Duration interval,
                                              std::vector<TimedMatrix> matrices,
                                              std::string origin = "");

  const std::string& name() const { return name_; }
  const std::string& origin() const { return origin_; }
  const std::vector<std::string>& node_names() const { return node_names_; }
  // Time that one matrix covers. 5 min where the source does not say.
  absl::Duration interval() const { return interval_; }
  int size() const { return static_cast<int>(matrices_.size()); }
  const TimedMatrix& operator[](int index) const { return matrices_[index]; }
  const TrafficMatrix& demands(int index) const { return matrices_[index].demands; }
  const std::vector<TimedMatrix>& matrices() const { return matrices_; }

  // The same traffic on the node ids of `topology`; nodes are matched by name. NotFound, naming the
  // nodes, when traffic comes from or goes to a node that the topology does not have; nodes without
  // traffic may be missing.
  absl::StatusOr<TrafficSeries> ForTopology(const Topology& topology) const;

  // Matrices [begin, end). OutOfRange when that is empty or reaches past the end.
  absl::StatusOr<TrafficSeries> Slice(int begin, int end) const;
  TrafficSeries Scaled(double factor) const;
  // Mean over all matrices.
  TrafficMatrix Mean() const;

 private:
  TrafficSeries() = default;

  std::string name_;
  std::string origin_;
  std::vector<std::string> node_names_;
  absl::Duration interval_ = absl::Minutes(5);
  std::vector<TimedMatrix> matrices_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_TRAFFIC_SERIES_H_
