#include "tests/fuzz/messages.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <spdlog/spdlog.h>

#include "controller/client/call_error.h"
#include "tests/fuzz/promise.h"
#include "tests/fuzz/session.pb.h"
#include "tests/fuzz/steered_network.h"

namespace rhumb::testing {
namespace {

using google::protobuf::Message;
using rhumb::fuzz::Session;
using rhumb::fuzz::Step;

constexpr int kMaxSteps = 24;

class Silence : public google::protobuf::io::ErrorCollector {
  void AddError(int, int, const std::string&) override {}
  void AddWarning(int, int, const std::string&) override {}
};

template <typename M>
const Message& Prototype() {
  return M::default_instance();
}

// One request to a controller that has a network, and once to one that has none.
template <typename M>
void RunRequest(const Message& message) {
  const M& request = static_cast<const M&>(message);
  for (const bool prepared : {true, false}) {
    SteeredNetwork network;
    if (prepared) network.Prepare();
    network.Take(request);
    network.Wait(absl::Seconds(11));
  }
}

void RunPlanStream(const Message& message) {
  const auto& request = static_cast<const rhumb::v1::PlanStreamRequest&>(message);
  SteeredNetwork network;
  network.Prepare();
  network.Take(1, request, 3);
  network.Take(9, request, 3);
  network.Wait(absl::Seconds(11));
  network.Close(9);
  network.Close(1);
  network.CheckPromises();
}

// What a client makes of updates that no server should send.
void RunPlanUpdate(const Message& message) {
  const auto& update = static_cast<const rhumb::v1::PlanUpdate&>(message);
  HeldPlan held;
  const absl::Status first = held.Apply(update);
  const uint64_t version = held.version();
  Require(first.ok() || (version == 0 && held.routes().empty()), "a refused update is held");
  rhumb::v1::PlanUpdate next = update;
  next.set_reset(false);
  next.set_base_plan_version(version + 1);
  const size_t routes = held.routes().size();
  Require(!held.Apply(next).ok() && held.version() == version && held.routes().size() == routes,
          "an update is applied to another plan than its own");
}

// What a client makes of the details of an error.
void RunErrorDetails(const Message& message) {
  const auto& details = static_cast<const rhumb::v1::Status&>(message);
  const CallError error = DecodeError(
      grpc::Status(static_cast<grpc::StatusCode>(1 + static_cast<uint32_t>(details.code()) % 16),
                   details.message(), details.SerializeAsString()));
  Require(!Explain(error, "here:1", absl::Seconds(1)).message().empty(), "an error says nothing");
}

void Play(const Step& step, SteeredNetwork* network) {
  switch (step.step_case()) {
    case Step::kSetTopology:
      return network->Take(step.set_topology());
    case Step::kUpdateTopology:
      return network->Take(step.update_topology());
    case Step::kTelemetry:
      return network->Take(step.telemetry());
    case Step::kOpen:
      return network->Take(step.open().stream(), step.open().request(), 0);
    case Step::kClose:
      return network->Close(step.close());
    case Step::kAnswer:
      return network->Take(step.answer().stream(), step.answer().request(),
                           step.answer().sent_version());
    case Step::kDrain:
      return network->Take(step.drain());
    case Step::kUndrain:
      return network->Take(step.undrain());
    case Step::kSetPolicy:
      return network->Take(step.set_policy());
    case Step::kPin:
      return network->Take(step.pin());
    case Step::kRollback:
      return network->Take(step.rollback());
    case Step::kConfirm:
      return network->Take(step.confirm());
    case Step::kExplain:
      return network->Take(step.explain());
    case Step::kEvaluate:
      return network->Take(step.evaluate());
    case Step::kWaitMs:
      return network->Wait(absl::Milliseconds(step.wait_ms()));
    case Step::kRestart:
      return network->Restart();
    case Step::kDecide:
      return step.decide() ? network->Decide() : network->HoldDecisions();
    case Step::STEP_NOT_SET:
      return;
  }
}

void RunSession(const Message& message) {
  const auto& session = static_cast<const Session&>(message);
  SteeredNetwork network;
  network.Prepare();
  int left = kMaxSteps;
  for (const Step& step : session.steps()) {
    if (left-- == 0) break;
    Play(step, &network);
  }
  network.Decide();
  network.CheckPromises();
}

}  // namespace

absl::Span<const FuzzedMessage> FuzzedMessages() {
  using namespace rhumb::v1;  // NOLINT: the names of all requests
  static const FuzzedMessage kMessages[] = {
      {"compute_routes", Prototype<ComputeRoutesRequest>, RunRequest<ComputeRoutesRequest>},
      {"confirm_rollback", Prototype<ConfirmRollbackRequest>, RunRequest<ConfirmRollbackRequest>},
      {"drain_link", Prototype<DrainLinkRequest>, RunRequest<DrainLinkRequest>},
      {"error_details", Prototype<Status>, RunErrorDetails},
      {"evaluate_plan", Prototype<EvaluatePlanRequest>, RunRequest<EvaluatePlanRequest>},
      {"explain_decision", Prototype<ExplainDecisionRequest>, RunRequest<ExplainDecisionRequest>},
      {"list_audit", Prototype<ListAuditRequest>, RunRequest<ListAuditRequest>},
      {"pin_demand", Prototype<PinDemandRequest>, RunRequest<PinDemandRequest>},
      {"plan_stream", Prototype<PlanStreamRequest>, RunPlanStream},
      {"plan_update", Prototype<PlanUpdate>, RunPlanUpdate},
      {"rollback_plan", Prototype<RollbackPlanRequest>, RunRequest<RollbackPlanRequest>},
      {"session", Prototype<Session>, RunSession},
      {"set_policy", Prototype<SetPolicyRequest>, RunRequest<SetPolicyRequest>},
      {"set_topology", Prototype<SetTopologyRequest>, RunRequest<SetTopologyRequest>},
      {"telemetry", Prototype<TelemetryReport>, RunRequest<TelemetryReport>},
      {"undrain_link", Prototype<UndrainLinkRequest>, RunRequest<UndrainLinkRequest>},
      {"update_topology", Prototype<UpdateTopologyRequest>, RunRequest<UpdateTopologyRequest>},
  };
  return kMessages;
}

std::unique_ptr<Message> ReadMessage(const FuzzedMessage& kind, absl::string_view text) {
  // The log of thousands of runs a second says nothing.
  static const bool quiet = [] {
    spdlog::set_level(spdlog::level::off);
    google::protobuf::SetLogHandler(nullptr);
    return true;
  }();
  (void)quiet;
  std::unique_ptr<Message> message(kind.prototype().New());
  google::protobuf::TextFormat::Parser parser;
  Silence silence;
  parser.RecordErrorsTo(&silence);
  if (!parser.ParseFromString(std::string(text), message.get())) return nullptr;
  std::unique_ptr<Message> sent(kind.prototype().New());
  // Text that is not UTF-8 does not survive the way.
  if (!sent->ParseFromString(message->SerializeAsString())) return nullptr;
  return sent;
}

std::string WriteMessage(const Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return text;
}

}  // namespace rhumb::testing
