#include "controller/server/plan_board.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

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
  std::map<std::pair<Kind, uint64_t>, std::shared_ptr<Entry>> old;
  absl::MutexLock lock(&mutex_);
  plans_.push_back(std::move(plan));
  while (plans_.size() > kept_plans_) {
    dropped.push_back(std::move(plans_.front()));
    plans_.pop_front();
  }
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
SharedMessagePtr PlanBoard::Whole() { return Get(Kind::kWhole, 0); }
SharedMessagePtr PlanBoard::Header() { return Get(Kind::kHeader, 0); }

SharedMessagePtr PlanBoard::Get(Kind kind, uint64_t base) {
  std::shared_ptr<Entry> entry;
  LivePlanPtr plan, base_plan;
  {
    absl::MutexLock lock(&mutex_);
    if (plans_.empty()) return nullptr;
    plan = plans_.back();
    for (const LivePlanPtr& kept : plans_) {
      if (base != 0 && kept->version() == base) base_plan = kept;
    }
    auto& slot = encoded_[{kind, base_plan ? base : 0}];
    if (!slot) slot = std::make_shared<Entry>();
    entry = slot;
  }
  absl::call_once(entry->once, [&] {
    SharedMessage& message = entry->message;
    message.version = plan->version();
    switch (kind) {
      case Kind::kUpdate: {
        rhumb::v1::PlanStreamResponse response;
        *response.mutable_update() = MakeUpdate(base_plan.get(), *plan);
        message.base = response.update().base_plan_version();
        message.bytes = ToByteBuffer(response);
        break;
      }
      case Kind::kWhole:
        message.bytes = ToByteBuffer(ToProto(*plan));
        break;
      case Kind::kHeader: {
        rhumb::v1::LivePlan header;
        *header.mutable_header() = plan->header;
        message.bytes = ToByteBuffer(header);
        break;
      }
    }
  });
  return SharedMessagePtr(entry, &entry->message);
}

}  // namespace rhumb
