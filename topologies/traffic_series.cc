#include "topologies/traffic_series.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace rhumb {
namespace {

absl::Status CheckMatrix(const TrafficMatrix& demands, const std::vector<std::string>& names,
                         size_t index) {
  const int n = static_cast<int>(names.size());
  if (demands.num_nodes() != n) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "matrix %d is for %d nodes but the series names %d", index, demands.num_nodes(), n));
  }
  for (NodeId s = 0; s < n; ++s) {
    for (NodeId d = 0; d < n; ++d) {
      const double rate = demands.rate_bps(s, d);
      if (!std::isfinite(rate) || rate < 0) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "matrix %d, demand %s>%s has rate %g bit/s; give a finite rate of 0 or more", index,
            names[s], names[d], rate));
      }
      if (s == d && rate != 0) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "matrix %d has a demand from %s to itself; remove it", index, names[s]));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrafficSeries> TrafficSeries::Create(std::string name,
                                                    std::vector<std::string> node_names,
                                                    absl::Duration interval,
                                                    std::vector<TimedMatrix> matrices,
                                                    std::string origin) {
  if (node_names.empty()) {
    return absl::InvalidArgumentError("the traffic series names no nodes; give at least one");
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (const std::string& node : node_names) {
    if (!seen.insert(node).second) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the traffic series names node \"%s\" twice", node));
    }
  }
  if (interval <= absl::ZeroDuration() || interval == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the interval of the traffic series is %s; give a positive time such as 5m",
                        absl::FormatDuration(interval)));
  }
  for (size_t i = 0; i < matrices.size(); ++i) {
    if (absl::Status status = CheckMatrix(matrices[i].demands, node_names, i); !status.ok()) {
      return status;
    }
    if (i > 0 && matrices[i].time && matrices[i - 1].time &&
        *matrices[i].time <= *matrices[i - 1].time) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "matrix %d is of %s, not later than the one before it (%s); put them in order of time", i,
          absl::FormatTime(*matrices[i].time, absl::UTCTimeZone()),
          absl::FormatTime(*matrices[i - 1].time, absl::UTCTimeZone())));
    }
  }
  TrafficSeries series;
  series.name_ = std::move(name);
  series.origin_ = std::move(origin);
  series.node_names_ = std::move(node_names);
  series.interval_ = interval;
  series.matrices_ = std::move(matrices);
  return series;
}

absl::StatusOr<TrafficSeries> TrafficSeries::ForTopology(const Topology& topology) const {
  const int n = static_cast<int>(node_names_.size());
  std::vector<NodeId> id(n, -1);
  for (int i = 0; i < n; ++i) {
    if (const auto found = topology.FindNode(node_names_[i])) id[i] = *found;
  }
  TrafficSeries mapped = *this;
  mapped.node_names_.clear();
  for (const Node& node : topology.nodes()) mapped.node_names_.push_back(node.name);
  absl::flat_hash_set<std::string> missing;
  for (TimedMatrix& matrix : mapped.matrices_) {
    TrafficMatrix demands(topology.num_nodes());
    for (int s = 0; s < n; ++s) {
      for (int d = 0; d < n; ++d) {
        const double rate = matrix.demands.rate_bps(s, d);
        if (rate == 0) continue;
        if (id[s] < 0) missing.insert(node_names_[s]);
        if (id[d] < 0) missing.insert(node_names_[d]);
        if (id[s] >= 0 && id[d] >= 0) demands.set_rate_bps(id[s], id[d], rate);
      }
    }
    matrix.demands = std::move(demands);
  }
  if (!missing.empty()) {
    std::vector<std::string> names(missing.begin(), missing.end());
    std::sort(names.begin(), names.end());
    return absl::NotFoundError(
        absl::StrFormat("traffic \"%s\" has demands at nodes that topology \"%s\" does not have: "
                        "%s; name the nodes "
                        "alike or choose another pair",
                        name_, topology.name(), absl::StrJoin(names, ", ")));
  }
  return mapped;
}

absl::StatusOr<TrafficSeries> TrafficSeries::Slice(int begin, int end) const {
  if (begin < 0 || end > size() || begin >= end) {
    return absl::OutOfRangeError(absl::StrFormat(
        "intervals %d:%d are not in traffic \"%s\", which has 0:%d", begin, end, name_, size()));
  }
  TrafficSeries slice = *this;
  slice.matrices_.assign(matrices_.begin() + begin, matrices_.begin() + end);
  return slice;
}

TrafficSeries TrafficSeries::Scaled(double factor) const {
  TrafficSeries scaled = *this;
  for (TimedMatrix& matrix : scaled.matrices_) matrix.demands = matrix.demands.Scaled(factor);
  return scaled;
}

TrafficMatrix TrafficSeries::Mean() const {
  TrafficMatrix mean(static_cast<int>(node_names_.size()));
  for (const TimedMatrix& matrix : matrices_) {
    for (NodeId s = 0; s < mean.num_nodes(); ++s) {
      for (NodeId d = 0; d < mean.num_nodes(); ++d) {
        mean.add_rate_bps(s, d, matrix.demands.rate_bps(s, d) / size());
      }
    }
  }
  return mean;
}

}  // namespace rhumb
