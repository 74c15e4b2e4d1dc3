// Deadlines of calls, as gRPC counts them, on the steady clock.
#ifndef RHUMB_CONTROLLER_CLOCK_GRPC_DEADLINE_H_
#define RHUMB_CONTROLLER_CLOCK_GRPC_DEADLINE_H_

#include <grpc/support/time.h>
#include <grpcpp/support/time.h>

#include <algorithm>

#include "controller/clock/steady_time.h"

namespace rhumb {

// For set_deadline, Alarm::Set and Server::Shutdown.
inline gpr_timespec GrpcDeadline(SteadyTime deadline) {
  const absl::Duration left = std::min(deadline - SteadyNow(), absl::Hours(24 * 365));
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_nanos(absl::ToInt64Nanoseconds(left), GPR_TIMESPAN));
}

// Whether a deadline that gRPC gave (ServerContextBase::raw_deadline) is over.
inline bool HasPassed(gpr_timespec deadline) {
  return gpr_time_cmp(gpr_convert_clock_type(deadline, GPR_CLOCK_MONOTONIC),
                      gpr_now(GPR_CLOCK_MONOTONIC)) <= 0;
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLOCK_GRPC_DEADLINE_H_
