#include "controller/serving/etcd/etcd_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "controller/clock/grpc/deadline.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

constexpr int64_t kMaxPemBytes = 1 << 20;
constexpr absl::Duration kLongestTry = absl::Seconds(1);
constexpr absl::Duration kShortestTry = absl::Milliseconds(250);
// After all members have been asked in vain.
constexpr absl::Duration kPause = absl::Milliseconds(50);

absl::StatusOr<std::string> ReadPem(const std::string& path, absl::string_view key) {
  if (path.empty()) return std::string();
  auto text = ReadWholeFile(path, kMaxPemBytes);
  if (text.ok()) return text;
  return absl::Status(text.status().code(), absl::StrCat(key, ": ", text.status().message()));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(
    const EtcdOptions& options) {
  if (options.authorities.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  for (const auto& [path, key, text] :
       {std::tuple(&options.authorities, "store.authorities", &ssl.pem_root_certs),
        std::tuple(&options.certificate, "store.certificate", &ssl.pem_cert_chain),
        std::tuple(&options.key, "store.key", &ssl.pem_private_key)}) {
    auto pem = ReadPem(*path, key);
    if (!pem.ok()) return pem.status();
    *text = *std::move(pem);
  }
  return grpc::SslCredentials(ssl);
}

bool OtherMemberMayAnswer(grpc::StatusCode code) {
  // A member whose own time for a question is over, as without a leader, says "context deadline
  // exceeded" under UNKNOWN.
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::UNKNOWN;
}

}  // namespace

absl::StatusOr<std::shared_ptr<EtcdClient>> EtcdClient::Open(const EtcdOptions& options) {
  if (options.endpoints.empty()) {
    return absl::InvalidArgumentError("store.endpoints: is empty; give HOST:PORT of every etcd");
  }
  auto credentials = CredentialsOf(options);
  if (!credentials.ok()) return credentials.status();
  return std::shared_ptr<EtcdClient>(
      new EtcdClient(options.endpoints, *std::move(credentials),
                     std::clamp(options.lease / 4, kShortestTry, kLongestTry)));
}

EtcdClient::EtcdClient(std::vector<std::string> addresses,
                       std::shared_ptr<grpc::ChannelCredentials> credentials,
                       absl::Duration try_time)
    : addresses_(std::move(addresses)), credentials_(std::move(credentials)), try_time_(try_time) {
  for (const std::string& address : addresses_) members_.push_back(Connect(address));
}

std::shared_ptr<EtcdClient::Member> EtcdClient::Connect(const std::string& address) const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // What gRPC calls the least pause is in truth the time that one attempt to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(try_time_)));
  // A member that is cut off while a watch is open says nothing.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 2'000);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto channel = grpc::CreateCustomChannel(address, credentials_, arguments);
  return std::make_shared<Member>(Member{address, etcdserverpb::KV::NewStub(channel),
                                         etcdserverpb::Watch::NewStub(channel),
                                         etcdserverpb::Lease::NewStub(channel)});
}

std::shared_ptr<EtcdClient::Member> EtcdClient::Current() const {
  absl::MutexLock lock(&mutex_);
  return members_[current_];
}

void EtcdClient::Leave(const std::shared_ptr<Member>& member) {
  std::shared_ptr<Member> again = Connect(member->address);
  absl::MutexLock lock(&mutex_);
  if (members_[current_] != member) return;
  members_[current_] = std::move(again);
  current_ = (current_ + 1) % members_.size();
}

absl::Status EtcdClient::Try(
    SteadyTime deadline, const std::function<grpc::Status(Member&, grpc::ClientContext*)>& call) {
  absl::Status last = absl::DeadlineExceededError("no time was left");
  for (size_t tries = 1; SteadyNow() < deadline; ++tries) {
    const std::shared_ptr<Member> member = Current();
    grpc::ClientContext context;
    context.set_deadline(GrpcDeadline(std::min(deadline, SteadyNow() + try_time_)));
    // A member that is cut off from the others says so at once.
    context.AddMetadata("hasleader", "true");
    const grpc::Status status = call(*member, &context);
    if (status.ok()) return absl::OkStatus();
    last = absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                        absl::StrCat("etcd ", member->address, ": ", status.error_message()));
    if (!OtherMemberMayAnswer(status.error_code())) return last;
    Leave(member);
    if (tries % addresses_.size() == 0) {
      absl::SleepFor(std::clamp(deadline - SteadyNow(), absl::ZeroDuration(), kPause));
    }
  }
  return absl::UnavailableError(last.message());
}

absl::StatusOr<etcdserverpb::RangeResponse> EtcdClient::Range(
    const etcdserverpb::RangeRequest& request, SteadyTime deadline) {
  etcdserverpb::RangeResponse response;
  const absl::Status status = Try(deadline, [&](Member& member, grpc::ClientContext* context) {
    return member.kv->Range(context, request, &response);
  });
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<etcdserverpb::TxnResponse> EtcdClient::Txn(const etcdserverpb::TxnRequest& request,
                                                          SteadyTime deadline) {
  etcdserverpb::TxnResponse response;
  const absl::Status status = Try(deadline, [&](Member& member, grpc::ClientContext* context) {
    return member.kv->Txn(context, request, &response);
  });
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<EtcdLease> EtcdClient::Grant(absl::Duration ttl, SteadyTime deadline) {
  EtcdLease lease;
  etcdserverpb::LeaseGrantRequest request;
  request.set_ttl(absl::ToInt64Seconds(ttl));
  etcdserverpb::LeaseGrantResponse response;
  const absl::Status status = Try(deadline, [&](Member& member, grpc::ClientContext* context) {
    lease.asked_at = SteadyNow();
    return member.lease->LeaseGrant(context, request, &response);
  });
  if (!status.ok()) return status;
  if (!response.error().empty()) return absl::UnavailableError(response.error());
  lease.id = response.id();
  lease.ttl = absl::Seconds(response.ttl());
  return lease;
}

absl::StatusOr<EtcdLease> EtcdClient::KeepAlive(int64_t id, SteadyTime deadline) {
  EtcdLease lease;
  lease.id = id;
  etcdserverpb::LeaseKeepAliveRequest request;
  request.set_id(id);
  const absl::Status status = Try(deadline, [&](Member& member, grpc::ClientContext* context) {
    lease.asked_at = SteadyNow();
    etcdserverpb::LeaseKeepAliveResponse response;
    const auto stream = member.lease->LeaseKeepAlive(context);
    const bool answered = stream->Write(request) && stream->Read(&response);
    if (answered) context->TryCancel();
    const grpc::Status ended = stream->Finish();
    lease.ttl = absl::Seconds(response.ttl());
    if (answered) return grpc::Status::OK;
    return ended.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "ended without an answer")
                      : ended;
  });
  if (!status.ok()) return status;
  return lease;
}

absl::Status EtcdClient::Revoke(int64_t id, SteadyTime deadline) {
  etcdserverpb::LeaseRevokeRequest request;
  request.set_id(id);
  return Try(deadline, [&](Member& member, grpc::ClientContext* context) {
    etcdserverpb::LeaseRevokeResponse response;
    return member.lease->LeaseRevoke(context, request, &response);
  });
}

std::unique_ptr<EtcdClient::WatchStream> EtcdClient::Watch(grpc::ClientContext* context,
                                                           const std::string& prefix) {
  context->AddMetadata("hasleader", "true");
  etcdserverpb::WatchRequest request;
  request.mutable_create_request()->set_key(prefix);
  request.mutable_create_request()->set_range_end(EndOfPrefix(prefix));
  auto stream = Current()->watch->Watch(context);
  stream->Write(request);
  return stream;
}

std::string EndOfPrefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::string(1, '\0');  // all keys
  ++prefix.back();
  return prefix;
}

}  // namespace rhumb
