#include "controller/serving/server/plan_board.h"

#include <gtest/gtest.h>

#include <thread>

#include "agents/registry/policy_registry.h"
#include "controller/steering/decision/decision_worker.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::RandomConnected;

LivePlanPtr PlanOf(const std::string& policy, uint64_t version) {
  static const Topology& topology = *new Topology(RandomConnected(2, 8));
  Decider decider(MakePolicy, {}, {});
  DecisionInput input{1,      rhumb::v1::PLAN_REASON_INTERVAL,
                      false,  topology,
                      policy, "",
                      {},     {},
                      {},     absl::ZeroDuration()};
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

TEST(PlanBoardTest, AReaderThatKeepsUpGetsEveryPlanOfTheLatestTopology) {
  PlanBoard board(32);
  for (uint64_t version = 1; version <= 4; ++version) board.Publish(PlanOf("ecmp", version));
  uint64_t sent = 1;
  for (uint64_t version = 2; version <= 4; ++version) {
    const SharedMessagePtr message = board.NextFrom(sent, sent);
    ASSERT_NE(message, nullptr);
    EXPECT_EQ(message->base, sent);
    EXPECT_EQ(message->version, version);
    EXPECT_EQ(board.NextFrom(sent, sent), message);
    sent = message->version;
  }
  EXPECT_EQ(board.NextFrom(sent, sent), nullptr);
  EXPECT_EQ(board.NextFrom(0, 0)->version, 4);  // who holds nothing needs no history

  // Plans 5 and 6 are for a newer topology: 2 to 4 would be refused now.
  for (uint64_t version = 5; version <= 6; ++version) {
    auto plan = std::make_shared<LivePlan>(*PlanOf("widest", version));
    plan->header.set_topology_version(2);
    board.Publish(plan);
  }
  EXPECT_EQ(board.NextFrom(1, 1)->version, 5);
  EXPECT_EQ(board.NextFrom(5, 5)->version, 6);
}

TEST(PlanBoardTest, AReaderThatIsFarBehindGoesToTheLatestPlan) {
  PlanBoard board(32);
  for (uint64_t version = 1; version <= 20; ++version) board.Publish(PlanOf("ecmp", version));
  EXPECT_EQ(board.NextFrom(1, 1)->version, 20);
  EXPECT_EQ(board.NextFrom(1, 1)->base, 1);
  EXPECT_EQ(board.NextFrom(20 - PlanBoard::kMaxBehind, 20 - PlanBoard::kMaxBehind)->version,
            20 - PlanBoard::kMaxBehind + 1);
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
