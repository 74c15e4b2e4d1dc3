#include "tests/benchmark/controller_load/load_stream.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <set>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "rhumb/v1/south.pb.h"
#include "topologies/formats/proto_time.h"

namespace rhumb::benchmark {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr char kMethod[] = "/rhumb.v1.South/StreamPlans";

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
bool Skim(absl::string_view bytes, Arrival* arrival, std::string* nonce) {
  CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()),
                         static_cast<int>(bytes.size()));
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

LoadStream::LoadStream(std::shared_ptr<PlainConnection> connection, const std::string& adapter,
                       uint64_t election_id, bool reads,
                       std::function<void(const Arrival&)> on_arrival)
    : connection_(std::move(connection)), reads_(reads), on_arrival_(std::move(on_arrival)) {
  rhumb::v1::PlanStreamRequest request;
  request.mutable_subscribe()->set_adapter(adapter);
  request.mutable_subscribe()->set_election_id(election_id);
  call_ = connection_->Call(kMethod, reads, this);
  connection_->Send(call_, request.SerializeAsString());
  if (reads_) Answerer::Get().Add(this);
}

LoadStream::~LoadStream() {
  if (reads_) Answerer::Get().Remove(this);
  connection_->Cancel(call_);
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

void LoadStream::OnMessage(absl::string_view bytes) {
  Arrival arrival;
  arrival.at = absl::Now();
  arrival.bytes = bytes.size();
  std::string nonce;
  if (!Skim(bytes, &arrival, &nonce)) {
    absl::MutexLock lock(&mutex_);
    open_ = true;
    return;
  }
  if (on_arrival_) on_arrival_(arrival);
  absl::MutexLock lock(&mutex_);
  next_nonce_ = std::move(nonce);
  next_version_ = arrival.plan_version;
}

void LoadStream::SendAnswer() {
  rhumb::v1::PlanStreamRequest request;
  {
    absl::MutexLock lock(&mutex_);
    if (next_nonce_.empty()) return;
    request.mutable_answer()->set_nonce(std::exchange(next_nonce_, ""));
    request.mutable_answer()->set_plan_version_in_force(next_version_);
  }
  connection_->Send(call_, request.SerializeAsString());
}

void LoadStream::OnEnd(const grpc::Status& status) {
  absl::MutexLock lock(&mutex_);
  status_ = status;
  done_ = true;
}

}  // namespace rhumb::benchmark
