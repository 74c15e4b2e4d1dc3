#include "controller/client/call_error.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rhumb/v1/status.pb.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

constexpr char kGoogleRpc[] = "type.googleapis.com/google.rpc.";

template <typename Detail>
std::optional<Detail> Unpack(const google::protobuf::Any& any, absl::string_view name) {
  Detail detail;
  if (any.type_url() != absl::StrCat(kGoogleRpc, name) || !detail.ParseFromString(any.value())) {
    return std::nullopt;
  }
  return detail;
}

// What to try, for faults that the server cannot know the remedy of.
std::string NextMove(const CallError& error, const std::string& server, absl::Duration timeout) {
  switch (error.code) {
    case absl::StatusCode::kUnavailable:
      if (error.reason == "NOT_LEADER") {
        return "--server takes the addresses of all controllers, with commas between";
      }
      // With a reason the server itself has answered.
      return error.reason.empty()
                 ? absl::StrFormat(
                       "cannot reach %s: is `rhumb serve` running there, and with the "
                       "same kind of encryption? see --server, --ca",
                       server)
                 : "try again in a moment";
    case absl::StatusCode::kDeadlineExceeded:
      return absl::StrFormat("%s gave no answer within %s; see --timeout", server,
                             absl::FormatDuration(timeout));
    case absl::StatusCode::kUnauthenticated:
      return "give a token with --token-file or in RHUMB_TOKEN";
    case absl::StatusCode::kPermissionDenied:
      return "use a token, or a certificate, that has the role";
    case absl::StatusCode::kUnimplemented:
      return absl::StrFormat("%s does not know this call; is it a `rhumb serve` of this version?",
                             server);
    case absl::StatusCode::kResourceExhausted:
      return error.retry_after
                 ? absl::StrFormat("try again after %s", absl::FormatDuration(*error.retry_after))
                 : "";
    default:
      return "";
  }
}

void Append(absl::string_view separator, absl::string_view more, std::string* text) {
  if (more.empty()) return;
  absl::StrAppend(text, text->empty() ? "" : separator, more);
}

}  // namespace

CallError DecodeError(const grpc::Status& status) {
  CallError error;
  error.code = static_cast<absl::StatusCode>(status.error_code());
  error.message = status.error_message();
  rhumb::v1::Status details;
  if (!details.ParseFromString(status.error_details())) return error;
  for (const google::protobuf::Any& any : details.details()) {
    if (const auto info = Unpack<rhumb::v1::ErrorInfo>(any, "ErrorInfo")) {
      error.reason = info->reason();
      const auto leader = info->metadata().find("leader");
      if (leader != info->metadata().end()) error.leader = leader->second;
    }
    if (const auto bad = Unpack<rhumb::v1::BadRequest>(any, "BadRequest")) {
      for (const auto& violation : bad->field_violations()) {
        error.violations.push_back({violation.field(), violation.description()});
      }
    }
    if (const auto retry = Unpack<rhumb::v1::RetryInfo>(any, "RetryInfo")) {
      error.retry_after = FromProto(retry->retry_delay());
    }
  }
  return error;
}

absl::Status Explain(const CallError& error, const std::string& server, absl::Duration timeout) {
  std::string text = error.message;
  for (const CallError::Violation& violation : error.violations) {
    if (absl::StrContains(text, violation.field)) continue;  // the message says it already
    Append("; ", absl::StrCat("field ", violation.field, ": ", violation.description), &text);
  }
  Append("; ", NextMove(error, server, timeout), &text);
  if (text.empty()) text = absl::StatusCodeToString(error.code);
  return absl::Status(error.code, text);
}

}  // namespace rhumb
