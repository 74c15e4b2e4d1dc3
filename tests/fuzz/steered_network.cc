#include "tests/fuzz/steered_network.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "agents/registry/policy_registry.h"
#include "controller/steering/guard/plan_rules.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/questions/compute_routes.h"
#include "controller/steering/questions/evaluate_plan.h"
#include "controller/steering/questions/explain_decision.h"
#include "controller/steering/store/audit.h"
#include "controller/steering/store/memory_store.h"
#include "tests/fuzz/promise.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Larger networks find nothing new and cost time.
constexpr int kMaxNodes = 10;
constexpr int kMaxLinks = 40;
constexpr size_t kKeptPlans = 8;

// The learned agent and linear programs are fuzzed by nothing here: they see checked input only.
absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakeQuickPolicy(absl::string_view spec) {
  if (absl::StartsWith(spec, "neural") || absl::StartsWith(spec, "lp-")) {
    return absl::InvalidArgumentError("not in this test");
  }
  return MakePolicy(spec);
}

std::string Bytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
  coded.Trim();
  return bytes;
}

void CheckFinite(const Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
        const double value = field->is_repeated() ? reflection->GetRepeatedDouble(message, field, i)
                                                  : reflection->GetDouble(message, field);
        Require(std::isfinite(value), absl::StrCat(field->full_name(), " is not finite"));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        CheckFinite(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                         : reflection->GetMessage(message, field));
      }
    }
  }
}

// A message that is sent: readable at the other end, and printable.
template <typename M>
void CheckSendable(const M& message) {
  M again;
  message.ByteSizeLong();
  Require(again.ParseFromString(message.SerializeAsString()),
          absl::StrCat(message.GetDescriptor()->full_name(), " cannot be read at the other end"));
  CheckFinite(message);
}

template <typename M>
bool Small(const M& request) {
  return request.topology().nodes_size() <= kMaxNodes &&
         request.topology().links_size() <= kMaxLinks;
}

void CheckRefusal(const absl::Status& status) {
  Require(!status.message().empty(), "a refusal says nothing");
  Require(
      status.code() != absl::StatusCode::kInternal && status.code() != absl::StatusCode::kUnknown,
      absl::StrCat("a request meets an internal fault: ", status.ToString()));
  Require(ReasonOf(status) != rhumb::v1::ERROR_REASON_UNSPECIFIED,
          absl::StrCat("a refusal has no reason: ", status.ToString()));
  CheckSendable(ToProto(status));
}

}  // namespace

SteeredNetwork::SteeredNetwork() : decider_(MakeQuickPolicy, {}, {}), policies_(MakeQuickPolicy) {
  stored_.epoch = 7;
  Start();
}

void SteeredNetwork::Start() {
  CoreOptions options;
  options.policy = "ecmp";
  options.kept_plans = kKeptPlans;
  options.max_telemetry_sources = 4;
  ControllerCore::Outputs outputs;
  outputs.publish = [this](LivePlanPtr plan) {
    // What is read back at a restart was published before; adapters resume from it.
    if (plan->version() < last_plan_version_) return;
    if (plan->version() == last_plan_version_) {
      last_ = std::move(plan);
    } else {
      unchecked_.push_back(std::move(plan));
    }
  };
  outputs.start_decision = [this](DecisionInput input) { waiting_ = std::move(input); };
  outputs.election_changed = [] {};
  outputs.clocks.steady = [this] { return SteadyTime() + (now_ - absl::UnixEpoch()); };
  outputs.clocks.wall = [this] { return now_; };
  core_.emplace(options, outputs, &metrics_);
  core_->Restore(stored_);
  Keep(core_->TakeChange());
}

void SteeredNetwork::Restart() {
  CheckPromises();  // of what was published, before it is read back
  waiting_.reset();
  last_ = nullptr;
  Start();
  if (!hold_decisions_) Decide();
  CheckPromises();
}

void SteeredNetwork::Prepare() {
  const auto read = [](const char* text, Message* message) {
    Require(google::protobuf::TextFormat::ParseFromString(text, message), "a seed is not read");
  };
  rhumb::v1::PlanStreamRequest stream;
  read(R"(subscribe { adapter: "main" election_id: 2 })", &stream);
  Take(1, stream, 0);
  read(R"(subscribe { adapter: "standby" election_id: 1 })", &stream);
  Take(2, stream, 0);
  rhumb::v1::SetTopologyRequest topology;
  read(R"(election_id: 2
          topology {
            name: "test"
            nodes { name: "A" } nodes { name: "B" } nodes { name: "C" } nodes { name: "D" }
            links { source: "A" destination: "B" capacity_bps: 1e9 shared_risk_groups: "duct" }
            links { source: "B" destination: "A" capacity_bps: 1e9 shared_risk_groups: "duct" }
            links { source: "B" destination: "D" capacity_bps: 1e9 }
            links { source: "D" destination: "B" capacity_bps: 1e9 }
            links { source: "A" destination: "C" capacity_bps: 1e9 }
            links { source: "C" destination: "A" capacity_bps: 1e9 }
            links { source: "C" destination: "D" capacity_bps: 1e9 }
            links { source: "D" destination: "C" capacity_bps: 1e9 }
            links { source: "A" destination: "B" capacity_bps: 2e9 }
          })",
       &topology);
  Take(topology);
  rhumb::v1::TelemetryReport report;
  read(R"(election_id: 2 source: "s" sequence: 1 interval_end { seconds: 1700000000 }
          interval { seconds: 10 } links { link: "A>B" sent_bytes: 1000 }
          demands { source: "A" destination: "D" rate_bps: 4e8 })",
       &report);
  Take(report);
  now_ += absl::Seconds(10);
  report.set_sequence(2);
  report.mutable_interval_end()->set_seconds(1'700'000'010);
  report.mutable_links(0)->set_sent_bytes(500'001'000);
  Take(report);
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link("C>A");
  Take(drain);
  rhumb::v1::PinDemandRequest pin;
  read(R"(source: "D" destination: "A" paths { links: "D>B" links: "B>A" ratio: 1 })", &pin);
  Take(pin);
  Require(core_->north().GetStatus().pins_size() == 1 && last_plan_version_ > 2,
          "the seed state is not");
}

void SteeredNetwork::Keep(StoreChange change) {
  if (change.reported) stored_.reported = ToProto(*change.reported);
  if (change.settings) stored_.settings = *change.settings;
  if (change.floor) stored_.floor = *change.floor;
  if (change.demands) stored_.demands = ToProto(*change.demands);
  for (const LivePlanPtr& plan : change.plans) stored_.plans.push_back(ToProto(*plan));
  while (stored_.plans.size() > kKeptPlans) stored_.plans.erase(stored_.plans.begin());
  for (const auto& record : change.audit) CheckSendable(record);
}

std::string SteeredNetwork::State() const {
  const LiveView view = core_->north().View();
  return absl::StrCat(Bytes(core_->north().GetStatus()),
                      view.plan ? Bytes(ToProto(*view.plan)) : "", Bytes(view.settings),
                      view.topology ? Bytes(ToProto(*view.topology)) : "",
                      view.traffic ? view.traffic->version : 0, waiting_ ? waiting_->id : 0);
}

template <typename Response>
void SteeredNetwork::CheckAnswer(const absl::StatusOr<Response>& answer) {
  if (answer.ok()) {
    CheckSendable(*answer);
  } else {
    CheckRefusal(answer.status());
  }
}

template <typename Request, typename Work>
void SteeredNetwork::Change(const Request& request, Work work) {
  const std::string before = State();
  const auto answer = work(request);
  CheckAnswer(answer);
  StoreChange change = core_->TakeChange();
  if (!answer.ok()) {
    Require(change.empty(), "a refused request is written to the store");
    Require(State() == before, "a refused request changes the state");
    return;
  }
  Keep(std::move(change));
  if (!hold_decisions_) Decide();
  CheckPromises();
}

void SteeredNetwork::Take(const rhumb::v1::SetTopologyRequest& request) {
  if (!Small(request)) return;
  Change(request, [this](const auto& r) { return core_->south().SetTopology(r, "fuzz"); });
}
void SteeredNetwork::Take(const rhumb::v1::UpdateTopologyRequest& request) {
  Change(request, [this](const auto& r) { return core_->south().UpdateTopology(r, "fuzz"); });
}
void SteeredNetwork::Take(const rhumb::v1::TelemetryReport& report) {
  Change(report, [this](const auto& r) -> absl::StatusOr<rhumb::v1::TelemetryAnswer> {
    rhumb::v1::TelemetryAnswer answer = core_->south().TakeTelemetry(r);
    CheckSendable(answer);
    Require(answer.sequence() == r.sequence() && answer.source() == r.source(),
            "a telemetry answer is for another report");
    if (!answer.has_error()) return answer;
    // Its details are part of the message; what is left of it is checked as a refusal.
    Require(answer.error().details_size() > 0, "a telemetry refusal has no details");
    absl::Status status(static_cast<absl::StatusCode>(answer.error().code()),
                        answer.error().message());
    return RequestError(status.code(), rhumb::v1::ERROR_REASON_BAD_FIELD, status.message());
  });
}
void SteeredNetwork::Take(const rhumb::v1::DrainLinkRequest& request) {
  Change(request, [this](const auto& r) { return core_->north().DrainLink(r, "fuzz"); });
}
void SteeredNetwork::Take(const rhumb::v1::UndrainLinkRequest& request) {
  Change(request, [this](const auto& r) { return core_->north().UndrainLink(r, "fuzz"); });
}
void SteeredNetwork::Take(const rhumb::v1::SetPolicyRequest& request) {
  // The service loads the policy first, as here.
  if (!decider_.Load(request.policy()).ok()) return;
  Change(request, [this](const auto& r) { return core_->north().SetPolicy(r, "fuzz"); });
}
void SteeredNetwork::Take(const rhumb::v1::PinDemandRequest& request) {
  Change(request, [this](const auto& r) { return core_->north().PinDemand(r, "fuzz"); });
}
void SteeredNetwork::Take(const rhumb::v1::RollbackPlanRequest& request) {
  Change(request, [this](const auto& r) { return core_->north().RollbackPlan(r, "fuzz"); });
}
void SteeredNetwork::Take(const rhumb::v1::ConfirmRollbackRequest& request) {
  Change(request, [this](const auto& r) { return core_->north().ConfirmRollback(r, "fuzz"); });
}
void SteeredNetwork::Take(const rhumb::v1::ExplainDecisionRequest& request) {
  const std::string before = State();
  CheckAnswer(ExplainDecision(request, core_->north().View(), &policies_));
  Require(State() == before, "a question changes the state");
}
void SteeredNetwork::Take(const rhumb::v1::EvaluatePlanRequest& request) {
  const std::string before = State();
  CheckAnswer(EvaluatePlan(request, core_->north().View(), &policies_));
  Require(State() == before, "a question changes the state");
}
void SteeredNetwork::Take(const rhumb::v1::ComputeRoutesRequest& request) {
  if (!Small(request)) return;
  const std::string before = State();
  const auto answer = ComputeRoutes(request, {}, "ecmp", &policies_);
  CheckAnswer(answer);
  Require(State() == before, "a question changes the state");
  if (!answer.ok()) return;
  const auto topology = FromProto(request.topology());
  const auto plan = FromProto(answer->plan(), *topology);
  Require(plan.ok(), absl::StrCat("a computed plan cannot be read: ", plan.status().ToString()));
  const absl::Status valid = plan->Validate(*topology);
  Require(valid.ok(), absl::StrCat("a computed plan is not valid: ", valid.ToString()));
}

void SteeredNetwork::Take(const rhumb::v1::ListAuditRequest& request) {
  constexpr int kRecords = 3;
  StoreWriter writer(std::make_unique<MemoryStore>(), &metrics_);
  writer.Load();
  StoreChange change;
  for (int i = 0; i < kRecords; ++i) change.audit.emplace_back().set_detail(absl::StrCat(i));
  absl::Notification written;
  writer.Write(std::move(change), [&](bool) { written.Notify(); });
  written.WaitForNotification();
  const auto answer = ListAudit(request, &writer);
  CheckAnswer(answer);
  if (!answer.ok()) return;
  const uint32_t asked = request.limit() == 0 ? kRecords : request.limit();
  Require(answer->records_size() == static_cast<int>(std::min<uint32_t>(kRecords, asked)) &&
              answer->records(0).detail() == absl::StrCat(kRecords - 1),
          "an audit does not begin with the latest records");
}

void SteeredNetwork::Take(StreamId stream, const rhumb::v1::PlanStreamRequest& request,
                          uint64_t sent_version) {
  if (request.has_answer()) {
    core_->south().TakePlanAnswer(stream, request.answer(), sent_version);
  } else if (request.has_subscribe()) {
    const std::string before = State();
    const auto opened = core_->south().OpenAdapter(stream, request.subscribe());
    if (!opened.ok()) {
      CheckRefusal(opened.status());
      Require(State() == before, "a refused stream changes the state");
    }
  }
  CheckSendable(core_->south().ElectionFor(stream));
  CheckPromises();
}

void SteeredNetwork::Wait(absl::Duration time) {
  now_ += time;
  core_->Tick();
  if (!hold_decisions_) Decide();
  Keep(core_->TakeChange());
  CheckPromises();
}

void SteeredNetwork::Decide() {
  hold_decisions_ = false;
  // Bounded, in case decisions start each other for ever.
  for (int i = 0; i < 20 && waiting_; ++i) {
    core_->FinishDecision(decider_.Decide(*std::exchange(waiting_, {})));
    Keep(core_->TakeChange());
  }
  Require(!waiting_, "decisions start each other without end");
}

void SteeredNetwork::CheckPlan(const LivePlanPtr& plan) {
  const rhumb::v1::PlanHeader& header = plan->header;
  Require(header.plan_version() > last_plan_version_, "a plan version does not grow");
  Require(header.topology_version() >= last_topology_version_, "a topology version goes back");
  last_plan_version_ = header.plan_version();
  last_topology_version_ = header.topology_version();
  const absl::Status valid = plan->plan.Validate(plan->topology);
  Require(valid.ok(), absl::StrCat("a published plan is not valid: ", valid.ToString()));
  const absl::Status routes = CheckRoutesAll(plan->topology, plan->plan);
  Require(routes.ok(), absl::StrCat("a published plan leaves a demand out: ", routes.ToString()));
  const rhumb::v1::LivePlan whole = ToProto(*plan);
  CheckSendable(whole);

  const rhumb::v1::PlanUpdate update = MakeUpdate(last_.get(), *plan);
  CheckSendable(update);
  const absl::Status applied = held_.Apply(update);
  Require(applied.ok(), absl::StrCat("an update does not lead on: ", applied.ToString()));
  Require(static_cast<int>(held_.routes().size()) == whole.routes_size(),
          "updates put together have other demands than the plan");
  for (const auto& route : whole.routes()) {
    const auto held = held_.routes().find({route.source(), route.destination()});
    Require(held != held_.routes().end() && held->second.paths_size() == route.paths_size(),
            "updates put together are not the plan");
  }
  last_ = plan;
}

void SteeredNetwork::CheckPromises() {
  for (const LivePlanPtr& plan : std::exchange(unchecked_, {})) CheckPlan(plan);
  const rhumb::v1::ControllerStatus status = core_->north().GetStatus();
  CheckSendable(status);
  Require(status.topology_version() == 0 || status.topology_version() >= last_topology_version_,
          "the topology version goes back");
  Require(core_->plan() == last_, "the plan in force is not the one that was published last");
}

}  // namespace rhumb::testing
