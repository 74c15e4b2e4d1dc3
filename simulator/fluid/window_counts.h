// What is counted while the measured window of an interval runs, and the measurements made of it.
#ifndef RHUMB_SIMULATOR_FLUID_WINDOW_COUNTS_H_
#define RHUMB_SIMULATOR_FLUID_WINDOW_COUNTS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulator/distributions.h"
#include "simulator/fluid/demand_table.h"
#include "simulator/fluid/flow.h"
#include "simulator/fluid/fluid_link.h"
#include "simulator/measurements.h"

namespace rhumb::fluid {

// Packets of all demands; those towards a source are acknowledgements.
struct PacketCounts {
  double sent = 0;
  double delivered = 0;
  double lost = 0;
  double delay_s = 0;  // of all delivered, summed
  double goodput_bytes = 0;
  DurationHistogram delay;  // of data

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

// Flows of the window as they are at `now_s`, which `distributions` gets too. `times_s` is scratch
// memory.
FlowCompletion MeasureFlows(const std::vector<Flow>& flows, absl::Span<const uint32_t> counted,
                            double now_s, std::vector<double>* times_s,
                            Distributions* distributions);

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_WINDOW_COUNTS_H_
