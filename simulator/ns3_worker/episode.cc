// SPDX-License-Identifier: GPL-2.0-only
#include "episode.h"

#include <ns3/object-factory.h>
#include <ns3/priority-queue-scheduler.h>
#include <ns3/rng-seed-manager.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <utility>

#include "flow_sizes.h"
#include "global_plane.h"
#include "ip_plane.h"
#include "label_plane.h"
#include "packet_sizes.h"
#include "simulated_time.h"

namespace rhumb_ns3 {
namespace {

using rhumb::worker::Reset;

constexpr double kLeastBufferS = 0.020;
constexpr uint64_t kLeastBufferPackets = 25;
constexpr uint64_t kLeastAutomaticBuffer = 512 * 1024;
constexpr uint64_t kMostAutomaticBuffer = 8 * 1024 * 1024;
constexpr double kLongestIntervalS = 1e6;

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

bool IsTime(double seconds) { return seconds >= 0 && seconds <= kLongestIntervalS; }

std::string Check(const Reset& reset) {
  const int links = reset.link_source_size();
  if (reset.num_nodes() == 0 || reset.num_nodes() > 65536) return "there must be 1 to 65536 nodes";
  if (reset.link_destination_size() != links || reset.capacity_bps_size() != links ||
      reset.delay_s_size() != links || reset.usable_size() != links || reset.up_size() != links ||
      reset.metric_size() != links) {
    return "the arrays of links have unequal lengths";
  }
  for (int i = 0; i < links; ++i) {
    const bool good =
        reset.link_source(i) < reset.num_nodes() && reset.link_destination(i) < reset.num_nodes() &&
        reset.link_source(i) != reset.link_destination(i) && std::isfinite(reset.capacity_bps(i)) &&
        reset.capacity_bps(i) >= 1 && reset.delay_s(i) >= 0 && reset.delay_s(i) < 1000;
    if (!good) return "link " + std::to_string(i) + " has a bad end, capacity or delay";
  }
  if (reset.segment_bytes() < 64 || reset.segment_bytes() > 60000) {
    return "segments must have 64 to 60000 bytes";
  }
  if (!(reset.tcp_share() >= 0 && reset.tcp_share() <= 1)) return "the TCP share is not in [0, 1]";
  if (!(reset.buffer_s() >= 0) || !(reset.udp_flow_rate_bps() > 0)) {
    return "the buffer or the pace of UDP flows is not positive";
  }
  if (!rhumb::worker::DataPlane_IsValid(reset.data_plane()) ||
      !rhumb::worker::FlowSizes_IsValid(reset.flow_sizes())) {
    return "the data plane or the flow sizes are unknown";
  }
  if (reset.data_plane() == rhumb::worker::UDP_FAST && HasFlows(reset.flow_sizes()) &&
      reset.tcp_share() > 0) {
    return "the udp-fast plane has no TCP; set the TCP share to 0 or use the ip plane";
  }
  return "";
}

}  // namespace

std::unique_ptr<Episode> Episode::Create(const Reset& reset, std::string* fault) {
  *fault = Check(reset);
  if (!fault->empty()) return nullptr;
  std::unique_ptr<Episode> episode(new Episode(reset, fault));
  return fault->empty() ? std::move(episode) : nullptr;
}

Episode::Episode(const Reset& reset, std::string* fault) : delays_(reset) {
  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId(ns3::PriorityQueueScheduler::GetTypeId());
  ns3::Simulator::SetScheduler(scheduler);
  ns3::RngSeedManager::SetSeed(1);
  ns3::RngSeedManager::SetRun(reset.seed());

  const ShortestDelays::RoundTrips round_trips = delays_.round_trips();
  const double buffer_s =
      reset.buffer_s() > 0 ? reset.buffer_s() : std::max(kLeastBufferS, round_trips.mean_s);
  const uint64_t packet_bytes = FullPacketBytes(reset);
  double fastest_bps = 0;
  links_.reserve(reset.link_source_size());
  for (int i = 0; i < reset.link_source_size(); ++i) {
    const double rate_bps = reset.capacity_bps(i);
    fastest_bps = std::max(fastest_bps, rate_bps);
    uint64_t limit_bytes = std::max(static_cast<uint64_t>(rate_bps * buffer_s / 8),
                                    kLeastBufferPackets * packet_bytes);
    uint64_t limit_packets = UINT64_MAX;
    if (reset.buffer_packets() > 0) {
      limit_bytes = UINT64_MAX / 2;
      limit_packets = reset.buffer_packets();
    }
    FifoLink& link = links_.emplace_back(reset.link_source(i), reset.link_destination(i), rate_bps,
                                         static_cast<int64_t>(reset.delay_s(i) * 1e9 + 0.5),
                                         limit_bytes, limit_packets);
    link.usable = reset.usable(i);
    link.SetUp(reset.up(i), 0);
  }

  traffic_ = std::make_unique<Traffic>(reset, &links_, &paths_, &delays_);
  const uint64_t socket_buffer =
      reset.socket_buffer_bytes() > 0
          ? reset.socket_buffer_bytes()
          : std::clamp(static_cast<uint64_t>(2 * fastest_bps * round_trips.max_s / 8),
                       kLeastAutomaticBuffer, kMostAutomaticBuffer);
  switch (reset.data_plane()) {
    case rhumb::worker::UDP_FAST:
      plane_ = std::make_unique<LabelPlane>(&links_, &paths_, traffic_.get());
      break;
    case rhumb::worker::NS3_GLOBAL_ROUTING:
    case rhumb::worker::NS3_DEFAULTS:
      plane_ = GlobalPlane::Create(reset, &links_, traffic_.get(), socket_buffer, fault);
      break;
    default:
      plane_ = std::make_unique<IpPlane>(reset, &links_, &paths_, traffic_.get(), socket_buffer);
  }
  traffic_->set_plane(plane_.get());
}

Episode::~Episode() {
  // Events may point into everything below, so they go first.
  ns3::Simulator::Destroy();
  traffic_.reset();
  plane_.reset();
}

std::string Episode::SetLinks(const rhumb::worker::LinkStates& states) {
  const int count = states.link_size();
  if (states.usable_size() != count || states.up_size() != count ||
      states.capacity_bps_size() != count) {
    return "the arrays of link states have unequal lengths";
  }
  if (count == 0) return "";
  for (int i = 0; i < count; ++i) {
    if (states.link(i) >= links_.size() || !std::isfinite(states.capacity_bps(i)) ||
        states.capacity_bps(i) < 1) {
      return "link state " + std::to_string(i) + " has a bad link or capacity";
    }
  }
  for (int i = 0; i < count; ++i) {
    links_[states.link(i)].usable = states.usable(i);
    std::string fault = plane_->LinkChanged(states.link(i), states.up(i), states.capacity_bps(i));
    if (!fault.empty()) return fault;
  }
  traffic_->path_choice().LinksChanged();
  return "";
}

void Episode::Apply(const rhumb::worker::Change* change) {
  std::string fault;
  switch (change->kind_case()) {
    case rhumb::worker::Change::kLinks:
      fault = SetLinks(change->links());
      break;
    case rhumb::worker::Change::kDemands:
      fault = traffic_->arrivals().SetDemands(change->demands());
      break;
    case rhumb::worker::Change::kPlan:
      fault = traffic_->path_choice().SetPlan(change->plan());
      break;
    case rhumb::worker::Change::KIND_NOT_SET:
      fault = "nothing changes";
      break;
  }
  if (fault.empty()) return;
  fault_ = "change at " + std::to_string(change->at_s()) + " s: " + fault;
  ns3::Simulator::Stop();
}

std::string Episode::CheckPlay(const rhumb::worker::Play& play) const {
  if (!IsTime(play.warm_up_s()) || !IsTime(play.duration_s()) || !IsTime(play.drain_s()) ||
      play.duration_s() < 1e-9) {
    return "an interval must last between 1 ns and 1e6 s, its warm-up and drain at most 1e6 s";
  }
  double last_s = 0;
  for (const rhumb::worker::Change& change : play.changes()) {
    if (!(change.at_s() >= last_s) || change.at_s() > play.duration_s()) {
      return "changes must be in order of time and inside the interval";
    }
    last_s = change.at_s();
  }
  return "";
}

void Episode::RunFor(double seconds) {
  ns3::Simulator::Stop(Nanoseconds(seconds * 1e9));
  ns3::Simulator::Run();
}

std::string Episode::Play(const rhumb::worker::Play& play, rhumb::worker::Result* result) {
  if (std::string fault = CheckPlay(play); !fault.empty()) return fault;
  traffic_->counts().BeginInterval();
  for (std::string fault : {SetLinks(play.links()), traffic_->path_choice().SetPlan(play.plan()),
                            traffic_->arrivals().SetDemands(play.demands())}) {
    if (!fault.empty()) return fault;
  }
  const auto wall_start = std::chrono::steady_clock::now();
  const double cpu_start_s = CpuSeconds();
  const uint64_t hops_before = plane_->hop_packets();
  const uint64_t events_before = ns3::Simulator::GetEventCount();

  traffic_->arrivals().Set(true);
  if (play.warm_up_s() > 0) RunFor(play.warm_up_s());

  traffic_->BeginWindow();
  plane_->ClearCounters();
  double now_s = 0;
  for (const rhumb::worker::Change& change : play.changes()) {
    if (change.at_s() > now_s) RunFor(change.at_s() - now_s);
    now_s = change.at_s();
    Apply(&change);
    if (!fault_.empty()) return std::exchange(fault_, "");
  }
  if (play.duration_s() > now_s) RunFor(play.duration_s() - now_s);
  traffic_->counts().FillDemands(play.duration_s(), result);
  FillLinks(play.duration_s(), result);
  traffic_->counts().End();
  traffic_->arrivals().Set(false);

  if (play.drain_s() > 0 && traffic_->counts().num_pending() > 0) {
    traffic_->counts().StopWhenDrained(true);
    const ns3::EventId stop = ns3::Simulator::Schedule(
        Nanoseconds(play.drain_s() * 1e9), static_cast<void (*)()>(&ns3::Simulator::Stop));
    ns3::Simulator::Run();
    ns3::Simulator::Cancel(stop);  // when all flows were done before
    traffic_->counts().StopWhenDrained(false);
  }
  traffic_->FillFlows(result);

  result->set_hop_packets(plane_->hop_packets() - hops_before);
  result->set_events(ns3::Simulator::GetEventCount() - events_before);
  result->set_cpu_s(CpuSeconds() - cpu_start_s);
  result->set_wall_s(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_start).count());
  return "";
}

void Episode::FillLinks(double window_s, rhumb::worker::Result* result) {
  for (uint32_t i = 0; i < links_.size(); ++i) {
    const LinkResult link = plane_->Measure(i);
    result->add_link_offered_bps(link.offered_bits / window_s);
    result->add_link_carried_bps(link.carried_bits / window_s);
    result->add_link_utilization(link.capacity_bits > 0 ? link.carried_bits / link.capacity_bits
                                                        : 0);
    result->add_link_loss_ratio(link.loss_ratio);
    result->add_link_queueing_delay_s(link.queueing_delay_s);
  }
}

}  // namespace rhumb_ns3
