#include "tests/benchmark/controller_load/load_stream.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/generic/generic_stub.h>

#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "topologies/formats/proto_time.h"

namespace rhumb::benchmark {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

const std::string& Method() {
  static const auto* method = new std::string("/rhumb.v1.South/StreamPlans");
  return *method;
}

// Answers for all streams that read.
class Answerer {
 public:
  static Answerer& Get() {
    static auto* answerer = new Answerer;
    return *answerer;
  }
  void Add(LoadStream* stream) {
    absl::MutexLock lock(&mutex_);
    streams_.insert(stream);
  }
  void Remove(LoadStream* stream) {
    absl::MutexLock lock(&mutex_);
    streams_.erase(stream);
  }

 private:
  Answerer() {
    std::thread([this] {
      for (;;) {
        absl::SleepFor(absl::Milliseconds(50));
        absl::MutexLock lock(&mutex_);
        for (LoadStream* stream : streams_) stream->SendAnswer();
      }
    }).detach();
  }
  absl::Mutex mutex_;
  std::set<LoadStream*> streams_ ABSL_GUARDED_BY(mutex_);
};

// Header, nonce and base of an update, all of which are in its first few hundred bytes; routes stay
// unread. False for other messages.
bool Skim(const grpc::Slice& bytes, Arrival* arrival, std::string* nonce) {
  CodedInputStream input(bytes.begin(), static_cast<int>(bytes.size()));
  bool is_update = false;
  while (const uint32_t tag = input.ReadTag()) {
    uint32_t length = 0;
    if (WireFormatLite::GetTagFieldNumber(tag) != 2) {
      if (!WireFormatLite::SkipField(&input, tag)) return false;
      continue;
    }
    is_update = true;
    if (!input.ReadVarint32(&length)) return false;
    while (const uint32_t inner = input.ReadTag()) {
      uint64_t base = 0;
      switch (WireFormatLite::GetTagFieldNumber(inner)) {
        case 1: {
          std::string text;
          rhumb::v1::PlanHeader header;
          if (!input.ReadVarint32(&length) || !input.ReadString(&text, static_cast<int>(length)) ||
              !header.ParseFromString(text)) {
            return false;
          }
          arrival->plan_version = header.plan_version();
          arrival->topology_version = header.topology_version();
          arrival->reason = header.reason();
          arrival->decided_at = FromProto(header.decided_at());
          break;
        }
        case 2:
          if (!input.ReadVarint32(&length) || !input.ReadString(nonce, static_cast<int>(length))) {
            return false;
          }
          break;
        case 4:
          if (!input.ReadVarint64(&base)) return false;
          arrival->base_plan_version = base;
          break;
        case 5:  // the routes: all else came before, in the order of field numbers
        case 6:
          return true;
        default:
          if (!WireFormatLite::SkipField(&input, inner)) return false;
      }
    }
  }
  return is_update;
}

}  // namespace

LoadStream::LoadStream(const Connection& connection, const std::string& adapter,
                       uint64_t election_id, bool reads,
                       std::function<void(const Arrival&)> on_arrival)
    : reads_(reads), on_arrival_(std::move(on_arrival)) {
  connection.Prepare(&context_);
  request_.mutable_subscribe()->set_adapter(adapter);
  request_.mutable_subscribe()->set_election_id(election_id);
  grpc::TemplatedGenericStub<rhumb::v1::PlanStreamRequest, grpc::ByteBuffer> stub(
      connection.channel());
  stub.PrepareBidiStreamingCall(&context_, Method(), grpc::StubOptions(), this);
  StartWrite(&request_);
  if (reads_) StartRead(&response_);
  if (reads_) Answerer::Get().Add(this);
  AddHold();  // until the destructor: a call without operations would end by itself
  StartCall();
}

LoadStream::~LoadStream() {
  if (reads_) Answerer::Get().Remove(this);
  context_.TryCancel();
  RemoveHold();
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&done_));
}

bool LoadStream::AwaitOpen(absl::Time deadline) const {
  if (!reads_) return true;
  absl::MutexLock lock(&mutex_);
  auto settled = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return open_ || done_; };
  mutex_.AwaitWithDeadline(absl::Condition(&settled), deadline);
  return open_;
}

grpc::Status LoadStream::ended() const {
  absl::MutexLock lock(&mutex_);
  return done_ ? status_ : grpc::Status::OK;
}

void LoadStream::OnReadDone(bool ok) {
  if (!ok) return;
  Arrival arrival;
  arrival.at = absl::Now();
  arrival.bytes = response_.Length();
  std::string nonce;
  // Shares the bytes. The head of an update is in the first slice unless the network cut it short.
  constexpr size_t kHead = 1024;
  std::vector<grpc::Slice> slices;
  bool is_update = response_.Dump(&slices).ok() && !slices.empty();
  if (is_update && slices.size() > 1 && slices[0].size() < kHead) {
    is_update = response_.DumpToSingleSlice(&slices[0]).ok();
  }
  is_update = is_update && Skim(slices[0], &arrival, &nonce);
  response_.Clear();
  if (is_update) {
    if (on_arrival_) on_arrival_(arrival);
    absl::MutexLock lock(&mutex_);
    next_nonce_ = std::move(nonce);
    next_version_ = arrival.plan_version;
  } else {
    absl::MutexLock lock(&mutex_);
    open_ = true;
  }
  StartRead(&response_);
}

void LoadStream::SendAnswer() {
  absl::MutexLock lock(&mutex_);
  if (writing_ || next_nonce_.empty()) return;
  writing_ = true;
  request_.Clear();
  request_.mutable_answer()->set_nonce(std::exchange(next_nonce_, ""));
  request_.mutable_answer()->set_plan_version_in_force(next_version_);
  StartWrite(&request_);
}

void LoadStream::OnWriteDone(bool) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
}

void LoadStream::OnDone(const grpc::Status& status) {
  absl::MutexLock lock(&mutex_);
  status_ = status;
  done_ = true;
}

}  // namespace rhumb::benchmark
