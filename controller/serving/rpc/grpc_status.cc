#include "controller/serving/rpc/grpc_status.h"

#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

// Trailers beyond a client's header limit (8 KiB unless configured) would hide the error itself.
constexpr size_t kMaxMessageBytes = 1500;

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message().substr(0, kMaxMessageBytes));
  absl::Status shortened(status.code(), message);
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    shortened.SetPayload(url, payload);
  });
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message,
                      rhumb::ToProto(shortened).SerializeAsString());
}

}  // namespace rhumb
