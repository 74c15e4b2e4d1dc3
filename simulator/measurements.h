// What a simulator measures in one interval. Everything an agent observes and a result table shows
// comes from here.
#ifndef RHUMB_SIMULATOR_MEASUREMENTS_H_
#define RHUMB_SIMULATOR_MEASUREMENTS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace rhumb {

// Of one directed link over the measured window.
struct LinkMeasurement {
  double offered_bps = 0;  // what arrived at the link's queue
  double carried_bps = 0;  // what was put on the wire
  double utilization =
      0;  // flow level: offered / capacity, may exceed 1; packet level: carried / capacity
  double loss_ratio = 0;        // dropped at the queue / arrived, in [0, 1]
  double queueing_delay_s = 0;  // mean wait of what was carried, transmission not included
};

// Of one demand; in the order of the plan's pairs.
struct DemandMeasurement {
  double offered_bps = 0;
  double delivered_bps = 0;
  double delay_s = 0;  // mean one-way delay of what was delivered; 0 when nothing was
  double loss_ratio = 0;
};

// Mean over finished and unfinished flows alike: a flow that has not finished counts with its age
// at the end, so that a policy gains nothing by starving flows.
struct FlowCompletion {
  uint64_t started = 0;    // flows that arrived in the measured window
  uint64_t completed = 0;  // of these, done by the end of the drain time
  uint64_t on_time = 0;    // of these, done within 3 s of their arrival
  uint64_t rerouted = 0;   // moved to another path while running
  uint64_t failed = 0;     // could not connect or lost their last path; counted as unfinished
  double mean_s = 0;       // flow completion time (FCT)
  double p50_s = 0;
  double p99_s = 0;
  double mice_mean_s = 0;       // flows below 200 kB
  double elephants_mean_s = 0;  // the others
  double mean_slowdown = 0;     // FCT over the time on the empty path
};

// Cost and provenance of a packet-level interval.
struct SimulationCost {
  double wall_s = 0;         // inside the simulator
  double cpu_s = 0;          // of the process that simulates
  uint64_t hop_packets = 0;  // packets put on a wire, all hops
  uint64_t events = 0;
};

// Where ns-3 would have measured, for simulators that know how well they stand in for it (see
// simulator/surrogate/).
struct PredictedRange {
  double low = 0;
  double high = 0;
};

enum PredictedQuantity {
  kPredictedFct,
  kPredictedP99Fct,
  kPredictedMiceFct,
  kPredictedElephantsFct,
  kPredictedDelay,
  kPredictedGoodput,
  kPredictedLoss,
  kPredictedOnTimeShare,
  kPredictedQuantities
};

struct Prediction {
  double coverage = 0.9;  // of the ranges, one by one
  // From what the correction was learned from; above 1 it is not used: `far`, the values are those
  // of the simulator as it is and the ranges wider.
  double distance = 0;
  bool far = false;
  std::array<PredictedRange, kPredictedQuantities> ranges;
  std::vector<PredictedRange> demand_delay_s;     // [pairs of the plan]
  std::vector<PredictedRange> demand_loss_ratio;  // [pairs of the plan]
};

struct Measurements {
  double window_s = 0;                     // length of the measured window
  std::vector<LinkMeasurement> links;      // [links]
  std::vector<DemandMeasurement> demands;  // [pairs of the plan]

  double mlu = 0;  // largest utilization of a link
  double offered_bps = 0;
  double goodput_bps = 0;   // payload delivered to applications (flow level: delivered)
  double loss_ratio = 0;    // dropped at any point / sent
  double mean_delay_s = 0;  // one way, weighted by delivered traffic
  // Of every packet that arrived alike, acknowledgements and handshakes too, which is the mean of
  // ns-3's FlowMonitor; flow level: the same as mean_delay_s.
  double mean_packet_delay_s = 0;
  double p99_delay_s = 0;
  double unrouted_bps = 0;               // demand without a usable path
  std::optional<FlowCompletion> flows;   // packet level with finite flows only
  std::optional<Prediction> prediction;  // of a corrected simulator, with finite flows only
  SimulationCost cost;
};

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_MEASUREMENTS_H_
