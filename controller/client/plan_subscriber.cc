#include "controller/client/plan_subscriber.h"

#include <utility>

#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

// Faults that the same request would meet again.
bool IsFinal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kAborted:  // another stream of the same name took over
    case absl::StatusCode::kNotFound:
      return true;
    default:
      return false;
  }
}

}  // namespace

PlanSubscriber::PlanSubscriber(const Connection& connection, Options options)
    : connection_(connection), options_(std::move(options)), thread_([this] { Run(); }) {}

PlanSubscriber::~PlanSubscriber() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    changed_.NotifyAll();
    if (open_ != nullptr) open_->TryCancel();
  }
  thread_.join();
}

PlanSubscriber::State PlanSubscriber::Get() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

bool PlanSubscriber::Await(const std::function<bool(const State&)>& condition,
                           SteadyTime deadline) const {
  absl::MutexLock lock(&mutex_);
  auto done = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return !state_.failed.ok() || condition(state_);
  };
  changed_.AwaitUntil(&mutex_, deadline, done);
  return state_.failed.ok() && condition(state_);
}

void PlanSubscriber::Cut() {
  absl::MutexLock lock(&mutex_);
  if (open_ != nullptr) open_->TryCancel();
  // Whoever waits for the connection from now on means the next one.
  state_.connected = false;
}

void PlanSubscriber::Run() {
  Backoff backoff = connection_.MakeBackoff();
  for (;;) {
    const int before = Get().updates;
    const absl::Status status = Follow();
    if (Get().updates > before) backoff.Reset();
    absl::MutexLock lock(&mutex_);
    state_.connected = false;
    state_.last_fault = status;
    changed_.NotifyAll();
    if (stop_) return;
    if (IsFinal(status)) {
      state_.failed = status;
      changed_.NotifyAll();
      return;
    }
    changed_.AwaitFor(&mutex_, backoff.Next(),
                      [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stop_; });
    if (stop_) return;
  }
}

absl::Status PlanSubscriber::Follow() {
  grpc::ClientContext context;
  connection_.Prepare(&context);
  rhumb::v1::PlanStreamRequest first;
  rhumb::v1::PlanSubscription* subscribe = first.mutable_subscribe();
  subscribe->set_adapter(options_.adapter);
  subscribe->set_election_id(options_.election_id);
  {
    absl::MutexLock lock(&mutex_);
    if (stop_) return absl::CancelledError("stopped");
    open_ = &context;
    subscribe->set_held_epoch(state_.plan->epoch());
    subscribe->set_held_plan_version(state_.plan->version());
    subscribe->set_held_routes_digest(state_.plan->header().routes_digest());
  }
  const Connection::Target target = connection_.target();
  const auto south = rhumb::v1::South::NewStub(target.channel);
  const std::unique_ptr<Stream> stream = south->StreamPlans(&context);
  bool open = stream->Write(first);
  rhumb::v1::PlanStreamResponse response;
  while (open && stream->Read(&response)) {
    if (response.has_election()) {
      absl::MutexLock lock(&mutex_);
      state_.election = response.election();
      state_.connections += state_.connected ? 0 : 1;
      state_.connected = true;
      changed_.NotifyAll();
    } else if (response.has_update()) {
      open = Take(response.update(), stream.get());
    }
  }
  // A write that failed means that the stream is over; what it ended with is found by reading on.
  while (!open && stream->Read(&response)) continue;
  const grpc::Status status = stream->Finish();
  absl::MutexLock lock(&mutex_);
  open_ = nullptr;
  if (status.ok()) return absl::UnavailableError("the server ended the stream");
  const CallError error = DecodeError(status);
  connection_.Follow(error, target.server);
  return Explain(error, target.server, connection_.timeout());
}

bool PlanSubscriber::Take(const rhumb::v1::PlanUpdate& update, Stream* stream) {
  auto next = std::make_shared<HeldPlan>(*Get().plan);
  absl::Status status = next->Apply(update);
  if (status.ok() && options_.install) status = options_.install(update);
  rhumb::v1::PlanStreamRequest request;
  rhumb::v1::PlanAnswer* answer = request.mutable_answer();
  answer->set_nonce(update.nonce());
  {
    absl::MutexLock lock(&mutex_);
    state_.seen_epoch = update.header().epoch();
    state_.seen_version = update.header().plan_version();
    if (status.ok()) {
      state_.plan = std::move(next);
      ++state_.updates;
      state_.resets += update.reset() ? 1 : 0;
    } else {
      ++state_.nacks;
    }
    answer->set_plan_version_in_force(state_.plan->version());
    changed_.NotifyAll();
  }
  if (!status.ok()) *answer->mutable_error() = ToProto(status);
  return stream->Write(request);
}

}  // namespace rhumb
