// An adapter as a client of the server under test.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_TEST_ADAPTER_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_TEST_ADAPTER_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "controller/client/held_plan.h"
#include "rhumb/v1/south.grpc.pb.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/routes.h"

namespace rhumb::testing {

// What an adapter inside an SDN controller does: holds a plan, applies updates, answers. A thread
// reads the stream.
class TestAdapter {
 public:
  struct Options {
    std::string name = "adapter";
    uint64_t election_id = 0;
    uint64_t held_epoch = 0;
    uint64_t held_version = 0;
    uint64_t held_digest = 0;
    Routes held = {};
    std::string token = "";
    bool reads = true;
    // The error to answer an update with; none: ACK.
    std::function<std::optional<rhumb::v1::Status>(const rhumb::v1::PlanUpdate&)> refuse = nullptr;
  };

  TestAdapter(const std::shared_ptr<grpc::Channel>& channel, Options options)
      : options_(std::move(options)), stub_(rhumb::v1::South::NewStub(channel)) {
    version_ = options_.held_version;
    routes_ = options_.held;
    if (!options_.token.empty()) {
      context_.AddMetadata("authorization", "Bearer " + options_.token);
    }
    stream_ = stub_->StreamPlans(&context_);
    rhumb::v1::PlanStreamRequest request;
    auto* subscribe = request.mutable_subscribe();
    subscribe->set_adapter(options_.name);
    subscribe->set_election_id(options_.election_id);
    subscribe->set_held_epoch(options_.held_epoch);
    subscribe->set_held_plan_version(options_.held_version);
    subscribe->set_held_routes_digest(options_.held_digest);
    stream_->Write(request);
    if (options_.reads) StartReading();
  }
  ~TestAdapter() { Close(); }

  void StartReading() {
    thread_ = std::thread([this] { Read(); });
  }
  // Breaks the connection off; the server sees a cancelled call.
  void Close() {
    context_.TryCancel();
    if (finished_reading_) return;
    if (!thread_.joinable()) StartReading();
    thread_.join();
    finished_reading_ = true;
  }
  // Waits until the server ends the stream.
  grpc::Status WaitForEnd() {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&ended_), kPatience);
    EXPECT_TRUE(ended_);
    return final_status_;
  }

  // True once what it holds is version `version` or later.
  bool WaitForVersion(uint64_t version) {
    return Wait([&] { return version_ >= version; });
  }
  bool Wait(const std::function<bool()>& holds) {
    return Eventually([&] {
      absl::MutexLock lock(&mutex_);
      return holds();
    });
  }
  // True once it was told to be the primary, or not to be.
  bool WaitForPrimary(bool primary) {
    return Wait([&] { return election_ && election_->you_are_primary() == primary; });
  }

  // The server ended the stream, or refused it.
  bool ended() const {
    absl::MutexLock lock(&mutex_);
    return ended_;
  }
  uint64_t version() const {
    absl::MutexLock lock(&mutex_);
    return version_;
  }
  Routes routes() const {
    absl::MutexLock lock(&mutex_);
    return routes_;
  }
  std::vector<rhumb::v1::PlanUpdate> updates() const {
    absl::MutexLock lock(&mutex_);
    return updates_;
  }
  rhumb::v1::ElectionState election() const {
    absl::MutexLock lock(&mutex_);
    return election_.value_or(rhumb::v1::ElectionState());
  }

 private:
  void Read() {
    rhumb::v1::PlanStreamResponse response;
    while (stream_->Read(&response)) {
      if (response.has_election()) {
        absl::MutexLock lock(&mutex_);
        election_ = response.election();
      } else if (response.has_update()) {
        stream_->Write(Apply(response.update()));
      }
    }
    const grpc::Status status = stream_->Finish();
    absl::MutexLock lock(&mutex_);
    final_status_ = status;
    ended_ = true;
  }

  rhumb::v1::PlanStreamRequest Apply(const rhumb::v1::PlanUpdate& update) {
    rhumb::v1::PlanStreamRequest request;
    auto* answer = request.mutable_answer();
    answer->set_nonce(update.nonce());
    absl::MutexLock lock(&mutex_);
    updates_.push_back(update);
    std::optional<rhumb::v1::Status> error;
    if (options_.refuse) error = options_.refuse(update);
    if (!error && !update.reset() && update.base_plan_version() != version_) {
      error.emplace();
      error->set_code(static_cast<int>(grpc::StatusCode::ABORTED));
      error->set_message(absl::StrCat("holds ", version_));
    }
    if (error) {
      *answer->mutable_error() = *error;
    } else {
      if (update.reset()) routes_.clear();
      for (const auto& route : update.routes()) {
        routes_[{route.source(), route.destination()}] = RouteByName(update, route).value();
      }
      for (const auto& key : update.removed()) routes_.erase({key.source(), key.destination()});
      version_ = update.header().plan_version();
    }
    answer->set_plan_version_in_force(version_);
    return request;
  }

  const Options options_;
  std::unique_ptr<rhumb::v1::South::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<rhumb::v1::PlanStreamRequest, rhumb::v1::PlanStreamResponse>>
      stream_;
  std::thread thread_;
  bool finished_reading_ = false;
  mutable absl::Mutex mutex_;
  uint64_t version_ = 0;
  Routes routes_;
  std::vector<rhumb::v1::PlanUpdate> updates_;
  std::optional<rhumb::v1::ElectionState> election_;
  grpc::Status final_status_;
  bool ended_ = false;
};

// True once what the adapter put together from updates is the plan in force.
inline bool ComesToHoldThePlan(const TestAdapter& adapter, Caller& caller) {
  return Eventually([&] {
    const rhumb::v1::LivePlan plan = caller.Plan();
    return adapter.version() == plan.header().plan_version() &&
           SameRoutes(adapter.routes(), RoutesOf(plan));
  });
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_TEST_ADAPTER_H_
