// What one caller cannot take from the others.
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "agents/registry/policy_registry.h"
#include "controller/serving/access/token_file.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/agents/fake_policies.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/error_details.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb::testing {
namespace {

TEST(LimitsTest, ARequestThatIsTooLargeIsRefused) {
  ServeConfig config = TestConfig();
  config.limits.message_bytes = 4096;
  LiveServer server(config);
  Caller caller(server.Connect());
  EXPECT_EQ(caller.SetTopology(RandomConnected(1, 100)).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_FALSE(caller.Status().ready());
}

TEST(LimitsTest, APeerHasOnlySoManyStreams) {
  ServeConfig config = TestConfig();
  config.gate.streams_per_peer = 2;
  LiveServer server(config);
  TestAdapter first(server.Connect(), {"first"});
  auto second = std::make_unique<TestAdapter>(server.Connect(), TestAdapter::Options{"second"});
  Caller caller(server.Connect());
  ASSERT_TRUE(Eventually([&] { return caller.Status().adapters_size() == 2; }));
  TestAdapter third(server.Connect(), {"third"});
  const grpc::Status refused = third.WaitForEnd();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "LIMIT");
  // A place that is given back can be taken.
  second.reset();
  EXPECT_TRUE(Eventually([&] {
    TestAdapter again(server.Connect(), {"again"});
    return Eventually([&] { return again.ended() || again.election().epoch() != 0; }) &&
           !again.ended();
  }));
}

TEST(LimitsTest, APeerThatCallsTooOftenIsToldToWait) {
  ServeConfig config = TestConfig();
  config.gate.calls_per_second = 0.1;
  config.gate.call_burst = 3;
  LiveServer server(config);
  Caller caller(server.Connect());
  rhumb::v1::ControllerStatus status;
  grpc::Status last;
  int served = 0;
  for (int i = 0; i < 10 && (i == 0 || last.ok()); ++i) {
    last = caller.Call(caller.north(), &rhumb::v1::North::Stub::GetStatus,
                       rhumb::v1::GetStatusRequest(), &status);
    served += last.ok();
  }
  EXPECT_EQ(last.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GE(served, 3);
}

TEST(LimitsTest, QuestionsBeyondTheQueueAreRefusedInsteadOfQueued) {
  absl::Notification go;
  std::atomic<int> asked = 0;
  ServerOptions options;
  options.config = TestConfig();
  options.config.limits.compute_threads = 1;
  options.config.limits.compute_queue = 2;
  options.policies = [&](absl::string_view spec) -> absl::StatusOr<std::unique_ptr<RoutingPolicy>> {
    if (spec == "waiting") return std::make_unique<WaitingPolicy>(&asked, &go);
    return MakePolicy(spec);
  };
  LiveServer server(std::move(options));
  Caller caller(server.Connect());
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(Diamond());
  request.set_policy("waiting");
  std::atomic<int> refused = 0, others = 0;
  std::vector<std::thread> threads;
  auto ask = [&] {
    rhumb::v1::ComputeRoutesResponse response;
    const grpc::Status status =
        caller.Call(caller.north(), &rhumb::v1::North::Stub::ComputeRoutes, request, &response);
    (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ? refused : others)++;
  };
  threads.emplace_back(ask);
  EXPECT_TRUE(Eventually([&] { return asked == 1; }));
  for (int i = 0; i < 7; ++i) threads.emplace_back(ask);
  // One runs and two wait; the other five are answered at once.
  EXPECT_TRUE(Eventually([&] { return refused == 5; }));
  EXPECT_EQ(others, 0);
  EXPECT_FALSE(caller.Status().ready());  // steering goes on meanwhile
  go.Notify();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(others, 3);
}

TEST(LimitsTest, AQuestionWhoseDeadlinePassedIsNotAnswered) {
  absl::Notification go;
  std::atomic<int> asked = 0, widest = 0;
  ServerOptions options;
  options.config = TestConfig();
  options.config.limits.compute_threads = 1;
  options.policies = [&](absl::string_view spec) -> absl::StatusOr<std::unique_ptr<RoutingPolicy>> {
    if (spec == "waiting") return std::make_unique<WaitingPolicy>(&asked, &go);
    widest += spec == "widest";
    return MakePolicy(spec);
  };
  LiveServer server(std::move(options));
  Caller caller(server.Connect());
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(Diamond());
  request.set_policy("waiting");
  std::thread first([&] {
    rhumb::v1::ComputeRoutesResponse response;
    caller.Call(caller.north(), &rhumb::v1::North::Stub::ComputeRoutes, request, &response);
  });
  ASSERT_TRUE(Eventually([&] { return asked == 1; }));
  rhumb::v1::ComputeRoutesRequest late = request;
  late.set_policy("widest");
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(50)));
  rhumb::v1::ComputeRoutesResponse response;
  EXPECT_EQ(caller.north().ComputeRoutes(&context, late, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  // Its answer comes after the server has read, on the same connection, that nobody waits any more.
  rhumb::v1::ControllerStatus status;
  ASSERT_TRUE(caller
                  .Call(caller.north(), &rhumb::v1::North::Stub::GetStatus,
                        rhumb::v1::GetStatusRequest(), &status)
                  .ok());
  go.Notify();
  first.join();
  server.Stop();  // what waited was dropped without asking the policy
  EXPECT_EQ(widest, 0);
}

TEST(LimitsTest, WatchesOfStrangersLeaveThePlacesOfAdaptersAlone) {
  ServeConfig config = TestConfig();
  config.gate.streams = 4;
  config.security.tokens = TestPath("tokens");
  const std::string token = NewToken();
  ASSERT_TRUE(AddToken(config.security.tokens, "adapter", Role::kAdapter, token).ok());
  LiveServer server(config);
  const auto health = grpc::health::v1::Health::NewStub(server.Connect());
  grpc::ClientContext contexts[6];
  std::vector<std::unique_ptr<grpc::ClientReader<grpc::health::v1::HealthCheckResponse>>> watches;
  int open = 0;
  for (grpc::ClientContext& context : contexts) {
    Prepare(&context);
    watches.push_back(health->Watch(&context, grpc::health::v1::HealthCheckRequest()));
    grpc::health::v1::HealthCheckResponse response;
    open += watches.back()->Read(&response) ? 1 : 0;
  }
  EXPECT_EQ(open, 4);
  TestAdapter::Options options{"adapter"};
  options.token = token;
  TestAdapter adapter(server.Connect(), options);
  EXPECT_TRUE(Eventually([&] { return adapter.election().epoch() != 0; }));
  for (grpc::ClientContext& context : contexts) context.TryCancel();
}

// What a call ends with whose caller sends its metadata and no request.
grpc::Status CallWithoutRequest(const std::shared_ptr<grpc::Channel>& channel,
                                const std::string& method) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  Prepare(&context);
  grpc::Status status = grpc::Status::OK;
  const auto stream = stub.PrepareCall(&context, method, &queue);
  void* tag = nullptr;
  bool ok = false;
  stream->StartCall(nullptr);
  queue.Next(&tag, &ok);
  stream->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  return status;
}

TEST(LimitsTest, AStrangerIsRefusedBeforeItsRequestIsRead) {
  ServeConfig config = TestConfig();
  config.security.tokens = TestPath("tokens");
  ASSERT_TRUE(AddToken(config.security.tokens, "adapter", Role::kAdapter, NewToken()).ok());
  LiveServer server(config);
  const auto channel = server.Connect();
  for (const auto* service : {rhumb::v1::SetTopologyRequest::descriptor()->file()->service(0),
                              rhumb::v1::GetStatusRequest::descriptor()->file()->service(0)}) {
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string name =
          absl::StrCat("/", service->full_name(), "/", service->method(i)->name());
      EXPECT_EQ(CallWithoutRequest(channel, name).error_code(), grpc::StatusCode::UNAUTHENTICATED)
          << name;
    }
  }
}

// Calls of health that send their metadata and keep the request back.
TEST(LimitsTest, OfStrangersWhoSendSlowlyToHealthTheFirstMakesRoomForOthers) {
  constexpr int kCalls = 3;
  LiveServer server;
  const auto channel = server.Connect();
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext contexts[kCalls];
  grpc::Status ended[kCalls];
  std::vector<std::unique_ptr<grpc::GenericClientAsyncReaderWriter>> calls;
  void* tag = nullptr;
  bool ok = false;
  for (int i = 0; i < kCalls; ++i) {
    Prepare(&contexts[i]);
    calls.push_back(stub.PrepareCall(&contexts[i], "/grpc.health.v1.Health/Check", &queue));
    calls[i]->StartCall(nullptr);
    queue.Next(&tag, &ok);
  }

  for (int i = 0; i < kCalls; ++i) calls[i]->Finish(&ended[i], &ended[i]);
  queue.Next(&tag, &ok);
  grpc::Status& first = *static_cast<grpc::Status*>(tag);
  EXPECT_EQ(first.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(first), "LIMIT");
  // And who sends at once is answered.
  Caller caller(server.Connect());
  const auto health = grpc::health::v1::Health::NewStub(channel);
  grpc::ClientContext context;
  Prepare(&context);
  grpc::health::v1::HealthCheckResponse response;
  EXPECT_TRUE(health->Check(&context, {}, &response).ok());
  for (grpc::ClientContext& waiting : contexts) waiting.TryCancel();
  for (int i = 1; i < kCalls; ++i) queue.Next(&tag, &ok);
}

}  // namespace
}  // namespace rhumb::testing
