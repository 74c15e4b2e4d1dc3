// The latest plan with the earlier ones that are kept, and the bytes that lead from one to the
// other. A thousand streams that need the same update send the same bytes: each distinct one is
// made once.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_PLAN_BOARD_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_PLAN_BOARD_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

#include "absl/synchronization/mutex.h"
#include "controller/steering/plan/live_plan.h"

namespace rhumb {

// A message ready to be written; shared, never changed.
struct SharedMessage {
  uint64_t version = 0;  // of the plan
  uint64_t base = 0;     // version that it leads on from; 0 for a whole plan
  grpc::ByteBuffer bytes;
};
using SharedMessagePtr = std::shared_ptr<const SharedMessage>;

// Safe to call from any thread. Holds the kept plans and, for the latest ones, one encoding for
// each base that a stream asked for.
class PlanBoard {
 public:
  explicit PlanBoard(int kept_plans) : kept_plans_(kept_plans) {}

  // Versions grow from call to call.
  void Publish(LivePlanPtr plan);

  // Forgets them: what follows begins anew.
  void Clear();

  LivePlanPtr latest() const;  // null before the first
  // Null when it is not kept.
  LivePlanPtr Find(uint64_t version) const;

  // PlanStreamResponse.update that leads from `base` to the latest plan; the whole plan when `base`
  // is 0 or not kept. Null before the first plan. Whoever asks first encodes, others wait for it.
  SharedMessagePtr UpdateFrom(uint64_t base);
  // The same for a reader that was sent `sent` last and holds `base`: plans come to it one by one,
  // in order, so that a reader that keeps up sees every plan even while the server is busy. Plans
  // for an older topology than the latest, which an adapter would refuse, are left out, and whoever
  // is more than kMaxBehind plans behind goes to the latest. Null when nothing is newer than
  // `sent`.
  SharedMessagePtr NextFrom(uint64_t sent, uint64_t base);
  static constexpr int kMaxBehind = 8;
  // LivePlan, whole or only its header. Null before the first plan.
  SharedMessagePtr Whole();
  SharedMessagePtr Header();

 private:
  enum class Kind { kUpdate, kWhole, kHeader };
  struct Entry {
    std::once_flag once;
    SharedMessage message;
  };
  // `target` null: the latest.
  SharedMessagePtr Get(Kind kind, uint64_t base, LivePlanPtr target = nullptr);

  const size_t kept_plans_;
  mutable absl::Mutex mutex_;
  std::deque<LivePlanPtr> plans_ ABSL_GUARDED_BY(mutex_);  // the latest last
  // By kind, base and version.
  using Encoded = std::map<std::tuple<Kind, uint64_t, uint64_t>, std::shared_ptr<Entry>>;
  Encoded encoded_ ABSL_GUARDED_BY(mutex_);
};

// The message as one slice.
grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message);
// False when the bytes are not a message of this type.
bool FromByteBuffer(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_PLAN_BOARD_H_
