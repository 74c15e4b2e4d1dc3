#include "controller/client/call_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// As the server puts it on the wire.
grpc::Status OnTheWire(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      ToProto(status).SerializeAsString());
}

TEST(CallErrorTest, DetailsOfTheServerAreTakenApart) {
  const CallError error =
      DecodeError(OnTheWire(FieldError("topology.links[3].capacity_bps", "0; give a rate")));
  EXPECT_EQ(error.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error.reason, "BAD_FIELD");
  ASSERT_EQ(error.violations.size(), 1);
  EXPECT_EQ(error.violations[0].field, "topology.links[3].capacity_bps");
  EXPECT_FALSE(error.retry_after.has_value());
}

TEST(CallErrorTest, RetryInfoIsAPause) {
  const CallError error = DecodeError(OnTheWire(absl::ResourceExhaustedError("too many")));
  EXPECT_EQ(error.reason, "LIMIT");
  EXPECT_EQ(error.retry_after, absl::Milliseconds(100));
  EXPECT_THAT(std::string(Explain(error, "here:1", absl::Seconds(1)).message()),
              AllOf(HasSubstr("too many"), HasSubstr("100ms")));
}

TEST(CallErrorTest, ErrorsWithoutOrWithBrokenDetailsKeepCodeAndMessage) {
  for (const char* details : {"", "\xff\xff\x03nonsense"}) {
    const CallError error =
        DecodeError(grpc::Status(grpc::StatusCode::NOT_FOUND, "no link \"X\"", details));
    EXPECT_EQ(error.code, absl::StatusCode::kNotFound);
    EXPECT_EQ(error.message, "no link \"X\"");
    EXPECT_EQ(error.reason, "");
  }
}

TEST(CallErrorTest, FieldThatTheMessageDoesNotNameIsAdded) {
  CallError error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.message = "the request is bad";
  error.violations.push_back({"demands[2].rate_bps", "nan; give a finite rate"});
  EXPECT_THAT(std::string(Explain(error, "here:1", absl::Seconds(1)).message()),
              AllOf(HasSubstr("demands[2].rate_bps"), HasSubstr("give a finite rate")));
}

TEST(CallErrorTest, FaultsThatTheServerCannotSeeNameTheNextMove) {
  auto text = [](absl::StatusCode code, const std::string& reason = "") {
    CallError error;
    error.code = code;
    error.reason = reason;
    error.message = "m";
    return std::string(Explain(error, "host:7", absl::Seconds(3)).message());
  };
  EXPECT_THAT(text(absl::StatusCode::kUnavailable), AllOf(HasSubstr("host:7"), HasSubstr("--ca")));
  EXPECT_THAT(text(absl::StatusCode::kUnavailable, "NOT_READY"), Not(HasSubstr("cannot reach")));
  EXPECT_THAT(text(absl::StatusCode::kUnauthenticated), HasSubstr("--token-file"));
  EXPECT_THAT(text(absl::StatusCode::kDeadlineExceeded), HasSubstr("3s"));
  EXPECT_THAT(text(absl::StatusCode::kUnimplemented), HasSubstr("host:7"));
}

}  // namespace
}  // namespace rhumb
