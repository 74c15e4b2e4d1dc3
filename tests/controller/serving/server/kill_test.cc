// kill -9 at random moments under load: whatever was acknowledged is there afterwards.
//
// RHUMB_KILLS sets how often (default 8), RHUMB_SEED the moments.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/serve_process.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

std::shared_ptr<grpc::Channel> Connect(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

// One operator's knowledge of one setting: what was acknowledged last, and what was asked for when
// the connection broke, if anything: that one may hold or not.
struct Known {
  std::string acknowledged;
  std::optional<std::string> asked;

  bool Allows(const std::string& value) const {
    return value == acknowledged || (asked && value == *asked);
  }
};

class KillTest : public ::testing::Test {
 protected:
  KillTest() {
    directory_ = TestPath("kill");
    std::filesystem::create_directories(directory_);
    config_ = TestConfig();
    config_.store.path = directory_ + "/store";
    config_.log.level = "error";
  }

  // Changes one link's drain again and again until the server is gone.
  void DrainAndUndrain(int port, const std::string& link, Known* known) {
    Caller caller(Connect(port));
    for (bool drain = known->acknowledged != "drained";; drain = !drain) {
      rhumb::v1::DrainLinkRequest drain_request;
      drain_request.set_link(link);
      rhumb::v1::UndrainLinkRequest undrain_request;
      undrain_request.set_link(link);
      rhumb::v1::SettingResponse response;
      known->asked = drain ? "drained" : "open";
      const grpc::Status status =
          drain ? caller.Call(caller.north(), &rhumb::v1::North::Stub::DrainLink, drain_request,
                              &response)
                : caller.Call(caller.north(), &rhumb::v1::North::Stub::UndrainLink, undrain_request,
                              &response);
      if (!status.ok()) return;
      EXPECT_TRUE(response.durable());
      known->acknowledged = *known->asked;
      known->asked.reset();
      ++acknowledged_;
      Raise(&topology_version_, response.topology_version());
    }
  }
  void ChangePolicy(int port, Known* known) {
    Caller caller(Connect(port));
    for (;;) {
      rhumb::v1::SetPolicyRequest request;
      request.set_policy(known->acknowledged == "ecmp" ? "widest" : "ecmp");
      rhumb::v1::SettingResponse response;
      known->asked = request.policy();
      if (!caller.Call(caller.north(), &rhumb::v1::North::Stub::SetPolicy, request, &response)
               .ok()) {
        return;
      }
      known->acknowledged = request.policy();
      known->asked.reset();
      ++acknowledged_;
    }
  }
  static void Raise(std::atomic<uint64_t>* to, uint64_t value) {
    uint64_t now = *to;
    while (now < value && !to->compare_exchange_weak(now, value)) {
    }
  }

  std::string directory_;
  ServeConfig config_;
  std::atomic<uint64_t> topology_version_ = 0;
  std::atomic<int> acknowledged_ = 0;
};

TEST_F(KillTest, EveryAcknowledgedChangeIsThereVersionsGrowAndAdaptersResume) {
  const int kills = FromEnvironment("RHUMB_KILLS", 8);
  std::mt19937 random(FromEnvironment("RHUMB_SEED", 1));
  const std::vector<std::string> links = {"A>B", "C>D", "E>F"};
  std::vector<Known> drains(links.size(), Known{"open", {}});
  Known policy{"ecmp", {}};
  TestAdapter::Options held;
  uint64_t epoch = 0, plan_version = 0;
  int resumed_by_delta = 0;

  for (int round = 0; round <= kills; ++round) {
    ServeProcess server(config_, directory_);
    ASSERT_NE(server.port(), 0);
    Caller caller(Connect(server.port()));
    if (round == 0) {
      ASSERT_TRUE(caller.SetTopology(RandomConnected(3, 8)).ok());
    }
    const auto status = caller.Status();
    ASSERT_TRUE(status.ready());
    if (round > 0) {
      EXPECT_EQ(status.epoch(), epoch);
      EXPECT_GT(status.topology_version(), topology_version_);
      EXPECT_GT(status.plan().plan_version(), plan_version);
      const std::set<std::string> drained(status.drained_links().begin(),
                                          status.drained_links().end());
      for (size_t i = 0; i < links.size(); ++i) {
        const std::string value = drained.count(links[i]) > 0 ? "drained" : "open";
        EXPECT_TRUE(drains[i].Allows(value))
            << links[i] << " is " << value << " in round " << round;
        drains[i] = Known{value, {}};
      }
      EXPECT_TRUE(policy.Allows(status.policy())) << status.policy();
      policy = Known{status.policy(), {}};
    }
    epoch = status.epoch();

    TestAdapter adapter(Connect(server.port()), held);
    ASSERT_TRUE(adapter.WaitForVersion(status.plan().plan_version()));
    if (round > 0) {
      resumed_by_delta += !adapter.updates().front().reset();
      EXPECT_TRUE(ComesToHoldThePlan(adapter, caller));
    }
    std::vector<std::thread> load;
    for (size_t i = 0; i < links.size(); ++i) {
      load.emplace_back([&, i] { DrainAndUndrain(server.port(), links[i], &drains[i]); });
    }
    load.emplace_back([&] { ChangePolicy(server.port(), &policy); });
    // The moment is what is random here; nothing waits for it.
    absl::SleepFor(absl::Milliseconds(1 + random() % 400));
    server.Kill();
    for (std::thread& thread : load) thread.join();
    adapter.Close();
    held.held_epoch = epoch;
    held.held_version = plan_version = adapter.version();
    held.held = adapter.routes();
  }
  EXPECT_GT(acknowledged_, kills);
  std::cout << kills << " kills, " << acknowledged_ << " acknowledged changes, " << resumed_by_delta
            << " adapters resumed with a delta, " << kills - resumed_by_delta
            << " with a whole plan\n";
}

}  // namespace
}  // namespace rhumb::testing
