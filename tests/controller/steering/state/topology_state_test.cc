#include "controller/steering/state/topology_state.h"

#include <gtest/gtest.h>

#include "controller/steering/plan/request_error.h"
#include "controller/steering/state/election.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::Line;

rhumb::v1::UpdateTopologyRequest Down(const std::string& link) {
  rhumb::v1::UpdateTopologyRequest request;
  auto* update = request.add_links();
  update->set_link(link);
  update->set_operational_state(rhumb::v1::OPERATIONAL_STATE_DOWN);
  return request;
}

bool Usable(const TopologyState& state, const std::string& link) {
  return state.snapshot().link(*state.snapshot().FindLink(link)).usable();
}

class TopologyStateTest : public ::testing::Test {
 protected:
  StoreChange change_;
  VersionPromises versions_{&change_};
  TopologyState state_{versions_.topology()};
};

TEST_F(TopologyStateTest, VersionGrowsWithEveryChangeAndOnlyThen) {
  versions_.StartAbove({41, 0, 0});
  EXPECT_TRUE(*state_.Set(ToProto(Diamond())));
  EXPECT_EQ(state_.version(), 42);
  EXPECT_FALSE(*state_.Set(ToProto(Diamond())));
  EXPECT_TRUE(*state_.Update(Down("A>B")));
  EXPECT_FALSE(*state_.Update(Down("A>B")));
  EXPECT_EQ(state_.version(), 43);
  EXPECT_EQ(state_.snapshot().version(), 43);
  EXPECT_FALSE(Usable(state_, "A>B"));
  EXPECT_TRUE(*state_.Set(ToProto(Line(3))));
  EXPECT_EQ(state_.version(), 44);
}

TEST_F(TopologyStateTest, RefusedRequestsChangeNothing) {
  EXPECT_EQ(state_.Update(Down("A>B")).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(state_.Set(ToProto(Diamond())).ok());
  auto half_known = Down("A>B");
  half_known.add_links()->set_link("A>Z");
  EXPECT_EQ(state_.Update(half_known).status().code(), absl::StatusCode::kNotFound);
  auto twice = Down("A>B");
  *twice.add_links() = twice.links(0);
  EXPECT_EQ(state_.Update(twice).status().code(), absl::StatusCode::kInvalidArgument);
  auto stale = Down("A>B");
  stale.set_expected_topology_version(99);
  EXPECT_EQ(state_.Update(stale).status().code(), absl::StatusCode::kAborted);
  auto no_capacity = Down("A>B");
  no_capacity.mutable_links(0)->set_capacity_bps(0);
  EXPECT_EQ(state_.Update(no_capacity).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(state_.version(), 1);
  EXPECT_TRUE(Usable(state_, "A>B"));
}

TEST_F(TopologyStateTest, DrainOutlivesANewTopologyAndTheLinksRecovery) {
  ASSERT_TRUE(state_.Set(ToProto(Diamond())).ok());
  EXPECT_TRUE(*state_.Drain("A-B"));
  EXPECT_FALSE(*state_.Drain("A-B"));
  EXPECT_FALSE(Usable(state_, "B>A"));
  ASSERT_TRUE(state_.Set(ToProto(Line(3))).ok());
  EXPECT_FALSE(Usable(state_, "A>B"));
  EXPECT_TRUE(*state_.Undrain("A-B"));
  EXPECT_TRUE(Usable(state_, "A>B"));
}

TEST_F(TopologyStateTest, EachOfParallelLinksCanBeDrainedAloneAndAllTogether) {
  std::vector<Link> links;
  for (int i = 0; i < 2; ++i) testing::AddCable(&links, 0, 1, testing::kGigabit);
  const Topology parallel = Topology::Create("parallel", testing::NamedNodes(2), links).value();
  ASSERT_TRUE(state_.Set(ToProto(parallel)).ok());
  EXPECT_TRUE(*state_.Drain("A>B"));
  EXPECT_EQ(state_.drained_links(), std::set<std::string>{"A>B"});
  EXPECT_TRUE(*state_.Drain("A>B#2"));
  EXPECT_TRUE(*state_.Undrain("A>B"));
  EXPECT_EQ(state_.drained_links(), std::set<std::string>{"A>B#2"});
  EXPECT_TRUE(*state_.Drain("A-B"));
  EXPECT_EQ(state_.drained_links().size(), 4u);
}

TEST_F(TopologyStateTest, TooLargeANetworkIsRefused) {
  TopologyState state(versions_.topology(), {3, 100});
  EXPECT_EQ(state.Set(ToProto(Diamond())).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ElectionTest, HighestIdIsPrimaryAndOnlyItMayWrite) {
  Election election;
  EXPECT_TRUE(election.CheckWriter(0).ok());  // nobody was ever primary
  ASSERT_TRUE(election.Open(1, "a", 5).ok());
  ASSERT_TRUE(election.Open(2, "b", 7).ok());
  EXPECT_TRUE(election.IsPrimary(2));
  EXPECT_EQ(election.CheckWriter(5).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(election.CheckWriter(5)), rhumb::v1::ERROR_REASON_NOT_PRIMARY);
  EXPECT_TRUE(election.CheckWriter(7).ok());
  election.Close(2);
  EXPECT_TRUE(election.IsPrimary(1));
  EXPECT_TRUE(election.CheckWriter(5).ok());
  election.Close(1);
  EXPECT_FALSE(election.CheckWriter(5).ok());  // was replaced by 7 before
  EXPECT_TRUE(election.CheckWriter(7).ok());
}

TEST(ElectionTest, SameAdapterTakesOverAndAnotherMayNotUseItsId) {
  Election election;
  ASSERT_TRUE(election.Open(1, "a", 5).ok());
  EXPECT_EQ(election.Open(2, "b", 5).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*election.Open(3, "a", 5), std::optional<StreamId>(1));
  EXPECT_TRUE(election.IsPrimary(3));
  EXPECT_FALSE(election.Open(4, "", 9).ok());
}

}  // namespace
}  // namespace rhumb
