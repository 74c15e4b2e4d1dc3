// SPDX-License-Identifier: GPL-2.0-only
// The random numbers that all simulators share; they owe nothing to ns-3's global stream counter.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_RANDOM_H_
#define RHUMB_SIMULATOR_NS3_WORKER_RANDOM_H_

#include "simulator/traffic_model/random.h"

namespace rhumb_ns3 {

using rhumb::traffic_model::Mix;
using rhumb::traffic_model::Random;
using rhumb::traffic_model::ToUnit;

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_RANDOM_H_
