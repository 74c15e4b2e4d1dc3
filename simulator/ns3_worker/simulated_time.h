// SPDX-License-Identifier: GPL-2.0-only
// The simulated time, as the integer that ns-3 keeps.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_SIMULATED_TIME_H_
#define RHUMB_SIMULATOR_NS3_WORKER_SIMULATED_TIME_H_

#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <cstdint>

namespace rhumb_ns3 {

inline int64_t NowNs() { return ns3::Simulator::Now().GetTimeStep(); }

// The nearest whole nanosecond; `ns` is not negative and below 2^63.
inline ns3::Time Nanoseconds(double ns) { return ns3::TimeStep(static_cast<uint64_t>(ns + 0.5)); }

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_SIMULATED_TIME_H_
