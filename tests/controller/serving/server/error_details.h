// What a refused call says in the details of its trailer.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_ERROR_DETAILS_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_ERROR_DETAILS_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "rhumb/v1/status.pb.h"

namespace rhumb::testing {

// ErrorInfo.reason; "" without.
inline std::string ReasonOf(const grpc::Status& status) {
  rhumb::v1::Status details;
  if (!details.ParseFromString(status.error_details())) return "";
  for (const auto& any : details.details()) {
    if (any.type_url() != "type.googleapis.com/google.rpc.ErrorInfo") continue;
    rhumb::v1::ErrorInfo info;
    if (info.ParseFromString(any.value())) return info.reason();
  }
  return "";
}

// The first field that BadRequest names; "" without.
inline std::string FieldOf(const grpc::Status& status) {
  rhumb::v1::Status details;
  if (!details.ParseFromString(status.error_details())) return "";
  for (const auto& any : details.details()) {
    if (any.type_url() != "type.googleapis.com/google.rpc.BadRequest") continue;
    rhumb::v1::BadRequest bad;
    if (bad.ParseFromString(any.value()) && bad.field_violations_size() > 0) {
      return bad.field_violations(0).field();
    }
  }
  return "";
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_ERROR_DETAILS_H_
