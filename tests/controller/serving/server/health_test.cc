// grpc.health.v1 and what an ending server says.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "controller/steering/store/memory_store.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/error_details.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/routes.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/controller/steering/store/fake_stores.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

HealthCheckResponse::ServingStatus Check(const LiveServer& server, const std::string& service) {
  auto stub = Health::NewStub(server.Connect());
  grpc::ClientContext context;
  Prepare(&context);
  HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    return HealthCheckResponse::SERVICE_UNKNOWN;
  }
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status();
}

TEST(HealthTest, ServesOnlyAfterTheFirstPlan) {
  LiveServer server;
  Caller caller(server.Connect());
  EXPECT_EQ(Check(server, ""), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Check(server, "rhumb.v1.South"), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check(server, "another"), HealthCheckResponse::SERVICE_UNKNOWN);
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  EXPECT_EQ(Check(server, ""), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check(server, "rhumb.v1.North"), HealthCheckResponse::SERVING);
}

TEST(HealthTest, AWatcherIsToldWhenServingBeginsAndWhenItEnds) {
  LiveServer server;
  auto stub = Health::NewStub(server.Connect());
  grpc::ClientContext context;
  Prepare(&context);
  auto watch = stub->Watch(&context, HealthCheckRequest());
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  ASSERT_TRUE(Caller(server.Connect()).SetTopology(Diamond()).ok());
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  server.server().Drain();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

// Drained while most are still being told that serving has begun.
TEST(HealthTest, EveryWatcherIsToldThatServingHasEndedBeforeItsStreamDoes) {
  constexpr int kWatchers = 16;
  LiveServer server;
  auto stub = Health::NewStub(server.Connect());
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<HealthCheckResponse>>> watches;
  HealthCheckResponse response;
  for (int i = 0; i < kWatchers; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    Prepare(contexts.back().get());
    watches.push_back(stub->Watch(contexts.back().get(), HealthCheckRequest()));
    ASSERT_TRUE(watches.back()->Read(&response));
  }
  ASSERT_TRUE(Caller(server.Connect()).SetTopology(Diamond()).ok());
  ASSERT_TRUE(watches[0]->Read(&response));
  std::thread drain([&] { server.server().Drain(); });
  int ended_otherwise = 0;
  for (const auto& watch : watches) {
    // The first has read that serving began.
    auto last =
        watch == watches[0] ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
    while (watch->Read(&response)) last = response.status();
    ended_otherwise += last != HealthCheckResponse::NOT_SERVING ? 1 : 0;
    watch->Finish();
  }
  drain.join();
  EXPECT_EQ(ended_otherwise, 0);
}

TEST(HealthTest, AStoreThatFailsIsSaidWhileSteeringGoesOn) {
  auto full = std::make_shared<std::atomic<bool>>(false);
  ServerOptions options;
  options.config = TestConfig();
  options.store = std::make_unique<FullDiskStore>(full);
  LiveServer server(std::move(options));
  Caller caller(server.Connect());
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  EXPECT_EQ(Check(server, "rhumb.store"), HealthCheckResponse::SERVING);
  *full = true;
  rhumb::v1::SettingResponse drained;
  ASSERT_TRUE(caller.Drain("A-B", &drained).ok());
  EXPECT_FALSE(drained.durable());
  EXPECT_FALSE(caller.Status().store().healthy());
  EXPECT_THAT(caller.Status().store().problem(), ::testing::HasSubstr("disk full"));
  EXPECT_TRUE(
      Eventually([&] { return Check(server, "rhumb.store") == HealthCheckResponse::NOT_SERVING; }));
  EXPECT_EQ(Check(server, ""), HealthCheckResponse::SERVING);
  EXPECT_EQ(RoutesOf(caller.Plan()).at({"A", "B"}).paths(0).links_size(), 3);  // around the drain
  *full = false;
  EXPECT_TRUE(
      Eventually([&] { return Check(server, "rhumb.store") == HealthCheckResponse::SERVING; }));
}

TEST(DrainTest, StreamsEndWithNotReadyAndWhatWasAcknowledgedIsKept) {
  ServeConfig config = TestConfig();
  config.store.path = TestPath("store");
  {
    LiveServer server(config);
    Caller caller(server.Connect());
    TestAdapter adapter(server.Connect(), {"adapter"});
    ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
    ASSERT_TRUE(caller.Drain("A-B").ok());
    ASSERT_TRUE(adapter.WaitForVersion(1));
    server.server().Drain();
    const grpc::Status ended = adapter.WaitForEnd();
    EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(ReasonOf(ended), "NOT_READY");
  }
  LiveServer server(config);
  EXPECT_EQ(Caller(server.Connect()).Status().drained_links_size(), 2);
}

TEST(DrainTest, AReaderThatDoesNotReadDelaysTheEndNoLongerThanAllowed) {
  ServeConfig config = TestConfig();
  config.server.drain_time = absl::Milliseconds(100);
  LiveServer server(config);
  TestAdapter::Options options;
  options.reads = false;
  TestAdapter adapter(server.Connect(), options);
  Caller caller(server.Connect());
  ASSERT_TRUE(Eventually([&] { return caller.Status().adapters_size() == 1; }));
  server.Stop();  // returns
}

// Asks as a tool does that knows no proto of ours: ServerReflectionRequest{list_services: "*"}.
TEST(ReflectionTest, ListsEveryService) {
  LiveServer server;
  grpc::GenericStub stub(server.Connect());
  grpc::ClientContext context;
  Prepare(&context);
  grpc::CompletionQueue queue;
  auto finish_step = [&] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  auto stream = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  stream->StartCall(nullptr);
  ASSERT_TRUE(finish_step());
  grpc::Slice list_services(std::string("\x3a\x01*"));
  stream->Write(grpc::ByteBuffer(&list_services, 1), nullptr);
  ASSERT_TRUE(finish_step());
  grpc::ByteBuffer answer;
  stream->Read(&answer, nullptr);
  ASSERT_TRUE(finish_step());
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(answer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  for (const char* name : {"rhumb.v1.South", "rhumb.v1.North", "grpc.health.v1.Health"}) {
    EXPECT_THAT(bytes, ::testing::HasSubstr(name));
  }
  context.TryCancel();
}

}  // namespace
}  // namespace rhumb::testing
