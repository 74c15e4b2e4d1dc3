#include "controller/live_network/telemetry_source.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

uint64_t Bytes(double bps, double seconds) {
  return static_cast<uint64_t>(std::llround(std::max(0.0, bps) * seconds / 8));
}

}  // namespace

absl::StatusOr<TelemetryKind> ParseTelemetryKind(const std::string& text) {
  if (text == "all") return TelemetryKind::kAll;
  if (text == "demands") return TelemetryKind::kDemands;
  if (text == "link-counters") return TelemetryKind::kLinkCounters;
  if (text == "flow-counters") return TelemetryKind::kFlowCounters;
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text, "\" is no telemetry; give all, demands, link-counters or flow-counters"));
}

TelemetrySource::TelemetrySource(std::string name, TelemetryKind kind, const Topology& topology)
    : name_(std::move(name)),
      kind_(kind),
      topology_(topology),
      sent_bytes_(topology.num_links()),
      dropped_bytes_(topology.num_links()),
      flow_bytes_(static_cast<size_t>(topology.num_nodes()) * topology.num_nodes()) {}

rhumb::v1::TelemetryReport TelemetrySource::Begin(absl::Time begin, absl::Duration interval) {
  sequence_ = 0;
  last_end_ = absl::InfinitePast();
  rhumb::v1::TelemetryReport report = Header(begin, interval);
  report.set_restarted(true);
  WriteCounters(&report);
  return report;
}

rhumb::v1::TelemetryReport TelemetrySource::Report(const Measurements& measured,
                                                   const TrafficMatrix& demands, absl::Time end,
                                                   absl::Duration interval) {
  const double seconds = absl::ToDoubleSeconds(interval);
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    const LinkMeasurement& link = measured.links[l];
    sent_bytes_[l] += Bytes(link.carried_bps, seconds);
    dropped_bytes_[l] += Bytes(link.offered_bps * link.loss_ratio, seconds);
  }
  const auto rates = demands.rates_bps();
  for (size_t i = 0; i < flow_bytes_.size(); ++i) flow_bytes_[i] += Bytes(rates[i], seconds);

  rhumb::v1::TelemetryReport report = Header(end, interval);
  WriteCounters(&report);
  if (kind_ == TelemetryKind::kAll || kind_ == TelemetryKind::kDemands) {
    report.set_demands_complete(true);
    for (NodeId s = 0; s < topology_.num_nodes(); ++s) {
      for (NodeId d = 0; d < topology_.num_nodes(); ++d) {
        if (demands.rate_bps(s, d) <= 0) continue;
        rhumb::v1::Demand* demand = report.add_demands();
        demand->set_source(topology_.node(s).name);
        demand->set_destination(topology_.node(d).name);
        demand->set_rate_bps(demands.rate_bps(s, d));
      }
    }
  }
  return report;
}

rhumb::v1::TelemetryReport TelemetrySource::Header(absl::Time end, absl::Duration interval) {
  // Matrices of a calendar may overlap; a clock only goes forward.
  last_end_ = std::max(end, last_end_ + absl::Milliseconds(1));
  rhumb::v1::TelemetryReport report;
  report.set_source(name_);
  report.set_sequence(++sequence_);
  *report.mutable_interval_end() = ToTimestamp(last_end_);
  *report.mutable_interval() = ToDuration(interval);
  return report;
}

void TelemetrySource::WriteCounters(rhumb::v1::TelemetryReport* report) const {
  if (kind_ == TelemetryKind::kAll || kind_ == TelemetryKind::kLinkCounters) {
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      rhumb::v1::LinkCounters* counters = report->add_links();
      counters->set_link(topology_.link(l).name);
      counters->set_sent_bytes(sent_bytes_[l]);
      counters->set_dropped_bytes(dropped_bytes_[l]);
    }
  }
  if (kind_ != TelemetryKind::kFlowCounters) return;
  for (NodeId s = 0; s < topology_.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology_.num_nodes(); ++d) {
      if (s == d) continue;
      rhumb::v1::FlowCounters* flow = report->add_flows();
      flow->set_source(topology_.node(s).name);
      flow->set_destination(topology_.node(d).name);
      flow->set_bytes(flow_bytes_[static_cast<size_t>(s) * topology_.num_nodes() + d]);
    }
  }
}

}  // namespace rhumb
