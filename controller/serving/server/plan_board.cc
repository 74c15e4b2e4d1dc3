#include "controller/serving/server/plan_board.h"

#include <google/protobuf/arena.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace rhumb {

grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

bool FromByteBuffer(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message) {
  grpc::ByteBuffer copy(bytes);  // shares the slices
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

void PlanBoard::Publish(LivePlanPtr plan) {
  std::deque<LivePlanPtr> dropped;  // freed without the lock
  Encoded old;
  absl::MutexLock lock(&mutex_);
  plans_.push_back(std::move(plan));
  while (plans_.size() > kept_plans_) {
    dropped.push_back(std::move(plans_.front()));
    plans_.pop_front();
  }
  // Steps between the latest plans are small and still asked for; whole plans are neither.
  const size_t first = plans_.size() - std::min<size_t>(plans_.size(), kMaxBehind);
  const uint64_t oldest = plans_[first]->version();
  old.swap(encoded_);
  for (auto it = old.begin(); it != old.end();) {
    const auto& [kind, base, version] = it->first;
    const auto next = std::next(it);
    if (kind == Kind::kUpdate && base != 0 && version >= oldest) encoded_.insert(old.extract(it));
    it = next;
  }
}

void PlanBoard::Clear() {
  std::deque<LivePlanPtr> dropped;  // freed without the lock
  Encoded old;
  absl::MutexLock lock(&mutex_);
  dropped.swap(plans_);
  old.swap(encoded_);
}

LivePlanPtr PlanBoard::latest() const {
  absl::MutexLock lock(&mutex_);
  return plans_.empty() ? nullptr : plans_.back();
}

LivePlanPtr PlanBoard::Find(uint64_t version) const {
  absl::MutexLock lock(&mutex_);
  for (auto it = plans_.rbegin(); it != plans_.rend(); ++it) {
    if ((*it)->version() == version) return *it;
  }
  return nullptr;
}

SharedMessagePtr PlanBoard::UpdateFrom(uint64_t base) { return Get(Kind::kUpdate, base); }

SharedMessagePtr PlanBoard::NextFrom(uint64_t sent, uint64_t base) {
  LivePlanPtr target;
  {
    absl::MutexLock lock(&mutex_);
    if (plans_.empty() || plans_.back()->version() <= sent) return nullptr;
    target = plans_.back();
    const uint64_t topology_version = target->header.topology_version();
    int behind = 0;
    LivePlanPtr next = target;
    for (auto it = plans_.rbegin(); it != plans_.rend() && (*it)->version() > sent; ++it) {
      ++behind;
      if ((*it)->header.topology_version() == topology_version) next = *it;
    }
    if (base != 0 && behind <= kMaxBehind) target = std::move(next);
  }
  return Get(Kind::kUpdate, base, std::move(target));
}

SharedMessagePtr PlanBoard::Whole() { return Get(Kind::kWhole, 0); }
SharedMessagePtr PlanBoard::Header() { return Get(Kind::kHeader, 0); }

SharedMessagePtr PlanBoard::Get(Kind kind, uint64_t base, LivePlanPtr target) {
  std::shared_ptr<Entry> entry;
  LivePlanPtr base_plan;
  {
    absl::MutexLock lock(&mutex_);
    if (plans_.empty()) return nullptr;
    if (target == nullptr) target = plans_.back();
    for (const LivePlanPtr& kept : plans_) {
      if (base != 0 && kept->version() == base) base_plan = kept;
    }
    auto& slot = encoded_[{kind, base_plan ? base : 0, target->version()}];
    if (!slot) slot = std::make_shared<Entry>();
    entry = slot;
  }
  std::call_once(entry->once, [&] {
    SharedMessage& message = entry->message;
    message.version = target->version();
    switch (kind) {
      case Kind::kUpdate: {
        // A thousand small parts that go together.
        google::protobuf::Arena arena;
        auto* response =
            google::protobuf::Arena::CreateMessage<rhumb::v1::PlanStreamResponse>(&arena);
        WriteUpdate(base_plan.get(), *target, response->mutable_update());
        message.base = response->update().base_plan_version();
        message.bytes = ToByteBuffer(*response);
        break;
      }
      case Kind::kWhole:
        message.bytes = ToByteBuffer(ToProto(*target));
        break;
      case Kind::kHeader: {
        rhumb::v1::LivePlan header;
        *header.mutable_header() = target->header;
        message.bytes = ToByteBuffer(header);
        break;
      }
    }
  });
  return SharedMessagePtr(entry, &entry->message);
}

}  // namespace rhumb
