#include "controller/cli/ctl/health_check.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/strings/str_cat.h"
#include "controller/clock/grpc/deadline.h"

namespace rhumb {
namespace {

// grpc.health.v1 is not among Debian's protos, and two messages of one field each need none: a
// request for the whole server is empty, the answer has the status as field 1.
constexpr char kMethod[] = "/grpc.health.v1.Health/Check";
constexpr uint32_t kStatusTag = 1 << 3;
constexpr uint32_t kServing = 1;

absl::string_view NameOf(uint32_t status) {
  constexpr absl::string_view kNames[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  return status < 4 ? kNames[status] : "UNKNOWN";
}

absl::StatusOr<uint32_t> ReadStatus(const grpc::ByteBuffer& buffer) {
  grpc::Slice bytes;
  if (!buffer.DumpToSingleSlice(&bytes).ok()) return 0;  // no field: UNKNOWN
  google::protobuf::io::CodedInputStream input(bytes.begin(), static_cast<int>(bytes.size()));
  uint32_t status = 0;
  if (bytes.size() > 0 && (input.ReadTag() != kStatusTag || !input.ReadVarint32(&status))) {
    return absl::DataLossError("the answer is no health status; is this a rhumb serve?");
  }
  return status;
}

absl::StatusOr<uint32_t> Ask(const Connection& connection, const Connection::Target& target) {
  grpc::GenericStub stub(target.channel);
  grpc::ClientContext context;
  connection.Prepare(&context);
  context.set_deadline(GrpcDeadline(SteadyNow() + connection.attempt_timeout()));
  const grpc::ByteBuffer request(nullptr, 0);
  grpc::ByteBuffer response;
  grpc::Status result;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, kMethod, request, &queue);
  call->StartCall();
  call->Finish(&response, &result, nullptr);
  void* tag = nullptr;
  bool answered = false;
  queue.Next(&tag, &answered);
  queue.Shutdown();
  if (!result.ok()) return Explain(DecodeError(result), target.server, connection.timeout());
  return ReadStatus(response);
}

}  // namespace

absl::Status CheckHealth(const CtlSession& session) {
  const absl::StatusOr<Connection> connection = Connection::Open(session.client);
  if (!connection.ok()) return connection.status();
  absl::StatusOr<uint32_t> status;
  // Of several one is enough: it leads.
  for (int i = 0; i < connection->servers() && !(status.ok() && *status == kServing); ++i) {
    const Connection::Target target = connection->target();
    absl::StatusOr<uint32_t> answer = Ask(*connection, target);
    if (answer.ok() || i == 0) status = std::move(answer);
    CallError next;
    next.code = absl::StatusCode::kUnavailable;
    connection->Follow(next, target.server);
  }
  if (!status.ok()) return status.status();
  const absl::string_view name = NameOf(*status);
  std::cout << (session.json() ? absl::StrCat("{\"status\": \"", name, "\"}\n")
                               : absl::StrCat(name, "\n"));
  if (name == "SERVING") return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      session.client.server, " serves no plans: an adapter must declare a network first, or, of ",
      "several controllers, another one leads"));
}

}  // namespace rhumb
