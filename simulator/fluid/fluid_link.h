// One directed link: a drop-tail queue of trains, a transmitter of fixed rate and a wire of fixed
// delay.
//
// The queue is one number, the time at which the transmitter will have sent all that is waiting
// (the virtual work of a FIFO queue), so a train costs one event a hop however long it is. With
// trains of one segment it is the queue of the packet simulator.
#ifndef RHUMB_SIMULATOR_FLUID_FLUID_LINK_H_
#define RHUMB_SIMULATOR_FLUID_FLUID_LINK_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "simulator/fluid/train.h"

namespace rhumb::fluid {

// Since they were last cleared.
struct LinkCounters {
  double arrived_packets = 0;
  double arrived_bytes = 0;
  double accepted_packets = 0;
  double accepted_bytes = 0;
  double lost_packets = 0;
  double queueing_s = 0;      // of accepted packets, summed
  double flushed_bytes = 0;   // accepted, but never sent because the link went down
  double capacity_bytes = 0;  // that could have been carried until `capacity_since_s`
  double capacity_since_s = 0;
  double backlog_bytes = 0;  // waiting or in transmission when the counters were cleared
};

class FluidLink {
 public:
  // `rate` in bytes per second, `limit_bytes` of what may wait, `packet_bytes` of a full packet.
  FluidLink(uint32_t source, uint32_t destination, double rate, double delay_s, double limit_bytes,
            double packet_bytes)
      : source(source),
        destination(destination),
        delay_s_(delay_s),
        limit_bytes_(limit_bytes),
        packet_bytes_(packet_bytes) {
    SetRate(rate, 0);
  }

  uint32_t source;
  uint32_t destination;
  bool usable = true;
  LinkCounters counters;

  bool up() const { return up_; }
  double rate() const { return rate_; }
  double delay_s() const { return delay_s_; }
  uint32_t epoch() const { return epoch_; }
  // Time that a byte which arrives at `now_s` waits.
  double WaitS(double now_s) const { return std::max(0.0, busy_until_s_ - now_s); }

  // Takes a train whose middle arrives at `now_s`; segments for which there is no room are cut off
  // it. Returns when its middle arrives at the other end, and sets its spread there.
  //
  // With n segments, w bytes in all, spread s, rate C and a backlog of B bytes:
  //   most waiting   B + max(w / 2, w - s C / 2), what is above the limit is lost: half of a train
  //                  that the link can keep up with is gone when its end arrives, and other trains
  //                  are counted whole from their middle on
  //   length l       w / C less the time of its first segment
  //   wait           B / C + max(0, l - s) / 2, on average over the train
  //   spread         max(s, l)
  double Accept(double now_s, Train* train) {
    counters.arrived_packets += train->segments;
    counters.arrived_bytes += train->bytes();
    const double wait_s = WaitS(now_s);
    if (!up_) {
      counters.lost_packets += train->segments;
      train->segments = 0;
      train->tail_bytes = 0;
      return now_s;
    }
    if (wait_s + train->bytes() * seconds_per_byte_ > full_room_s_) DropTail(wait_s, train);
    const double n = train->segments;
    if (n == 0) return now_s;
    const double bytes = train->bytes();
    const double work_s = bytes * seconds_per_byte_;
    const double first_s =
        (train->full_segments() > 0 ? train->segment_bytes : train->tail_bytes) * seconds_per_byte_;
    const double length_s = work_s - first_s;
    const double excess_s = std::max(0.0, length_s - train->spread_s);
    const double delay_s = wait_s + 0.5 * excess_s;
    // What the link has sent of the train before its middle arrived.
    const double sent_s = std::min(0.5 * train->spread_s, length_s);
    busy_until_s_ = std::max(busy_until_s_, now_s - sent_s) + work_s;
    train->spread_s += static_cast<float>(excess_s);
    train->link_epoch = epoch_;
    counters.accepted_packets += n;
    counters.accepted_bytes += bytes;
    counters.queueing_s += n * delay_s;
    return now_s + delay_s + first_s + delay_s_;
  }

  // Small packets, such as acknowledgements, that fit into any queue. Returns when they arrive at
  // the other end; `lost` is set when the link is down.
  double AcceptSmall(double now_s, double packets, double bytes, bool* lost) {
    counters.arrived_packets += packets;
    counters.arrived_bytes += packets * bytes;
    if (!up_) {
      counters.lost_packets += packets;
      *lost = true;
      return now_s;
    }
    const double wait_s = WaitS(now_s);
    busy_until_s_ = std::max(busy_until_s_, now_s) + packets * bytes * seconds_per_byte_;
    counters.accepted_packets += packets;
    counters.accepted_bytes += packets * bytes;
    counters.queueing_s += packets * wait_s;
    return now_s + wait_s + bytes * seconds_per_byte_ + delay_s_;
  }

  // What waits when the link goes down is lost; so is what is on the wire, by its epoch.
  void SetUp(bool up, double now_s) {
    if (up_ && !up) {
      counters.flushed_bytes += WaitS(now_s) * rate_;
      busy_until_s_ = now_s;
      ++epoch_;
    }
    up_ = up;
  }

  // What is queued is sent at the new rate.
  void SetRate(double rate, double now_s) {
    CountCapacity(now_s);
    if (rate == rate_) return;
    if (rate_ > 0) busy_until_s_ = now_s + WaitS(now_s) * rate_ / rate;
    rate_ = rate;
    seconds_per_byte_ = 1 / rate;
    packet_s_ = packet_bytes_ * seconds_per_byte_;
    // A queue of full packets holds a whole number of them, and what remains has room for smaller
    // ones.
    room_s_ = limit_bytes_ * seconds_per_byte_;
    full_room_s_ = std::floor(limit_bytes_ / packet_bytes_) * packet_s_;
  }

  void CountLostOnTheWay(double packets) { counters.lost_packets += packets; }

  void ClearCounters(double now_s) {
    counters = LinkCounters();
    counters.capacity_since_s = now_s;
    counters.backlog_bytes = WaitS(now_s) * rate_;
  }

  // Bytes put on the wire since the counters were cleared.
  double CarriedBytes(double now_s) const {
    return std::max(0.0, counters.accepted_bytes + counters.backlog_bytes - WaitS(now_s) * rate_ -
                             counters.flushed_bytes);
  }
  // Bytes that the wire could have carried since then.
  double CapacityBytes(double now_s) {
    CountCapacity(now_s);
    return counters.capacity_bytes;
  }

 private:
  static constexpr double kTie = 1e-6;  // a packet that leaves as another arrives has left

  void DropTail(double wait_s, Train* train) {
    const double per_segment_s = train->segment_bytes * seconds_per_byte_;
    const double tail_s = train->tail_bytes * seconds_per_byte_;
    const uint32_t full = train->full_segments();
    const double work_s = full * per_segment_s;
    // The packet in transmission does not wait; an idle link takes one at once.
    const double waiting_s =
        wait_s > 0 ? (std::ceil(wait_s / packet_s_ - kTie) - 1) * packet_s_ : -per_segment_s;
    double most_s = waiting_s + std::max(0.5 * work_s, work_s - 0.5 * train->spread_s);
    const double room_s = train->segment_bytes >= packet_bytes_ ? full_room_s_ : room_s_;
    uint32_t lost = 0;
    if (most_s > room_s) {
      lost = std::min(full,
                      static_cast<uint32_t>(std::ceil((most_s - room_s) / per_segment_s - kTie)));
      most_s -= lost * per_segment_s;
    }
    if (tail_s > 0 && most_s + tail_s > room_s_ + kTie * packet_s_) {
      train->tail_bytes = 0;
      ++lost;
    }
    counters.lost_packets += lost;
    train->segments -= lost;
  }

  void CountCapacity(double now_s) {
    counters.capacity_bytes += (now_s - counters.capacity_since_s) * rate_;
    counters.capacity_since_s = now_s;
  }

  double delay_s_;
  double limit_bytes_;
  double packet_bytes_;
  double rate_ = 0;
  double seconds_per_byte_ = 0;
  double packet_s_ = 0;     // that a full packet takes
  double room_s_ = 0;       // that may wait, in transmission times
  double full_room_s_ = 0;  // the same of full packets
  double busy_until_s_ = 0;
  uint32_t epoch_ = 0;
  bool up_ = true;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_FLUID_LINK_H_
