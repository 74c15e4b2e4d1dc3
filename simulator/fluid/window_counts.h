// What is counted while the measured window of an interval runs, and the measurements made of it.
#ifndef RHUMB_SIMULATOR_FLUID_WINDOW_COUNTS_H_
#define RHUMB_SIMULATOR_FLUID_WINDOW_COUNTS_H_

#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/types/span.h"
#include "simulator/fluid/demand_table.h"
#include "simulator/fluid/flow.h"
#include "simulator/fluid/fluid_link.h"
#include "simulator/measurements.h"

namespace rhumb::fluid {

// Delays in logarithmic buckets 1/128 wide; a quantile is exact to 0.4 %.
class DelayHistogram {
 public:
  void Add(double delay_s, double weight);
  void Clear();
  // 0 when nothing was added.
  double QuantileS(double q) const;

 private:
  std::vector<double> weight_;
  double total_ = 0;
};

// Packets of all demands; those towards a source are acknowledgements.
struct PacketCounts {
  double sent = 0;
  double delivered = 0;
  double lost = 0;
  double delay_s = 0;  // of all delivered, summed
  double goodput_bytes = 0;
  DelayHistogram delay;  // of data

  void Clear();
  // Payload reached its destination for the first time.
  void Pass(double bytes, DemandCounters* demand) {
    demand->delivered_bytes += bytes;
    goodput_bytes += bytes;
  }
};

// Everything that is measured by the end of the window but flows. `scale` is the episode's; rates
// are divided by it. Resizes what `measured` holds.
void MeasureWindow(double window_s, double now_s, double scale, const PacketCounts& packets,
                   const DemandTable& demands, absl::Span<const uint32_t> window_demands,
                   std::vector<FluidLink>* links, Measurements* measured);

// Flows of the window as they are at `now_s`. `times_s` is scratch memory.
FlowCompletion MeasureFlows(const std::vector<Flow>& flows, absl::Span<const uint32_t> counted,
                            double now_s, std::vector<double>* times_s);

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_WINDOW_COUNTS_H_
