// The adapter of a simulated network: what an SDN controller's adapter does, over the same API.
#ifndef RHUMB_CONTROLLER_LIVE_NETWORK_NETWORK_ADAPTER_H_
#define RHUMB_CONTROLLER_LIVE_NETWORK_NETWORK_ADAPTER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/client/connection.h"
#include "controller/client/plan_subscriber.h"
#include "controller/client/telemetry_sender.h"
#include "rhumb/v1/north.grpc.pb.h"
#include "rhumb/v1/south.grpc.pb.h"
#include "topologies/topology.h"

namespace rhumb {

// Called from one thread. Every call outlives a server that is away for up to `patience`; one that
// comes back without its state is told the topology again.
class NetworkAdapter {
 public:
  struct Options {
    std::string name = "simulate-network";
    uint64_t election_id = 1;
    // Refuses every n-th update, to see what the controller makes of it; 0: none.
    int nack_every = 0;
    absl::Duration patience = absl::Seconds(60);
    // Longest wait for the decision from a report; then the plan in force is played on.
    absl::Duration decision_timeout = absl::Seconds(30);
    const std::atomic<bool>* stop = nullptr;  // not owned; may be null
  };

  NetworkAdapter(const Connection& connection, const Options& options);

  // Waits for the stream and declares the network.
  absl::Status Declare(const Topology& topology);
  // Reports what is different from what was reported last; the structure is the same.
  absl::Status ReportLinks(const Topology& topology);
  // Sends one report and waits for its answer; a refusal is an error.
  absl::Status ReportTraffic(rhumb::v1::TelemetryReport report);

  struct Answer {
    rhumb::v1::ControllerStatus status;
    bool late = false;  // no decision within the time
  };
  // Waits until what is in force is the controller's answer to everything reported so far, and has
  // arrived. Returns at once while an operator holds a rolled-back plan.
  absl::StatusOr<Answer> AwaitDecision();
  absl::StatusOr<rhumb::v1::ControllerStatus> GetStatus();

  const PlanSubscriber& stream() const { return stream_; }
  std::shared_ptr<const HeldPlan> plan() const { return stream_.Get().plan; }
  // Breaks all connections and waits until the plan stream is back.
  absl::Status Reconnect();

 private:
  absl::Status Install(const rhumb::v1::PlanUpdate& update);
  // Repeats `call` while the server is away.
  absl::Status Patiently(const std::function<absl::Status()>& call);
  absl::Status AwaitStream();
  // Declares again when the server has lost what it knew.
  absl::Status DeclareAgainIfForgotten();
  absl::Status SetTopology(const Topology& topology);
  bool Stopped() const { return options_.stop != nullptr && *options_.stop; }

  const Connection connection_;
  const Options options_;
  const std::unique_ptr<rhumb::v1::South::Stub> south_;
  const std::unique_ptr<rhumb::v1::North::Stub> north_;
  TelemetrySender telemetry_;
  std::optional<Topology> reported_;
  std::atomic<uint64_t> topology_version_{0};
  std::atomic<uint64_t> epoch_{0};
  uint64_t traffic_version_ = 0;
  absl::Time server_started_ = absl::InfinitePast();
  int declared_on_ = 0;    // which connection of the stream
  int offered_ = 0;        // updates, on the stream's thread
  PlanSubscriber stream_;  // last: its thread uses what stands above
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_LIVE_NETWORK_NETWORK_ADAPTER_H_
