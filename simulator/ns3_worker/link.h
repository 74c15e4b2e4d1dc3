// SPDX-License-Identifier: GPL-2.0-only
// One directed link: a first-in first-out queue with a limit, a transmitter of fixed rate and a
// wire of fixed delay.
//
// It gives the same times as ns3::PointToPointNetDevice with a DropTailQueue (compared packet by
// packet in the tests) for one event a hop in place of two: in a FIFO the time at which a packet
// leaves is known when it arrives.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_LINK_H_
#define RHUMB_SIMULATOR_NS3_WORKER_LINK_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

namespace rhumb_ns3 {

// Since they were last cleared.
struct LinkCounters {
  uint64_t arrived_packets = 0;
  uint64_t arrived_bytes = 0;
  uint64_t accepted_packets = 0;
  uint64_t accepted_bytes = 0;
  uint64_t lost_packets = 0;  // no room, or the link was or went down
  double queueing_ns = 0;     // of accepted packets, summed
  double flushed_bits = 0;    // accepted, but never put on the wire because the link went down
  double capacity_bits = 0;   // that could have been carried until `capacity_since_ns`
  int64_t capacity_since_ns = 0;
  double backlog_bits = 0;  // waiting or in transmission when the counters were cleared
};

class FifoLink {
 public:
  FifoLink(uint32_t source, uint32_t destination, double rate_bps, int64_t delay_ns,
           uint64_t limit_bytes, uint64_t limit_packets)
      : source(source),
        destination(destination),
        delay_ns_(delay_ns),
        limit_bytes_(limit_bytes),
        limit_packets_(limit_packets),
        rate_bps_(rate_bps) {}

  const uint32_t source;
  const uint32_t destination;
  bool usable = true;
  LinkCounters counters;

  bool up() const { return up_; }
  double rate_bps() const { return rate_bps_; }
  int64_t delay_ns() const { return delay_ns_; }
  uint64_t limit_bytes() const { return limit_bytes_; }
  uint64_t limit_packets() const { return limit_packets_; }
  // Grows when the link goes down: what was sent in an earlier epoch never arrives.
  uint32_t epoch() const { return epoch_; }

  // Takes a packet at `now_ns`. Returns when its last bit arrives at the other end, or nothing when
  // it is lost.
  std::optional<int64_t> Accept(int64_t now_ns, uint32_t bytes) {
    ++counters.arrived_packets;
    counters.arrived_bytes += bytes;
    if (!up_) {
      ++counters.lost_packets;
      return std::nullopt;
    }
    int64_t start_ns = now_ns;
    if (busy_until_ns_ > now_ns) {
      while (!waiting_.empty() && waiting_.front().start_ns <= now_ns) {
        waiting_bytes_ -= waiting_.front().bytes;
        waiting_.pop_front();
      }
      if (waiting_bytes_ + bytes > limit_bytes_ || waiting_.size() >= limit_packets_) {
        ++counters.lost_packets;
        return std::nullopt;
      }
      start_ns = busy_until_ns_;
      waiting_.push_back({start_ns, bytes});
      waiting_bytes_ += bytes;
      counters.queueing_ns += static_cast<double>(start_ns - now_ns);
    } else if (!waiting_.empty()) {
      waiting_.clear();
      waiting_bytes_ = 0;
    }
    ++counters.accepted_packets;
    counters.accepted_bytes += bytes;
    busy_until_ns_ = start_ns + TransmissionNs(bytes);
    return busy_until_ns_ + delay_ns_;
  }

  void SetUp(bool up, int64_t now_ns) {
    if (up_ && !up) {
      counters.flushed_bits += BacklogBits(now_ns);
      busy_until_ns_ = now_ns;
      waiting_.clear();
      waiting_bytes_ = 0;
      ++epoch_;
    }
    up_ = up;
  }

  // For packets that arrive from now on; what is queued leaves at the old rate.
  void SetRate(double rate_bps, int64_t now_ns) {
    CountCapacity(now_ns);
    rate_bps_ = rate_bps;
  }

  // A packet that was on the way when the link went down.
  void CountLostOnTheWay() { ++counters.lost_packets; }

  void ClearCounters(int64_t now_ns) {
    counters = LinkCounters();
    counters.capacity_since_ns = now_ns;
    counters.backlog_bits = BacklogBits(now_ns);
  }

  // Bits put on the wire since the counters were cleared.
  double CarriedBits(int64_t now_ns) const {
    return std::max(0.0, 8.0 * static_cast<double>(counters.accepted_bytes) +
                             counters.backlog_bits - BacklogBits(now_ns) - counters.flushed_bits);
  }

  // Bits that the wire could have carried since the counters were cleared.
  double CapacityBits(int64_t now_ns) {
    CountCapacity(now_ns);
    return counters.capacity_bits;
  }

 private:
  struct Waiting {
    int64_t start_ns;
    uint32_t bytes;
  };

  int64_t TransmissionNs(uint32_t bytes) const {
    return static_cast<int64_t>(8e9 * bytes / rate_bps_ + 0.5);
  }
  double BacklogBits(int64_t now_ns) const {
    return std::max<int64_t>(0, busy_until_ns_ - now_ns) * 1e-9 * rate_bps_;
  }
  void CountCapacity(int64_t now_ns) {
    counters.capacity_bits += (now_ns - counters.capacity_since_ns) * 1e-9 * rate_bps_;
    counters.capacity_since_ns = now_ns;
  }

  const int64_t delay_ns_;
  const uint64_t limit_bytes_;
  const uint64_t limit_packets_;
  double rate_bps_;
  bool up_ = true;
  uint32_t epoch_ = 0;
  int64_t busy_until_ns_ = 0;
  uint64_t waiting_bytes_ = 0;
  std::deque<Waiting> waiting_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_LINK_H_
