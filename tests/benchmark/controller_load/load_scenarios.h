// What is measured of a controller under load. Each prints what it finds; none judges.
#ifndef RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_SCENARIOS_H_
#define RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_SCENARIOS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "controller/client/connection.h"

namespace rhumb::benchmark {

struct LoadOptions {
  std::string topology = "esnet6-backbone";
  std::string token;  // of the adapters; empty: none
  int adapters = 100;
  int slow = 0;                             // of the adapters, never read
  int failures = 200;                       // failover: cables that fail, one after the other
  absl::Duration time = absl::Seconds(30);  // fan-out, compute
  double plans_per_second = 4;              // fan-out: topology changes, each with its plans
  std::string policy = "shortest-path";     // compute
  int outstanding = 16;                     // compute: requests on their way at any time
  // failover: viewers of the live page on this port meanwhile, of whom a tenth never read.
  int viewers = 0;
  bool strangers = false;  // failover: callers without a token take what they can meanwhile
  int http_port = 0;
  // Of the server; 0 when it is not ours.
  std::function<double()> resident_bytes, cpu_seconds;
};

// From the UpdateTopology that reports a cable down to the first safe plan on every adapter stream,
// and to the agent's plan.
absl::Status MeasureFailover(const Connection& connection, const LoadOptions& options);
// From the decision to the arrival on the streams that read, with others that do not.
absl::Status MeasureFanOut(const Connection& connection, const LoadOptions& options);
// ComputeRoutes a second and what was refused.
absl::Status MeasureCompute(const Connection& connection, const LoadOptions& options);

}  // namespace rhumb::benchmark

#endif  // RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_SCENARIOS_H_
