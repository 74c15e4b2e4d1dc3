#include "controller/serving/etcd/etcd_store.h"

#include "controller/serving/etcd/kept_state.h"
#include "tests/controller/serving/etcd/test_etcd.h"
#include "tests/controller/steering/store/store_contract.h"

namespace rhumb {
namespace {

using testing::AuditOf;
using testing::Enclose;
using testing::OpenEtcd;
using testing::OptionsOfTest;
using testing::Patience;
using testing::PlanOfVersion;
using testing::StoreContractTest;
using testing::StoreUnderTest;
using testing::TakeAway;

// Every opening is another lead, as after a change of leaders.
std::unique_ptr<Store> OpenLead(const std::string& directory) {
  const auto etcd = OpenEtcd(OptionsOfTest());
  const std::string prefix = "/contract" + directory;
  static int leads = 0;
  EtcdLead lead;
  lead.fence = Enclose(*etcd, absl::StrCat(prefix, "/replicas/", ++leads));
  return MakeEtcdStore(etcd, prefix, std::move(lead), KeptInEtcd());
}

INSTANTIATE_TEST_SUITE_P(Etcd, StoreContractTest,
                         ::testing::Values(StoreUnderTest{"Etcd", OpenLead, true, {}}),
                         testing::NameOfStore);

class EtcdStoreTest : public ::testing::Test {
 protected:
  Fence NextFence() {
    return Enclose(*etcd_, absl::StrCat(options_.prefix, "/replicas/", ++leads_));
  }
  std::unique_ptr<Store> StoreOf(EtcdLead lead) {
    return MakeEtcdStore(etcd_, options_.prefix, std::move(lead), {2, 3});
  }
  std::unique_ptr<Store> StoreOf(Fence fence) {
    EtcdLead lead;
    lead.fence = std::move(fence);
    return StoreOf(std::move(lead));
  }
  static StoreChange Policy(const std::string& name) {
    StoreChange change;
    change.settings.emplace().set_policy(name);
    change.audit = {AuditOf(name)};
    return change;
  }
  StoredState LoadAsNext() {
    auto state = StoreOf(NextFence())->Load();
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? *std::move(state) : StoredState();
  }
  size_t KeysUnder(const std::string& path) {
    etcdserverpb::RangeRequest request;
    request.set_key(options_.prefix + path);
    request.set_range_end(EndOfPrefix(options_.prefix + path));
    const auto found = etcd_->Range(request, Patience());
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->kvs_size() : 0;
  }

  const EtcdOptions options_ = OptionsOfTest();
  const std::shared_ptr<EtcdClient> etcd_ = OpenEtcd(options_);
  int leads_ = 0;
};

TEST_F(EtcdStoreTest, WritesNothingOnceItsFenceIsGone) {
  EtcdLead lead;
  lead.fence = NextFence();
  bool lost = false;
  lead.lost = [&] { lost = true; };
  const Fence fence = lead.fence;
  const auto store = StoreOf(std::move(lead));
  ASSERT_TRUE(store->Load().ok());
  ASSERT_TRUE(store->Write({Policy("ecmp")}).ok());
  TakeAway(*etcd_, fence);

  const absl::Status written = store->Write({Policy("widest")});

  EXPECT_EQ(written.code(), absl::StatusCode::kFailedPrecondition) << written;
  EXPECT_TRUE(lost);
  EXPECT_EQ(LoadAsNext().settings.policy(), "ecmp");
}

TEST_F(EtcdStoreTest, WritesNothingForALeaderThatWasReplacedWhetherItKnowsOrNot) {
  const Fence fence = NextFence();
  const auto old = StoreOf(fence);
  ASSERT_TRUE(old->Load().ok());
  TakeAway(*etcd_, fence);
  const auto next = StoreOf(NextFence());
  ASSERT_TRUE(next->Load().ok());
  ASSERT_TRUE(next->Write({Policy("ecmp")}).ok());

  StoreChange large;  // in several transactions
  large.settings.emplace().mutable_drained_links()->Add(std::string(3 << 20, 'x'));
  large.plans = {PlanOfVersion(9)};
  EXPECT_FALSE(old->Write({Policy("widest")}).ok());
  EXPECT_FALSE(old->Write({large}).ok());

  const StoredState state = LoadAsNext();
  EXPECT_EQ(state.settings.policy(), "ecmp");
  EXPECT_TRUE(state.plans.empty());
}

TEST_F(EtcdStoreTest, WritesNothingWhenItsTimeIsOverWithoutAskingAnybody) {
  EtcdLead lead;
  lead.fence = NextFence();
  SteadyTime until = SteadyTime::Never();
  lead.until = [&] { return until; };
  const auto store = StoreOf(std::move(lead));
  ASSERT_TRUE(store->Load().ok());
  until = SteadyNow();

  EXPECT_EQ(store->Write({Policy("ecmp")}).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(LoadAsNext().settings.policy(), "");
}

// The same as a request that is still on its way when another has been taken.
TEST_F(EtcdStoreTest, RefusesAWriteThatIsNotBasedOnTheLatest) {
  const Fence fence = NextFence();
  const auto first = StoreOf(fence), second = StoreOf(fence);
  ASSERT_TRUE(first->Load().ok());
  ASSERT_TRUE(second->Load().ok());
  ASSERT_TRUE(first->Write({Policy("ecmp")}).ok());
  ASSERT_TRUE(first->Write({Policy("widest")}).ok());

  EXPECT_FALSE(second->Write({Policy("shortest-path")}).ok());
  EXPECT_EQ(LoadAsNext().settings.policy(), "widest");
}

TEST_F(EtcdStoreTest, KeepsValuesThatAreLargerThanATransactionAndDropsThemAgain) {
  const auto store = StoreOf(NextFence());
  ASSERT_TRUE(store->Load().ok());
  StoreChange change;
  std::vector<Node> nodes(2);
  nodes[0].name = std::string(2'500'000, 'a');
  nodes[1].name = "b";
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, testing::kGigabit);
  change.reported = *Topology::Create("large", nodes, links);
  ASSERT_TRUE(store->Write({change}).ok());
  EXPECT_GE(KeysUnder("/chunks/"), 3u);

  const StoredState state = LoadAsNext();
  ASSERT_TRUE(state.reported.has_value());
  EXPECT_EQ(state.reported->SerializeAsString(), ToProto(*change.reported).SerializeAsString());
  EXPECT_EQ(state.problem, "");

  change.reported = testing::Diamond();
  ASSERT_TRUE(store->Write({change}).ok());
  EXPECT_EQ(KeysUnder("/chunks/"), 0u);
}

TEST_F(EtcdStoreTest, DropsWhatAnEarlierLeaderLaidDownAndNeverNamed) {
  const StateKeys keys(options_.prefix);
  Enclose(*etcd_, keys.Chunk("7-1", 0));
  Enclose(*etcd_, keys.Chunk("7-1", 1));

  LoadAsNext();

  EXPECT_EQ(KeysUnder("/chunks/"), 0u);
}

TEST_F(EtcdStoreTest, KeepsAsManyPlansAndAuditRecordsAsItIsToldTo) {
  const auto store = StoreOf(NextFence());
  ASSERT_TRUE(store->Load().ok());
  for (uint64_t version = 1; version <= 6; ++version) {
    StoreChange change;
    change.plans = {PlanOfVersion(version)};
    change.audit = {AuditOf(absl::StrCat(version))};
    ASSERT_TRUE(store->Write({change}).ok());
  }

  const StoredState state = LoadAsNext();
  ASSERT_EQ(state.plans.size(), 2u);
  EXPECT_EQ(state.plans[0].header().plan_version(), 5u);
  EXPECT_EQ(KeysUnder("/plans/"), 2u);
  EXPECT_EQ(KeysUnder("/audit/"), 3u);
}

// Thirty-two plans and a thousand records, as after an outage, in one transaction of at most 128
// operations.
TEST_F(EtcdStoreTest, TakesEverythingThatCanWaitAtOnce) {
  const auto store = MakeEtcdStore(etcd_, options_.prefix, {NextFence()}, KeptInEtcd());
  ASSERT_TRUE(store->Load().ok());
  for (uint64_t first : {1, 101}) {
    StoreChange change = Policy("ecmp");
    change.reported = testing::Diamond();
    change.floor = VersionFloor{1, 1, 1};
    for (int i = 0; i < 32; ++i) change.plans.push_back(PlanOfVersion(first + i));
    for (int i = 0; i < 1000; ++i) change.audit.push_back(AuditOf(std::string(1400, 'x')));
    ASSERT_TRUE(store->Write({change}).ok()) << first;
  }

  const StoredState state = LoadAsNext();
  EXPECT_EQ(state.plans.size(), 32u);
  EXPECT_EQ(state.plans.back().header().plan_version(), 132u);
  const auto audit = store->Audit(1000);
  ASSERT_TRUE(audit.ok()) << audit.status();
  EXPECT_EQ(audit->size(), 1000u);
}

TEST_F(EtcdStoreTest, TellsTheTermAndKeepsItsScope) {
  const auto first = StoreOf(NextFence())->Load();
  const auto second = StoreOf(NextFence())->Load();
  ASSERT_TRUE(first.ok() && second.ok());

  EXPECT_GT(second->term, first->term);
  EXPECT_NE(first->term_scope, 0u);
  EXPECT_EQ(second->term_scope, first->term_scope);
}

TEST_F(EtcdStoreTest, RefusesAFormatThatItDoesNotKnow) {
  ASSERT_TRUE(StoreOf(NextFence())->Load().ok());
  Enclose(*etcd_, StateKeys(options_.prefix).State("format"));

  const auto state = StoreOf(NextFence())->Load();
  EXPECT_EQ(state.status().code(), absl::StatusCode::kFailedPrecondition) << state.status();
}

}  // namespace
}  // namespace rhumb
