#include "topologies/traffic_stream.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace rhumb {
namespace {

class SeriesInMemory : public MatrixSource {
 public:
  explicit SeriesInMemory(TrafficSeries series)
      : series_(std::make_shared<const TrafficSeries>(std::move(series))) {}

  absl::StatusOr<std::shared_ptr<const TrafficMatrix>> Read(int number) const override {
    return std::shared_ptr<const TrafficMatrix>(series_, &series_->demands(number));
  }

 private:
  const std::shared_ptr<const TrafficSeries> series_;
};

// Another source's matrices on the nodes of a topology.
class OnTopology : public MatrixSource {
 public:
  // Node i of the source is `place[i]` here; -1: nowhere, and it has no traffic.
  OnTopology(std::shared_ptr<const MatrixSource> source, std::vector<NodeId> place, int num_nodes)
      : source_(std::move(source)), place_(std::move(place)), num_nodes_(num_nodes) {}

  absl::StatusOr<std::shared_ptr<const TrafficMatrix>> Read(int number) const override {
    const auto read = source_->Read(number);
    if (!read.ok()) return read.status();
    auto placed = std::make_shared<TrafficMatrix>(num_nodes_);
    const int n = static_cast<int>(place_.size());
    for (int s = 0; s < n; ++s) {
      if (place_[s] < 0) continue;
      for (int d = 0; d < n; ++d) {
        if (place_[d] >= 0) placed->set_rate_bps(place_[s], place_[d], (*read)->rate_bps(s, d));
      }
    }
    return placed;
  }

 private:
  const std::shared_ptr<const MatrixSource> source_;
  const std::vector<NodeId> place_;
  const int num_nodes_;
};

// Whether anything comes from or goes to node i in any matrix.
absl::StatusOr<std::vector<bool>> Speakers(const TrafficStream& stream) {
  const int n = static_cast<int>(stream.node_names().size());
  std::vector<bool> speaks(n, false);
  for (int i = 0; i < stream.size(); ++i) {
    const auto matrix = stream.Read(i);
    if (!matrix.ok()) return matrix.status();
    for (int s = 0; s < n; ++s) {
      for (int d = 0; d < n; ++d) {
        if ((*matrix)->rate_bps(s, d) > 0) speaks[s] = speaks[d] = true;
      }
    }
  }
  return speaks;
}

}  // namespace

TrafficStream::TrafficStream(TrafficSeries series)
    : name_(series.name()),
      origin_(series.origin()),
      node_names_(series.node_names()),
      interval_(series.interval()) {
  for (int i = 0; i < series.size(); ++i) {
    entries_.push_back({series[i].time, i, series.demands(i).total_bps()});
  }
  source_ = std::make_shared<SeriesInMemory>(std::move(series));
}

absl::StatusOr<TrafficStream> TrafficStream::Create(
    std::string name, std::vector<std::string> node_names, absl::Duration interval,
    std::shared_ptr<const MatrixSource> source, std::vector<Entry> entries, std::string origin) {
  // The rules for names, times and intervals are those of a series; it needs no matrices for them.
  const auto rules = TrafficSeries::Create(name, node_names, interval, {}, origin);
  if (!rules.ok()) return rules.status();
  for (size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].time && entries[i - 1].time && *entries[i].time <= *entries[i - 1].time) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "matrix %d is of %s, not later than the one before it; put them in order of time", i,
          absl::FormatTime(*entries[i].time, absl::UTCTimeZone())));
    }
  }
  TrafficStream stream;
  stream.name_ = std::move(name);
  stream.origin_ = std::move(origin);
  stream.node_names_ = std::move(node_names);
  stream.interval_ = interval;
  stream.source_ = std::move(source);
  stream.entries_ = std::move(entries);
  return stream;
}

absl::StatusOr<std::shared_ptr<const TrafficMatrix>> TrafficStream::Read(int index) const {
  return source_->Read(entries_[index].number);
}

absl::StatusOr<TrafficStream> TrafficStream::ForTopology(const Topology& topology) const {
  const int n = static_cast<int>(node_names_.size());
  std::vector<NodeId> place(n, -1);
  bool same = topology.num_nodes() == n;
  std::vector<std::string> missing;
  for (int i = 0; i < n; ++i) {
    if (const auto found = topology.FindNode(node_names_[i])) place[i] = *found;
    same = same && place[i] == i;
    if (place[i] < 0) missing.push_back(node_names_[i]);
  }
  if (same) return *this;
  if (!missing.empty()) {
    const auto speaks = Speakers(*this);
    if (!speaks.ok()) return speaks.status();
    missing.clear();
    for (int i = 0; i < n; ++i) {
      if (place[i] < 0 && (*speaks)[i]) missing.push_back(node_names_[i]);
    }
  }
  if (!missing.empty()) {
    std::sort(missing.begin(), missing.end());
    return absl::NotFoundError(
        absl::StrFormat("traffic \"%s\" has demands at nodes that topology \"%s\" does not have: "
                        "%s; name the nodes alike or choose another pair",
                        name_, topology.name(), absl::StrJoin(missing, ", ")));
  }
  TrafficStream placed = *this;
  placed.node_names_.clear();
  for (const Node& node : topology.nodes()) placed.node_names_.push_back(node.name);
  placed.source_ = std::make_shared<OnTopology>(source_, std::move(place), topology.num_nodes());
  return placed;
}

TrafficStream TrafficStream::Keep(const std::vector<int>& indices) const {
  TrafficStream kept = *this;
  kept.entries_.clear();
  for (const int index : indices) kept.entries_.push_back(entries_[index]);
  return kept;
}

absl::StatusOr<TrafficMatrix> TrafficStream::Mean() const {
  TrafficMatrix mean(static_cast<int>(node_names_.size()));
  for (int i = 0; i < size(); ++i) {
    const auto matrix = Read(i);
    if (!matrix.ok()) return matrix.status();
    for (NodeId s = 0; s < mean.num_nodes(); ++s) {
      for (NodeId d = 0; d < mean.num_nodes(); ++d) {
        mean.add_rate_bps(s, d, (*matrix)->rate_bps(s, d) / size());
      }
    }
  }
  return mean;
}

}  // namespace rhumb
