#include "controller/server/plan_board.h"

#include <gtest/gtest.h>

#include <thread>

#include "agents/policy_registry.h"
#include "controller/decision/decision_worker.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::RandomConnected;

LivePlanPtr PlanOf(const std::string& policy, uint64_t version) {
  static const Topology& topology = *new Topology(RandomConnected(2, 8));
  Decider decider(MakePolicy, {}, {});
  DecisionInput input{1, rhumb::v1::PLAN_REASON_INTERVAL, topology, policy, "", {}, {}, {}};
  auto plan =
      std::make_shared<LivePlan>(LivePlan{{}, decider.Decide(input).verdict.plan, topology, ""});
  plan->header.set_plan_version(version);
  return plan;
}

rhumb::v1::PlanUpdate UpdateIn(const SharedMessagePtr& message) {
  rhumb::v1::PlanStreamResponse response;
  EXPECT_TRUE(FromByteBuffer(message->bytes, &response));
  return response.update();
}

TEST(PlanBoardTest, HasNothingBeforeTheFirstPlan) {
  PlanBoard board(4);
  EXPECT_EQ(board.latest(), nullptr);
  EXPECT_EQ(board.UpdateFrom(0), nullptr);
  EXPECT_EQ(board.Whole(), nullptr);
}

TEST(PlanBoardTest, LeadsFromAKeptVersionOrGivesTheWholePlan) {
  PlanBoard board(2);
  board.Publish(PlanOf("ecmp", 1));
  board.Publish(PlanOf("ecmp", 2));
  board.Publish(PlanOf("widest", 3));
  EXPECT_EQ(board.Find(1), nullptr);
  const auto delta = UpdateIn(board.UpdateFrom(2));
  EXPECT_FALSE(delta.reset());
  EXPECT_EQ(delta.base_plan_version(), 2);
  const auto whole = UpdateIn(board.UpdateFrom(1));
  EXPECT_TRUE(whole.reset());
  EXPECT_EQ(whole.routes_size(), 56);  // every pair of eight nodes
}

TEST(PlanBoardTest, ReadersThatNeedTheSameUpdateShareItsBytes) {
  PlanBoard board(4);
  board.Publish(PlanOf("ecmp", 1));
  board.Publish(PlanOf("widest", 2));
  std::vector<SharedMessagePtr> got(8);
  std::vector<std::thread> threads;
  for (auto& message : got) {
    threads.emplace_back([&board, &message] { message = board.UpdateFrom(1); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& message : got) EXPECT_EQ(message, got.front());
  EXPECT_EQ(board.UpdateFrom(99), board.UpdateFrom(0));  // an unknown base is none
}

}  // namespace
}  // namespace rhumb
