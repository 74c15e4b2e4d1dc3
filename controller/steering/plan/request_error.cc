#include "controller/steering/plan/request_error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rhumb {
namespace {

constexpr char kReasonPayload[] = "rhumb/reason";
constexpr char kFieldPayload[] = "rhumb/field";
constexpr char kLeaderPayload[] = "rhumb/leader";
constexpr char kDomain[] = "rhumb.v1";
constexpr char kGoogleRpc[] = "type.googleapis.com/google.rpc.";

template <typename Message>
void AddDetail(rhumb::v1::Status* status, absl::string_view name, const Message& detail) {
  google::protobuf::Any* any = status->add_details();
  any->set_type_url(absl::StrCat(kGoogleRpc, name));
  any->set_value(detail.SerializeAsString());
}

}  // namespace

std::string Shortened(absl::string_view message) {
  if (message.size() <= kMaxErrorBytes) return std::string(message);
  size_t end = kMaxErrorBytes - 3;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
  return absl::StrCat(message.substr(0, end), "...");
}

absl::Status RequestError(absl::StatusCode code, rhumb::v1::ErrorReason reason,
                          absl::string_view message) {
  absl::Status status(code, Shortened(message));
  status.SetPayload(kReasonPayload, absl::Cord(absl::StrCat(static_cast<int>(reason))));
  return status;
}

absl::Status FieldError(absl::string_view field, absl::string_view message) {
  absl::Status status =
      RequestError(absl::StatusCode::kInvalidArgument, rhumb::v1::ERROR_REASON_BAD_FIELD,
                   absl::StrCat(field, ": ", message));
  status.SetPayload(kFieldPayload, absl::Cord(Shortened(field)));
  return status;
}

absl::Status AboutField(absl::string_view field, const absl::Status& status) {
  if (status.ok()) return status;
  if (status.code() == absl::StatusCode::kInvalidArgument) {
    return FieldError(field, status.message());
  }
  absl::Status result =
      RequestError(status.code(), ReasonOf(status), absl::StrCat(field, ": ", status.message()));
  result.SetPayload(kFieldPayload, absl::Cord(Shortened(field)));
  return result;
}

absl::Status NoTopologyError(absl::string_view next_move) {
  return RequestError(absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_NO_TOPOLOGY,
                      absl::StrCat("no topology is known; ", next_move));
}

absl::Status NotLeaderError(absl::string_view leader) {
  absl::Status status = RequestError(
      absl::StatusCode::kUnavailable, rhumb::v1::ERROR_REASON_NOT_LEADER,
      leader.empty() ? std::string("this controller does not lead, and no leader is known; try "
                                   "again, or another controller")
                     : absl::StrCat("this controller does not lead; call ", leader));
  if (!leader.empty()) status.SetPayload(kLeaderPayload, absl::Cord(leader));
  return status;
}

std::string LeaderOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kLeaderPayload);
  return payload ? std::string(*payload) : std::string();
}

rhumb::v1::ErrorReason ReasonOf(const absl::Status& status) {
  if (const auto payload = status.GetPayload(kReasonPayload)) {
    return static_cast<rhumb::v1::ErrorReason>(std::atoi(std::string(*payload).c_str()));
  }
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return rhumb::v1::ERROR_REASON_BAD_FIELD;
    case absl::StatusCode::kNotFound:
      return rhumb::v1::ERROR_REASON_UNKNOWN_NAME;
    case absl::StatusCode::kResourceExhausted:
      return rhumb::v1::ERROR_REASON_LIMIT;
    case absl::StatusCode::kUnavailable:
      return rhumb::v1::ERROR_REASON_NOT_READY;
    case absl::StatusCode::kAborted:
      return rhumb::v1::ERROR_REASON_STALE_VERSION;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return rhumb::v1::ERROR_REASON_ACCESS;
    default:
      return rhumb::v1::ERROR_REASON_UNSPECIFIED;
  }
}

std::string FieldOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kFieldPayload);
  return payload ? std::string(*payload) : std::string();
}

rhumb::v1::Status ToProto(const absl::Status& status) {
  rhumb::v1::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(Shortened(status.message()));
  if (status.ok()) return proto;
  rhumb::v1::ErrorInfo info;
  info.set_reason(std::string(
      absl::StripPrefix(rhumb::v1::ErrorReason_Name(ReasonOf(status)), "ERROR_REASON_")));
  info.set_domain(kDomain);
  if (const std::string leader = LeaderOf(status); !leader.empty()) {
    (*info.mutable_metadata())["leader"] = leader;
  }
  AddDetail(&proto, "ErrorInfo", info);
  if (const std::string field = FieldOf(status); !field.empty()) {
    rhumb::v1::BadRequest bad;
    auto* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description(proto.message());
    AddDetail(&proto, "BadRequest", bad);
  }
  if (status.code() == absl::StatusCode::kResourceExhausted ||
      status.code() == absl::StatusCode::kUnavailable) {
    rhumb::v1::RetryInfo retry;
    retry.mutable_retry_delay()->set_nanos(100'000'000);
    AddDetail(&proto, "RetryInfo", retry);
  }
  return proto;
}

}  // namespace rhumb
