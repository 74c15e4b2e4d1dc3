#include "controller/cli/ctl/health_check.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "controller/clock/grpc/deadline.h"

namespace rhumb {
namespace {

// grpc.health.v1 is not among Debian's protos, and two messages of one field each need none: a
// request for the whole server is empty, the answer has the status as field 1.
constexpr char kMethod[] = "/grpc.health.v1.Health/Check";
constexpr uint32_t kStatusTag = 1 << 3;

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

}  // namespace

absl::Status CheckHealth(const CtlSession& session) {
  const absl::StatusOr<Connection> connection = Connection::Open(session.client);
  if (!connection.ok()) return connection.status();
  grpc::GenericStub stub(connection->channel());
  grpc::ClientContext context;
  connection->Prepare(&context);
  context.set_deadline(GrpcDeadline(SteadyNow() + connection->timeout()));
  const grpc::ByteBuffer request(nullptr, 0);
  grpc::ByteBuffer response;
  absl::Notification done;
  grpc::Status result;
  stub.UnaryCall(&context, kMethod, grpc::StubOptions(), &request, &response,
                 [&](grpc::Status status) {
                   result = std::move(status);
                   done.Notify();
                 });
  done.WaitForNotification();
  if (!result.ok()) return connection->Explain(result);
  const absl::StatusOr<uint32_t> status = ReadStatus(response);
  if (!status.ok()) return status.status();
  const absl::string_view name = NameOf(*status);
  std::cout << (session.json() ? absl::StrCat("{\"status\": \"", name, "\"}\n")
                               : absl::StrCat(name, "\n"));
  if (name == "SERVING") return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      connection->server(), " does not serve plans yet; an adapter must declare a network first"));
}

}  // namespace rhumb
