// The network that a load test declares, and the writes of its primary adapter.
#ifndef RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_NETWORK_H_
#define RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_NETWORK_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/client/connection.h"
#include "controller/client/telemetry_sender.h"
#include "rhumb/v1/north.grpc.pb.h"
#include "rhumb/v1/south.grpc.pb.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb::benchmark {

class LoadNetwork {
 public:
  // A shipped topology with gravity traffic of one seed, scaled so that shortest path's busiest
  // link is just full. Its traffic varies a little from report to report.
  static absl::StatusOr<std::unique_ptr<LoadNetwork>> Make(const Connection& connection,
                                                           const std::string& topology);

  const Topology& topology() const { return topology_; }
  // Cables (both directions, by name of the one and the other link) whose failure leaves the
  // network connected.
  const std::vector<std::pair<std::string, std::string>>& cables() const { return cables_; }

  absl::Status Declare();
  // Both directions of a cable; the version of the topology with the change.
  absl::StatusOr<uint64_t> SetCable(int cable, bool up);
  // One report of all demands.
  absl::Status ReportTraffic();
  // Waits until the latest decision is for this topology and for the traffic reported last.
  absl::Status AwaitDecision(uint64_t topology_version);
  absl::StatusOr<rhumb::v1::ControllerStatus> GetStatus();
  // Asks about this network with this traffic.
  rhumb::v1::ComputeRoutesRequest Question(const std::string& policy) const;

 private:
  LoadNetwork(const Connection& connection, Topology topology, TrafficMatrix demands);

  const Connection connection_;
  const Topology topology_;
  const TrafficMatrix demands_;
  std::vector<std::pair<std::string, std::string>> cables_;
  const std::unique_ptr<rhumb::v1::South::Stub> south_;
  const std::unique_ptr<rhumb::v1::North::Stub> north_;
  TelemetrySender telemetry_;
  uint64_t sequence_ = 0;
  uint64_t traffic_version_ = 0;
};

inline constexpr uint64_t kElectionId = 1'000'000;

}  // namespace rhumb::benchmark

#endif  // RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_NETWORK_H_
