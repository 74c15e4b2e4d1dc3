#include "controller/serving/server/plan_stream.h"

#include <grpcpp/support/slice.h>
#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "controller/serving/rpc/grpc_status.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

// "VERSION/BASE" or "VERSION/BASE/REPEAT", as this stream wrote it.
struct Nonce {
  uint64_t version = 0;
  uint64_t base = 0;
};
std::optional<Nonce> ParseNonce(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  Nonce nonce;
  if (parts.size() < 2 || parts.size() > 3 || !absl::SimpleAtoi(parts[0], &nonce.version) ||
      !absl::SimpleAtoi(parts[1], &nonce.base)) {
    return std::nullopt;
  }
  return nonce;
}

// The same update under another nonce: in Protobuf's wire format messages that follow each other
// merge, and the last value of a field wins.
grpc::ByteBuffer WithNonce(const grpc::ByteBuffer& update, const std::string& nonce) {
  rhumb::v1::PlanStreamResponse suffix;
  suffix.mutable_update()->set_nonce(nonce);
  std::vector<grpc::Slice> slices;
  update.Dump(&slices);
  slices.push_back(grpc::Slice(suffix.SerializeAsString()));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace

struct PlanStream::Opened {
  std::optional<StreamId> replaced;
  rhumb::v1::ElectionState election;
};

PlanStream* PlanStream::Start(ServiceParts& parts, grpc::CallbackServerContext* context) {
  std::shared_ptr<PlanStream> stream(new PlanStream(parts));
  if (stream->Enter(*context, Role::kAdapter, false).ok()) stream->Read();
  return stream.get();
}

void PlanStream::Read() {
  absl::MutexLock lock(&mutex_);
  if (!finished_) StartRead(&request_);
}

void PlanStream::OnReadDone(bool ok) {
  if (!ok) return End(absl::OkStatus());  // the adapter is done
  rhumb::v1::PlanStreamRequest request;
  if (!FromByteBuffer(request_, &request)) {
    return End(absl::InvalidArgumentError("the request is not a rhumb.v1.PlanStreamRequest"));
  }
  if (!subscribed_) {
    if (!request.has_subscribe()) {
      return End(FieldError("request", "the first request must be `subscribe`"));
    }
    subscribed_ = true;
    return Subscribe(request.subscribe());
  }
  if (!request.has_answer()) {
    return End(FieldError("request", "after `subscribe` only `answer` is expected"));
  }
  TakeAnswer(std::move(*request.mutable_answer()));
}

void PlanStream::Subscribe(const rhumb::v1::PlanSubscription& subscription) {
  adapter_ = subscription.adapter();
  parts_.control.Call<Opened>(
      [id = id_, subscription](ControllerCore& core) -> absl::StatusOr<Opened> {
        auto replaced = core.south().OpenAdapter(id, subscription);
        if (!replaced.ok()) return replaced.status();
        return Opened{*replaced, core.south().ElectionFor(id)};
      },
      [self = Self(this), subscription](absl::StatusOr<Opened> opened) {
        self->TakeOpened(opened, subscription);
      });
}

// On the control thread, so that no plan is published in between.
void PlanStream::TakeOpened(const absl::StatusOr<Opened>& opened,
                            const rhumb::v1::PlanSubscription& subscription) {
  if (!opened.ok()) return End(opened.status());
  if (opened->replaced) {
    if (const auto earlier = parts_.fan_out.Find(*opened->replaced)) {
      earlier->End(RequestError(
          absl::StatusCode::kAborted, rhumb::v1::ERROR_REASON_NOT_PRIMARY,
          absl::StrCat("another stream of adapter \"", adapter_, "\" took the place of this one")));
    }
  }
  {
    absl::MutexLock lock(&mutex_);
    Join();
    if (finished_) return;
    open_ = true;
    election_ = opened->election;
    const LivePlanPtr held = parts_.board.Find(subscription.held_plan_version());
    const bool known = held != nullptr && subscription.held_epoch() == opened->election.epoch() &&
                       held->header.epoch() == subscription.held_epoch();
    const uint64_t digest = subscription.held_routes_digest();
    if (known && (digest == 0 || digest == held->header.routes_digest())) {
      base_ = sent_ = held->version();
    } else if (known) {
      spdlog::warn("adapter name=\"{}\" holds other routes under version={}; it gets a whole plan",
                   adapter_, held->version());
    }
    WriteNext();
  }
  Read();
}

void PlanStream::TakeAnswer(rhumb::v1::PlanAnswer answer) {
  const auto nonce = ParseNonce(answer.nonce());
  {
    absl::MutexLock lock(&mutex_);
    if (!nonce || nonce->version == 0 || nonce->version > sent_) {
      parts_.metrics.CountEvent(Event::kAnswerToNothing);
      EndLocked(
          FieldError("answer.nonce", absl::StrCat("\"", answer.nonce().substr(0, 100),
                                                  "\" is not that of an update of this stream")));
      return;
    }
    if (answer.has_error()) AfterRefusal(answer, nonce->version, nonce->base);
  }
  if (answer.has_error()) {
    parts_.control.Post([self = Self(this), answer = std::move(answer),
                         version = nonce->version](ControllerCore& core) {
      core.south().TakePlanAnswer(self->id_, answer, version);
      self->Read();
    });
    return;
  }
  // Of acknowledgements only the latest counts, so one errand at a time carries it: a thousand
  // adapters answer every plan.
  bool errand_out = false;
  {
    absl::MutexLock lock(&mutex_);
    acknowledged_ = Acknowledged{std::move(answer), nonce->version};
    errand_out = std::exchange(errand_out_, true);
  }
  if (!errand_out) {
    parts_.control.Post([self = Self(this)](ControllerCore& core) {
      Acknowledged latest;
      {
        absl::MutexLock lock(&self->mutex_);
        latest = std::move(self->acknowledged_);
        self->errand_out_ = false;
      }
      core.south().TakePlanAnswer(self->id_, latest.answer, latest.version);
    });
  }
  Read();
}

void PlanStream::AfterRefusal(const rhumb::v1::PlanAnswer& answer, uint64_t version,
                              uint64_t base) {
  // A later update is on its way already; the adapter will refuse that too, for its base.
  if (version != sent_) return;
  base_ = answer.plan_version_in_force();
  // A whole plan that was refused is not sent again before there is another.
  if (answer.error().code() == static_cast<int>(absl::StatusCode::kAborted) && base != 0) {
    base_ = 0;
    send_again_ = true;
    WriteNext();
  }
}

void PlanStream::ElectionChanged(const ControllerCore& core) {
  const rhumb::v1::ElectionState election = core.south().ElectionFor(id_);
  absl::MutexLock lock(&mutex_);
  if (!open_ || finished_) return;
  const rhumb::v1::ElectionState& known = election_ ? *election_ : sent_election_;
  if (known.primary_election_id() == election.primary_election_id() &&
      known.you_are_primary() == election.you_are_primary()) {
    return;
  }
  election_ = election;
  WriteNext();
}

void PlanStream::Wake() {
  absl::MutexLock lock(&mutex_);
  WriteNext();
}

void PlanStream::WriteNext() {
  if (!open_ || finished_ || writing_) return;
  // Here, and not only where the lead is seen to end: this thread may have been stopped meanwhile.
  if (auto status = parts_.gate.CheckLeads(); !status.ok()) return EndLocked(status);
  if (election_) {
    rhumb::v1::PlanStreamResponse response;
    *response.mutable_election() = sent_election_ = *election_;
    election_.reset();
    on_its_way_ = std::make_shared<const grpc::ByteBuffer>(ToByteBuffer(response));
  } else {
    const SharedMessagePtr message =
        send_again_ ? parts_.board.UpdateFrom(base_) : parts_.board.NextFrom(sent_, base_);
    if (message == nullptr) return;
    if (send_again_ && message->version == sent_) {
      on_its_way_ = std::make_shared<const grpc::ByteBuffer>(WithNonce(
          message->bytes, absl::StrCat(message->version, "/", message->base, "/", ++repeats_)));
    } else {
      on_its_way_ = std::shared_ptr<const grpc::ByteBuffer>(message, &message->bytes);
    }
    send_again_ = false;
    base_ = sent_ = message->version;
  }
  writing_ = true;
  StartWrite(on_its_way_.get());
}

void PlanStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  on_its_way_.reset();
  if (!ok) return EndLocked(absl::CancelledError("the adapter is gone"));
  WriteNext();
}

void PlanStream::OnCancel() { End(absl::CancelledError("the adapter is gone")); }

void PlanStream::OnDone() {
  parts_.control.Post([id = id_](ControllerCore& core) { core.south().CloseAdapter(id); });
  Leave();
}

uint64_t PlanStream::sent_version() const {
  absl::MutexLock lock(&mutex_);
  return sent_;
}

}  // namespace rhumb
