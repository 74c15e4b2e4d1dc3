#include "controller/serving/etcd/candidacy.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

// Who waits in the queue looks so often even without a hint.
constexpr absl::Duration kLook = absl::Seconds(1);
constexpr absl::Duration kRetry = absl::Milliseconds(200);
constexpr absl::Duration kFarewell = absl::Milliseconds(500);

bool Same(const Queue& a, const Queue& b) {
  return a.leads == b.leads && a.fence.term == b.fence.term && a.leader == b.leader &&
         a.replicas == b.replicas;
}

}  // namespace

Candidacy::Candidacy(std::shared_ptr<EtcdClient> client, const EtcdOptions& options)
    : client_(std::move(client)),
      prefix_(absl::StrCat(options.prefix, "/replicas/")),
      address_(options.advertise),
      ttl_(options.lease),
      // A leader that dies has used up to a third of its lease.
      interval_(options.lease / 3),
      thread_([this] { Run(); }),
      watch_(client_, prefix_, [this] {
        absl::MutexLock lock(&mutex_);
        hint_ = true;
        changed_.NotifyAll();
      }) {}

Candidacy::~Candidacy() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

Queue Candidacy::Get() const {
  absl::MutexLock lock(&mutex_);
  Queue queue = queue_;
  queue.leads = queue.leads && SteadyNow() < until_;
  return queue;
}

Queue Candidacy::AwaitChange(const Queue& known, SteadyTime deadline) const {
  {
    absl::MutexLock lock(&mutex_);
    // The end of the lead is a change too.
    const SteadyTime end = queue_.leads && known.leads ? std::min(until_, deadline) : deadline;
    changed_.AwaitUntil(&mutex_, end, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      Queue now = queue_;
      now.leads = now.leads && SteadyNow() < until_;
      return stop_ || !Same(known, now);
    });
  }
  return Get();
}

bool Candidacy::Leads(int64_t term) const { return SteadyNow() < LeadsUntil(term); }

SteadyTime Candidacy::LeadsUntil(int64_t term) const {
  absl::MutexLock lock(&mutex_);
  return queue_.leads && queue_.fence.term == term ? until_ : SteadyTime();
}

void Candidacy::GiveUp(int64_t term) {
  absl::MutexLock lock(&mutex_);
  if (!queue_.leads || queue_.fence.term != term) return;
  queue_.leads = false;
  give_up_ = true;
  changed_.NotifyAll();
}

void Candidacy::Run() {
  for (;;) {
    const SteadyTime now = SteadyNow();
    if (KeepPlace(now)) Look(now);
    absl::MutexLock lock(&mutex_);
    SteadyTime wake = lease_ == 0 ? now + kRetry : std::min(keep_at_, look_at_);
    if (lease_ != 0) wake = std::min(wake, until_);
    changed_.AwaitUntil(&mutex_, wake, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return stop_ || give_up_ || (hint_ && lease_ != 0);
    });
    if (stop_) break;
    if (std::exchange(hint_, false)) look_at_ = SteadyTime();
  }
  LeaveQueue();
}

bool Candidacy::Lapsed() const {
  absl::MutexLock lock(&mutex_);
  return give_up_ || SteadyNow() >= until_;
}

bool Candidacy::KeepPlace(SteadyTime now) {
  if (lease_ != 0 && Lapsed()) {
    spdlog::warn("replica lost its place in the queue: etcd was not reached for {}",
                 absl::FormatDuration(ttl_));
    LeaveQueue();
  }
  if (lease_ == 0) return Enter(now);
  if (now < keep_at_) return true;
  SteadyTime until;
  {
    absl::MutexLock lock(&mutex_);
    until = until_;
  }
  const absl::StatusOr<EtcdLease> kept =
      client_->KeepAlive(lease_, std::min(until, now + interval_));
  if (!kept.ok()) {
    spdlog::warn("replica cannot keep its lease error=\"{}\"",
                 std::string(kept.status().message()));
    return !Lapsed();
  }
  if (kept->ttl <= absl::ZeroDuration()) {
    spdlog::warn("replica lost its place in the queue: its lease has ended");
    LeaveQueue();
    return Enter(now);
  }
  SetUntil(*kept);
  keep_at_ = now + interval_;
  return true;
}

bool Candidacy::Enter(SteadyTime now) {
  const absl::StatusOr<EtcdLease> granted = client_->Grant(ttl_, now + ttl_);
  if (!granted.ok()) {
    spdlog::warn("replica gets no lease error=\"{}\"", std::string(granted.status().message()));
    return false;
  }
  lease_ = granted->id;
  key_ = absl::StrCat(prefix_, absl::Hex(lease_, absl::kZeroPad16));
  etcdserverpb::TxnRequest request;
  etcdserverpb::Compare* absent = request.add_compare();
  absent->set_key(key_);
  absent->set_target(etcdserverpb::Compare::CREATE);
  absent->set_create_revision(0);
  etcdserverpb::PutRequest* put = request.add_success()->mutable_request_put();
  put->set_key(key_);
  put->set_value(address_);
  put->set_lease(lease_);
  // A comparison that fails means that an earlier try was done after all.
  const auto entered = client_->Txn(request, granted->asked_at + granted->ttl / 2);
  if (!entered.ok()) {
    spdlog::warn("replica cannot enter the queue error=\"{}\"",
                 std::string(entered.status().message()));
    LeaveQueue();
    return false;
  }
  SetUntil(*granted);
  keep_at_ = now + interval_;
  look_at_ = SteadyTime();
  return true;
}

void Candidacy::Look(SteadyTime now) {
  if (now < look_at_) return;
  etcdserverpb::RangeRequest request;
  request.set_key(prefix_);
  request.set_range_end(EndOfPrefix(prefix_));
  request.set_sort_target(etcdserverpb::RangeRequest::CREATE);
  request.set_sort_order(etcdserverpb::RangeRequest::ASCEND);
  const auto found = client_->Range(request, std::min(keep_at_, now + kLook));
  look_at_ = SteadyNow() + kLook;
  if (!found.ok()) return;  // the lease says how long what is known holds
  Queue queue;
  bool entered = false;
  for (const mvccpb::KeyValue& place : found->kvs()) {
    if (queue.replicas.empty()) {
      queue.leader = place.value();
      queue.leads = place.key() == key_;
    }
    if (place.key() == key_) {
      entered = true;
      queue.fence = {key_, place.create_revision()};
    }
    queue.replicas.push_back(place.value());
  }
  if (!entered) {
    spdlog::warn("replica lost its place in the queue: its key is gone");
    LeaveQueue();
    return;
  }
  Set(std::move(queue));
}

void Candidacy::LeaveQueue() {
  const int64_t lease = std::exchange(lease_, 0);
  {
    absl::MutexLock lock(&mutex_);
    give_up_ = false;
    until_ = SteadyTime();
    queue_.leads = false;
    queue_.fence = {};
    if (queue_.leader == address_) queue_.leader.clear();
    changed_.NotifyAll();
  }
  // Where this fails the lease ends by itself.
  if (lease != 0) client_->Revoke(lease, SteadyNow() + kFarewell).IgnoreError();
}

void Candidacy::SetUntil(const EtcdLease& lease) {
  absl::MutexLock lock(&mutex_);
  until_ = lease.asked_at + lease.ttl * 0.9;
}

void Candidacy::Set(Queue queue) {
  absl::MutexLock lock(&mutex_);
  if (give_up_ || Same(queue, queue_)) return;
  queue_ = std::move(queue);
  changed_.NotifyAll();
}

}  // namespace rhumb
