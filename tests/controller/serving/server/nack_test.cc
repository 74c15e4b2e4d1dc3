// Plans that an adapter refuses.
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/error_details.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

rhumb::v1::Status Error(grpc::StatusCode code, const std::string& message) {
  rhumb::v1::Status error;
  error.set_code(static_cast<int>(code));
  error.set_message(message);
  return error;
}

TEST(NackTest, ThePreviousPlanStaysAndTheNextUpdateLeadsOnFromIt) {
  LiveServer server;
  Caller caller(server.Connect());
  TestAdapter::Options options;
  options.election_id = 1;
  std::atomic<bool> refuse = false;
  options.refuse = [&](const rhumb::v1::PlanUpdate&) -> std::optional<rhumb::v1::Status> {
    if (!refuse) return std::nullopt;
    return Error(grpc::StatusCode::INTERNAL, "table full");
  };
  TestAdapter adapter(server.Connect(), options);
  ASSERT_TRUE(adapter.WaitForPrimary(true));
  ASSERT_TRUE(caller.SetTopology(RandomConnected(3, 8), 1).ok());
  ASSERT_TRUE(Eventually([&] {
    const auto status = caller.Status();
    return status.plan().reason() == rhumb::v1::PLAN_REASON_TOPOLOGY &&
           adapter.version() == status.plan().plan_version();
  }));
  const uint64_t held = adapter.version();
  refuse = true;
  ASSERT_TRUE(caller.Drain("A-B").ok());
  ASSERT_TRUE(Eventually([&] {
    const auto status = caller.Status();
    return status.adapters_size() == 1 && status.adapters(0).nacks() >= 1 &&
           status.plan().reason() == rhumb::v1::PLAN_REASON_TOPOLOGY &&
           status.plan().plan_version() == adapter.updates().back().header().plan_version();
  }));
  const auto status = caller.Status();
  EXPECT_EQ(status.adapters(0).plan_version_in_force(), held);
  EXPECT_EQ(status.adapters(0).last_error(), "table full");
  refuse = false;
  ASSERT_TRUE(caller.Drain("C-D").ok());
  ASSERT_TRUE(Eventually([&] {
    return adapter.version() == caller.Status().plan().plan_version() && adapter.version() > held;
  }));
  EXPECT_TRUE(ComesToHoldThePlan(adapter, caller));
}

TEST(NackTest, AnUpdateFromAnotherBaseThanTheOneHeldBringsTheWholePlan) {
  LiveServer server;
  Caller caller(server.Connect());
  TestAdapter::Options options;
  std::atomic<bool> once = false;
  options.refuse = [&](const rhumb::v1::PlanUpdate& update) -> std::optional<rhumb::v1::Status> {
    if (update.reset() || once.exchange(true)) return std::nullopt;
    return Error(grpc::StatusCode::ABORTED, "another base");
  };
  TestAdapter adapter(server.Connect(), options);
  ASSERT_TRUE(caller.SetTopology(RandomConnected(3, 8)).ok());
  ASSERT_TRUE(caller.Drain("A-B").ok());
  ASSERT_TRUE(Eventually(
      [&] { return once && adapter.version() == caller.Status().plan().plan_version(); }));
  EXPECT_TRUE(ComesToHoldThePlan(adapter, caller));
  std::set<std::string> nonces;
  for (const auto& update : adapter.updates()) {
    EXPECT_TRUE(nonces.insert(update.nonce()).second) << update.nonce() << " came twice";
  }
}

TEST(NackTest, AnAnswerToNoUpdateEndsTheStreamAndNamesTheField) {
  LiveServer server;
  auto stub = rhumb::v1::South::NewStub(server.Connect());
  grpc::ClientContext context;
  Prepare(&context);
  auto stream = stub->StreamPlans(&context);
  rhumb::v1::PlanStreamRequest request;
  request.mutable_subscribe()->set_adapter("adapter");
  ASSERT_TRUE(stream->Write(request));
  request.mutable_answer()->set_nonce("7/6");
  ASSERT_TRUE(stream->Write(request));
  rhumb::v1::PlanStreamResponse response;
  while (stream->Read(&response)) {
  }
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldOf(status), "answer.nonce");
}

}  // namespace
}  // namespace rhumb::testing
