#include "controller/cli/ctl/follow_plans.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "controller/cli/ctl/answer_text.h"
#include "controller/cli/frame/text_report.h"
#include "controller/clock/steady_condition.h"
#include "controller/clock/steady_time.h"
#include "controller/terminal/interrupt.h"

namespace rhumb {
namespace {

constexpr absl::Duration kSlice = absl::Milliseconds(100);

// Cancels a call when the user interrupts, for as long as it lives.
class CancelOnInterrupt {
 public:
  CancelOnInterrupt(grpc::ClientContext* context, const std::atomic<bool>* interrupted)
      : thread_([this, context, interrupted] {
          absl::MutexLock lock(&mutex_);
          while (!changed_.AwaitFor(&mutex_, kSlice, [this] { return done_; })) {
            if (*interrupted) context->TryCancel();
          }
        }) {}
  ~CancelOnInterrupt() {
    {
      absl::MutexLock lock(&mutex_);
      done_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }

 private:
  absl::Mutex mutex_;
  SteadyCondition changed_;
  bool done_ = false;  // under the mutex
  std::thread thread_;
};

void WaitUnlessStopped(absl::Duration pause, const std::atomic<bool>* stopped) {
  const SteadyTime end = SteadyNow() + pause;
  while (!*stopped && SteadyNow() < end) absl::SleepFor(std::min(kSlice, end - SteadyNow()));
}

}  // namespace

absl::Status FollowPlans(const CtlSession& session, const FollowOptions& options) {
  const absl::StatusOr<Connection> connection = Connection::Open(session.client);
  if (!connection.ok()) return connection.status();
  // Nothing to keep: what was printed is there.
  const StopGuard stop([] { return std::string("stopped"); });
  rhumb::v1::WatchPlanRequest request;
  request.set_with_routes(options.with_routes && session.json());
  const bool colour = StdoutIsTerminal();
  uint64_t shown = 0;
  bool told = false;
  SteadyTime last_answer = SteadyNow();
  Backoff backoff = connection->MakeBackoff();
  for (;;) {
    const Connection::Target target = connection->target();
    const auto north = rhumb::v1::North::NewStub(target.channel);
    grpc::ClientContext context;
    connection->Prepare(&context);
    const CancelOnInterrupt watch(&context, stop.flag());
    const auto reader = north->WatchPlan(&context, request);
    rhumb::v1::LivePlan plan;
    while (reader->Read(&plan)) {
      if (!session.json() && shown == 0) std::cout << WatchHeading();
      std::cout << (session.json() ? AnswerJson(plan, /*on_one_line=*/true)
                                   : WatchLine(plan.header(), colour))
                << std::flush;
      if (!std::cout) return absl::OkStatus();  // whoever reads has had enough
      last_answer = SteadyNow();
      told = false;
      backoff.Reset();
      if (++shown == options.count) {
        context.TryCancel();
        while (reader->Read(&plan)) continue;
        reader->Finish();
        return absl::OkStatus();
      }
    }
    const grpc::Status status = reader->Finish();
    if (*stop.flag()) return absl::CancelledError("stopped");
    const bool away = status.ok() || status.error_code() == grpc::StatusCode::UNAVAILABLE;
    const absl::Duration pause = backoff.Next();
    if (!status.ok()) connection->Follow(DecodeError(status), target.server);
    if (!away || SteadyNow() + pause > last_answer + connection->timeout()) {
      return status.ok() ? absl::UnavailableError("the server ended the stream")
                         : connection->Explain(status);
    }
    if (shown > 0 && !std::exchange(told, true)) {
      std::cerr << "note: the server is gone; waiting for it\n";
    }
    WaitUnlessStopped(pause, stop.flag());
  }
}

}  // namespace rhumb
