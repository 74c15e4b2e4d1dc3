// A gRPC service whose methods are taken in before anything of a request is read.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_REQUEST_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_REQUEST_SERVICE_H_

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rhumb {

// The generated services let gRPC read the one request of a call whole, up to the largest size of
// a message, before any handler runs: whoever may not call can fill the memory. On the wire such a
// call is a stream with one message either way, and of a stream nothing is read until the handler
// asks for it. So every method here is one, registered as generated code registers streams.
class RequestService : public grpc::Service {
 protected:
  // `service` in full, "rhumb.v1.North".
  explicit RequestService(std::string service) : service_(std::move(service)) {}

  // `make` returns the reactor of a call. With ByteBuffer for a message, its bytes.
  template <typename In, typename Out>
  void Add(const std::string& method,
           std::function<grpc::ServerBidiReactor<In, Out>*(grpc::CallbackServerContext*)> make) {
    names_.push_back(absl::StrCat("/", service_, "/", method));
    AddMethod(new grpc::internal::RpcServiceMethod(
        names_.back().c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodCallback(static_cast<int>(names_.size()) - 1,
                       new grpc::internal::CallbackBidiHandler<In, Out>(std::move(make)));
  }
  using Bytes = grpc::ByteBuffer;

 private:
  const std::string service_;
  std::deque<std::string> names_;  // gRPC keeps pointers
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_REQUEST_SERVICE_H_
