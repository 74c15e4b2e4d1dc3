// The calls of etcd that are used, each tried at one member after the other.
#ifndef RHUMB_CONTROLLER_SERVING_ETCD_ETCD_CLIENT_H_
#define RHUMB_CONTROLLER_SERVING_ETCD_ETCD_CLIENT_H_

#include <grpcpp/security/credentials.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/etcd/etcd_options.h"
#include "etcd/rpc.grpc.pb.h"

namespace rhumb {

// What etcd says of a lease.
struct EtcdLease {
  int64_t id = 0;
  absl::Duration ttl;   // zero or less: it is gone
  SteadyTime asked_at;  // before etcd counted: the lease lasts at least until asked_at + ttl
};

// Safe to call from several threads; every call blocks. A member that cannot be reached, does not
// answer in time or knows no leader is left for the next one, until the call's deadline:
// Unavailable then. A write that ended so may have been done, or may still be. Other codes are
// etcd's answer.
class EtcdClient {
 public:
  // Does not dial. InvalidArgument when no endpoint is given; errors of files name the key of the
  // configuration.
  static absl::StatusOr<std::shared_ptr<EtcdClient>> Open(const EtcdOptions& options);

  absl::StatusOr<etcdserverpb::RangeResponse> Range(const etcdserverpb::RangeRequest& request,
                                                    SteadyTime deadline);
  absl::StatusOr<etcdserverpb::TxnResponse> Txn(const etcdserverpb::TxnRequest& request,
                                                SteadyTime deadline);
  absl::StatusOr<EtcdLease> Grant(absl::Duration ttl, SteadyTime deadline);
  absl::StatusOr<EtcdLease> KeepAlive(int64_t lease, SteadyTime deadline);
  absl::Status Revoke(int64_t lease, SteadyTime deadline);

  // A watch on all keys with this prefix, at the member that answered last; `context` is prepared.
  using WatchStream =
      grpc::ClientReaderWriter<etcdserverpb::WatchRequest, etcdserverpb::WatchResponse>;
  std::unique_ptr<WatchStream> Watch(grpc::ClientContext* context, const std::string& prefix);

 private:
  // A connection to one member.
  struct Member {
    std::string address;
    std::unique_ptr<etcdserverpb::KV::Stub> kv;
    std::unique_ptr<etcdserverpb::Watch::Stub> watch;
    std::unique_ptr<etcdserverpb::Lease::Stub> lease;
  };
  EtcdClient(std::vector<std::string> addresses,
             std::shared_ptr<grpc::ChannelCredentials> credentials, absl::Duration try_time);
  std::shared_ptr<Member> Connect(const std::string& address) const;
  std::shared_ptr<Member> Current() const;
  // The next one is asked from now on, unless somebody has moved on already; when this one's turn
  // comes again it is dialled anew. A channel that has failed dials by itself, but nobody looks
  // whether that succeeds while calls on it fail at once.
  void Leave(const std::shared_ptr<Member>& member);
  // `call` with one member after the other.
  absl::Status Try(SteadyTime deadline,
                   const std::function<grpc::Status(Member&, grpc::ClientContext*)>& call);

  const std::vector<std::string> addresses_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  const absl::Duration try_time_;
  mutable absl::Mutex mutex_;
  std::vector<std::shared_ptr<Member>> members_ ABSL_GUARDED_BY(mutex_);
  size_t current_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The end of the range of all keys that begin so.
std::string EndOfPrefix(std::string prefix);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ETCD_ETCD_CLIENT_H_
