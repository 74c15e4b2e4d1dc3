// Traffic between the nodes of a topology in one interval.
#ifndef RHUMB_TOPOLOGIES_TRAFFIC_MATRIX_H_
#define RHUMB_TOPOLOGIES_TRAFFIC_MATRIX_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "topologies/topology.h"

namespace rhumb {

// A dense square of mean rates in bits per second, row = source, column = destination. The diagonal
// is 0. O(nodes^2) memory: 4.5 MB for 754 nodes.
class TrafficMatrix {
 public:
  TrafficMatrix() = default;
  explicit TrafficMatrix(int num_nodes)
      : num_nodes_(num_nodes), rate_bps_(static_cast<size_t>(num_nodes) * num_nodes, 0.0) {}

  int num_nodes() const { return num_nodes_; }
  double rate_bps(NodeId source, NodeId destination) const {
    return rate_bps_[Index(source, destination)];
  }
  // The rate must be finite and not negative, and 0 on the diagonal; readers check before they
  // call.
  void set_rate_bps(NodeId source, NodeId destination, double rate) {
    rate_bps_[Index(source, destination)] = rate;
  }
  void add_rate_bps(NodeId source, NodeId destination, double rate) {
    rate_bps_[Index(source, destination)] += rate;
  }
  // Row-major, [nodes, nodes].
  absl::Span<const double> rates_bps() const { return rate_bps_; }

  double total_bps() const;
  double max_bps() const;
  // Demands above 0.
  int num_demands() const;
  // Every rate times `factor` (not negative).
  TrafficMatrix Scaled(double factor) const;

 private:
  size_t Index(NodeId source, NodeId destination) const {
    return static_cast<size_t>(source) * num_nodes_ + destination;
  }

  int num_nodes_ = 0;
  std::vector<double> rate_bps_;
};

bool operator==(const TrafficMatrix& a, const TrafficMatrix& b);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_TRAFFIC_MATRIX_H_
