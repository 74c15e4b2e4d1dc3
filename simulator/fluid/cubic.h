// The congestion window of a TCP sender: CUBIC (RFC 8312) with hybrid slow start (Ha and Rhee
// 2011), in the arithmetic of ns-3.37's TcpCubic, one train of acknowledgements at a time.
#ifndef RHUMB_SIMULATOR_FLUID_CUBIC_H_
#define RHUMB_SIMULATOR_FLUID_CUBIC_H_

#include <cstdint>
#include <limits>

namespace rhumb::fluid {

// Acknowledgements that arrive one after the other, evenly spaced.
struct AckTrain {
  double first_s = 0;
  double last_s = 0;
  uint32_t segments = 0;    // that they acknowledge
  uint32_t acks = 0;        // with delayed acknowledgements one for two segments
  double round_trip_s = 0;  // the least among them
  double mean_round_trip_s = 0;
};

class Cubic {
 public:
  void Start(double initial_window);

  double window() const { return window_; }        // segments
  double threshold() const { return threshold_; }  // of slow start, segments

  // New data was acknowledged in order. `acknowledged` and `sent` count segments of the flow, the
  // train included.
  void OnAcks(const AckTrain& acks, uint32_t acknowledged, uint32_t sent);
  // A segment was lost. Sets the threshold, to which the caller brings the window down.
  void OnLoss();
  // The retransmission timer expired: one segment, and nothing is remembered. After OnLoss.
  void OnTimeout(double now_s, uint32_t sent);
  void SetWindow(double window) { window_ = window; }

 private:
  void Hystart(const AckTrain& acks);
  void ResetHystart(double now_s, uint32_t sent);
  double SegmentsPerIncrease(double now_s);

  double epoch_start_s_ = -1;  // below 0: no epoch
  double round_start_s_ = 0;
  double last_ack_s_ = 0;
  double window_ = 10;
  double threshold_ = std::numeric_limits<double>::infinity();
  float window_before_loss_ = 0;
  float origin_ = 0;
  float k_s_ = 0;
  float credit_ = 0;              // acknowledged segments that have not yet raised the window
  float least_round_trip_s_ = 0;  // 0: none yet
  float round_round_trip_s_ = 0;  // the least of this round's first samples
  uint32_t round_samples_ = 0;
  uint32_t round_end_ = 0;
  bool left_slow_start_ = false;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_CUBIC_H_
