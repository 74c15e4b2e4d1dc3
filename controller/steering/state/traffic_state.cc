#include "controller/steering/state/traffic_state.h"

#include <algorithm>
#include <utility>

#include "controller/steering/estimation/tomogravity.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {

void TrafficState::Add(const MeasuredInterval& interval, const Topology& topology,
                       const RoutingPlan* plan, SteadyTime now) {
  topology_ = topology;
  restored_ = nullptr;
  const int nodes = topology.num_nodes();
  const size_t pairs = static_cast<size_t>(nodes) * nodes;
  const absl::Duration half = interval.length / 2;
  // An end before the present one's is late, unless its source's clock went back; or the present
  // one's is wrong, and a source that comes a second time says so.
  const bool earlier = !history_.empty() && interval.end < history_.back()->interval_end - half;
  const bool begins_next = earlier && (interval.new_clock || sources_.contains(interval.source));
  const bool same_interval = !history_.empty() && demands_.size() == pairs && !begins_next &&
                             interval.end < history_.back()->interval_end + half;
  if (!same_interval) {
    links_.assign(topology.num_links(), std::nullopt);
    demands_.assign(pairs, std::nullopt);
    sources_.clear();
    complete_ = false;
  }
  sources_.insert(interval.source);
  bool any = false;
  for (const MeasuredLink& link : interval.links) {
    links_[link.link] = link;
    any = true;
  }
  for (const MeasuredDemand& demand : interval.demands) {
    demands_[demand.pair.source * nodes + demand.pair.destination] = demand.rate_bps;
    any = true;
  }
  complete_ |= interval.demands_complete;
  // Counters that were seen for the first time say nothing yet.
  if (!any && !interval.demands_complete) return;

  auto estimate = std::make_shared<TrafficEstimate>();
  estimate->version = versions_.Next();
  estimate->interval_end = interval.end;
  estimate->received_at = now;
  estimate->measurements = LinkMeasurements(topology, interval.length);
  estimate->measured.resize(pairs);
  for (size_t i = 0; i < pairs; ++i) estimate->measured[i] = complete_ || demands_[i].has_value();
  TrafficMatrix matrix(nodes);
  const bool can_estimate = !complete_ && plan != nullptr && estimate->measurements != nullptr;
  if (can_estimate) {
    std::vector<std::optional<double>> link_bps(topology.num_links());
    for (LinkId l = 0; l < topology.num_links(); ++l) {
      if (links_[l]) link_bps[l] = links_[l]->sent_bps + links_[l]->dropped_bps;
    }
    matrix = EstimateDemands(topology, *plan, link_bps, demands_);
  } else {
    for (NodeId s = 0; s < nodes; ++s) {
      for (NodeId d = 0; d < nodes; ++d) {
        if (s != d) matrix.set_rate_bps(s, d, demands_[s * nodes + d].value_or(0));
      }
    }
  }
  double measured_bps = 0;
  for (size_t i = 0; i < pairs; ++i) {
    if (estimate->measured[i]) measured_bps += matrix.rates_bps()[i];
  }
  const double total = matrix.total_bps();
  estimate->measured_share = total > 0 ? measured_bps / total : 0;
  estimate->demands = std::make_shared<const TrafficMatrix>(std::move(matrix));
  if (same_interval) {
    history_.back() = std::move(estimate);
  } else {
    history_.push_back(std::move(estimate));
    if (history_.size() > max_history_) history_.pop_front();
  }
}

void TrafficState::CarryOver(const Topology& topology) {
  links_.clear();
  demands_.clear();
  sources_.clear();
  complete_ = false;
  const std::shared_ptr<const TrafficEstimate> last = last_known();
  if (last == nullptr || !topology_) return;
  auto carried = std::make_shared<TrafficEstimate>(*last);
  const int before = topology_->num_nodes(), nodes = topology.num_nodes();
  std::vector<std::optional<NodeId>> node(before);
  for (NodeId n = 0; n < before; ++n) node[n] = topology.FindNode(topology_->node(n).name);
  TrafficMatrix demands(nodes);
  carried->measured.assign(static_cast<size_t>(nodes) * nodes, false);
  for (NodeId s = 0; s < before; ++s) {
    for (NodeId d = 0; d < before; ++d) {
      if (s == d || !node[s] || !node[d]) continue;
      demands.set_rate_bps(*node[s], *node[d], last->demands->rate_bps(s, d));
      carried->measured[*node[s] * nodes + *node[d]] = last->measured[s * before + d];
    }
  }
  carried->demands = std::make_shared<const TrafficMatrix>(std::move(demands));
  carried->measurements = nullptr;  // of links that may be others now
  topology_ = topology;
  if (history_.empty()) {
    restored_ = std::move(carried);
  } else {
    history_.assign(1, std::move(carried));
  }
}

absl::Status TrafficState::Restore(const rhumb::v1::KeptTraffic& kept, const Topology& topology) {
  absl::StatusOr<TrafficMatrix> demands = ReadKeptDemands(kept, topology);
  if (!demands.ok()) return demands.status();
  auto estimate = std::make_shared<TrafficEstimate>();
  estimate->interval_end = FromProto(kept.interval_end());
  estimate->measured.assign(demands->rates_bps().size(), false);
  estimate->demands = std::make_shared<const TrafficMatrix>(*std::move(demands));
  restored_ = std::move(estimate);
  topology_ = topology;
  return absl::OkStatus();
}

std::optional<KeptDemands> TrafficState::ToKeep() const {
  const auto last = last_known();
  if (last == nullptr || !topology_) return std::nullopt;
  return KeptDemands{last->demands, *topology_, last->interval_end};
}

std::shared_ptr<const Measurements> TrafficState::LinkMeasurements(const Topology& topology,
                                                                   absl::Duration window) const {
  auto result = std::make_shared<Measurements>();
  result->window_s = absl::ToDoubleSeconds(window);
  result->links.resize(topology.num_links());
  double offered = 0, dropped = 0;
  bool any = false;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    if (!links_[l]) continue;
    any = true;
    LinkMeasurement& link = result->links[l];
    link.carried_bps = links_[l]->sent_bps;
    link.offered_bps = links_[l]->sent_bps + links_[l]->dropped_bps;
    link.utilization = link.offered_bps / topology.link(l).capacity_bps;
    link.loss_ratio = link.offered_bps > 0 ? links_[l]->dropped_bps / link.offered_bps : 0;
    result->mlu = std::max(result->mlu, link.utilization);
    offered += link.offered_bps;
    dropped += links_[l]->dropped_bps;
  }
  result->loss_ratio = offered > 0 ? dropped / offered : 0;
  return any ? result : nullptr;
}

}  // namespace rhumb
