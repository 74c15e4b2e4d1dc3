// Calls with one answer to the server under test, both sides.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_CALLER_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_CALLER_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "rhumb/v1/north.grpc.pb.h"
#include "rhumb/v1/south.grpc.pb.h"
#include "tests/controller/serving/server/patience.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb::testing {

// A call ends when patience does, and carries the token if there is one.
inline void Prepare(grpc::ClientContext* context, const std::string& token = "") {
  context->set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  if (!token.empty()) context->AddMetadata("authorization", "Bearer " + token);
}

// Of one connection; from any thread.
class Caller {
 public:
  explicit Caller(const std::shared_ptr<grpc::Channel>& channel, std::string token = "")
      : south_(rhumb::v1::South::NewStub(channel)),
        north_(rhumb::v1::North::NewStub(channel)),
        token_(std::move(token)) {}

  rhumb::v1::South::Stub& south() { return *south_; }
  rhumb::v1::North::Stub& north() { return *north_; }
  const std::string& token() const { return token_; }

  template <typename Stub, typename Method, typename Request, typename Response>
  grpc::Status Call(Stub& stub, Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    Prepare(&context, token_);
    return (stub.*method)(&context, request, response);
  }

  grpc::Status SetTopology(const Topology& topology, uint64_t election_id = 0) {
    rhumb::v1::SetTopologyRequest request;
    request.set_election_id(election_id);
    *request.mutable_topology() = ToProto(topology);
    rhumb::v1::SetTopologyResponse response;
    return Call(*south_, &rhumb::v1::South::Stub::SetTopology, request, &response);
  }
  grpc::Status SetLink(const std::string& link, bool up, uint64_t election_id = 0) {
    rhumb::v1::UpdateTopologyRequest request;
    request.set_election_id(election_id);
    auto* update = request.add_links();
    update->set_link(link);
    update->set_operational_state(up ? rhumb::v1::OPERATIONAL_STATE_UP
                                     : rhumb::v1::OPERATIONAL_STATE_DOWN);
    rhumb::v1::UpdateTopologyResponse response;
    return Call(*south_, &rhumb::v1::South::Stub::UpdateTopology, request, &response);
  }
  grpc::Status Drain(const std::string& link, rhumb::v1::SettingResponse* response = nullptr) {
    rhumb::v1::DrainLinkRequest request;
    request.set_link(link);
    rhumb::v1::SettingResponse ignored;
    return Call(*north_, &rhumb::v1::North::Stub::DrainLink, request,
                response != nullptr ? response : &ignored);
  }
  rhumb::v1::ControllerStatus Status() {
    rhumb::v1::ControllerStatus status;
    const grpc::Status result =
        Call(*north_, &rhumb::v1::North::Stub::GetStatus, rhumb::v1::GetStatusRequest(), &status);
    EXPECT_TRUE(result.ok()) << result.error_message();
    return status;
  }
  rhumb::v1::LivePlan Plan() {
    rhumb::v1::LivePlan plan;
    const grpc::Status result =
        Call(*north_, &rhumb::v1::North::Stub::GetPlan, rhumb::v1::GetPlanRequest(), &plan);
    EXPECT_TRUE(result.ok()) << result.error_message();
    return plan;
  }
  // One report of measured demands that names all of them.
  rhumb::v1::TelemetryAnswer Report(
      uint64_t sequence, absl::Time end,
      const std::vector<std::tuple<std::string, std::string, double>>& demands,
      uint64_t election_id = 0) {
    rhumb::v1::TelemetryReport report;
    report.set_election_id(election_id);
    report.set_sequence(sequence);
    *report.mutable_interval_end() = ToTimestamp(end);
    report.mutable_interval()->set_seconds(10);
    report.set_demands_complete(true);
    for (const auto& [source, destination, rate_bps] : demands) {
      auto* demand = report.add_demands();
      demand->set_source(source);
      demand->set_destination(destination);
      demand->set_rate_bps(rate_bps);
    }
    return Send(report);
  }
  rhumb::v1::TelemetryAnswer Send(const rhumb::v1::TelemetryReport& report) {
    grpc::ClientContext context;
    Prepare(&context, token_);
    auto stream = south_->StreamTelemetry(&context);
    rhumb::v1::TelemetryAnswer answer;
    EXPECT_TRUE(stream->Write(report));
    EXPECT_TRUE(stream->Read(&answer));
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return answer;
  }

 private:
  std::unique_ptr<rhumb::v1::South::Stub> south_;
  std::unique_ptr<rhumb::v1::North::Stub> north_;
  const std::string token_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_CALLER_H_
