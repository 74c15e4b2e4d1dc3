#include "controller/serving/etcd/candidacy.h"

#include "tests/controller/serving/etcd/test_etcd.h"

namespace rhumb {
namespace {

using testing::Eventually;
using testing::OpenEtcd;
using testing::OptionsOfTest;
using testing::Patience;

class CandidacyTest : public ::testing::Test {
 protected:
  std::unique_ptr<Candidacy> Enter(const std::string& address) {
    EtcdOptions options = options_;
    options.advertise = address;
    return std::make_unique<Candidacy>(etcd_, options);
  }
  static bool ComesToLead(const Candidacy& candidacy) {
    return Eventually([&] { return candidacy.Get().leads; });
  }

  EtcdOptions options_ = [] {
    EtcdOptions options = OptionsOfTest();
    options.lease = absl::Seconds(2);
    return options;
  }();
  std::shared_ptr<EtcdClient> etcd_ = OpenEtcd(options_);
};

TEST_F(CandidacyTest, TheFirstToComeLeadsAndAllKnowWhere) {
  const auto first = Enter("a:1");
  ASSERT_TRUE(ComesToLead(*first));
  const auto second = Enter("b:2");

  EXPECT_TRUE(Eventually([&] { return second->Get().leader == "a:1"; }));
  EXPECT_FALSE(second->Get().leads);
  EXPECT_TRUE(Eventually([&] { return first->Get().replicas.size() == 2; }));
  EXPECT_EQ(first->Get().replicas, (std::vector<std::string>{"a:1", "b:2"}));
}

TEST_F(CandidacyTest, TheNextLeadsWhenTheFirstLeavesUnderAHigherTerm) {
  auto first = Enter("a:1");
  ASSERT_TRUE(ComesToLead(*first));
  const int64_t term = first->Get().fence.term;
  const auto second = Enter("b:2");
  ASSERT_TRUE(Eventually([&] { return second->Get().leader == "a:1"; }));

  first.reset();

  ASSERT_TRUE(ComesToLead(*second));
  EXPECT_GT(second->Get().fence.term, term);
}

TEST_F(CandidacyTest, ALeadLastsForItsTermAlone) {
  const auto candidacy = Enter("a:1");
  ASSERT_TRUE(ComesToLead(*candidacy));
  const int64_t term = candidacy->Get().fence.term;

  EXPECT_TRUE(candidacy->Leads(term));
  EXPECT_FALSE(candidacy->Leads(term - 1));
  EXPECT_FALSE(candidacy->Leads(0));
  EXPECT_LE(candidacy->LeadsUntil(term) - SteadyNow(), options_.lease);
}

TEST_F(CandidacyTest, WhoGivesUpGoesToTheEndOfTheQueue) {
  const auto first = Enter("a:1");
  ASSERT_TRUE(ComesToLead(*first));
  const auto second = Enter("b:2");
  ASSERT_TRUE(Eventually([&] { return second->Get().leader == "a:1"; }));
  const int64_t term = first->Get().fence.term;

  first->GiveUp(term);

  EXPECT_FALSE(first->Leads(term));
  ASSERT_TRUE(ComesToLead(*second));
  EXPECT_TRUE(Eventually([&] { return second->Get().replicas.size() == 2; }));
  EXPECT_EQ(second->Get().replicas.back(), "a:1");
}

TEST_F(CandidacyTest, WhoseKeyWasDeletedEntersAgain) {
  const auto candidacy = Enter("a:1");
  ASSERT_TRUE(ComesToLead(*candidacy));
  const Fence fence = candidacy->Get().fence;

  testing::TakeAway(*etcd_, fence);

  EXPECT_TRUE(Eventually([&] { return !candidacy->Leads(fence.term); }));
  ASSERT_TRUE(ComesToLead(*candidacy));
  EXPECT_GT(candidacy->Get().fence.term, fence.term);
}

// Here by a paused etcd: the lead ends by this side's clock alone, and comes back under a new term.
TEST(LapsedLeadTest, EndsWithoutAWordFromEtcdAndIsTakenAnew) {
  testing::EtcdCluster own(1);
  ASSERT_TRUE(own.running());
  EtcdOptions options;
  options.endpoints = own.endpoints();
  options.lease = absl::Seconds(2);
  options.advertise = "a:1";
  Candidacy candidacy(OpenEtcd(options), options);
  ASSERT_TRUE(Eventually([&] { return candidacy.Get().leads; }));
  const int64_t term = candidacy.Get().fence.term;

  own.Signal(0, SIGSTOP);
  const Queue known = candidacy.Get();
  while (candidacy.Leads(term)) candidacy.AwaitChange(known, candidacy.LeadsUntil(term));

  EXPECT_FALSE(candidacy.Get().leads);
  own.Signal(0, SIGCONT);
  ASSERT_TRUE(Eventually([&] { return candidacy.Get().leads; }));
  EXPECT_GT(candidacy.Get().fence.term, term);
}

}  // namespace
}  // namespace rhumb
