#include "controller/serving/rpc/grpc_status.h"

#include "controller/steering/plan/request_error.h"

namespace rhumb {

// Trailers beyond a client's header limit (8 KiB unless configured) would hide the error itself.
static_assert(kMaxErrorBytes <= 2000, "the message goes out twice or three times");

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message = Shortened(status.message());
  absl::Status shortened(status.code(), message);
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    shortened.SetPayload(url, payload);
  });
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message,
                      rhumb::ToProto(shortened).SerializeAsString());
}

}  // namespace rhumb
