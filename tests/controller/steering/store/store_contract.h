// What every Store promises, as one test suite. Include it in one source file of a test program and
// instantiate StoreContractTest with the stores to hold to it.
#ifndef RHUMB_TESTS_CONTROLLER_STEERING_STORE_STORE_CONTRACT_H_
#define RHUMB_TESTS_CONTROLLER_STEERING_STORE_STORE_CONTRACT_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "controller/steering/store/store.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb::testing {

struct StoreUnderTest {
  std::string name;  // of the tests, letters and digits
  // The store of a directory; opened again when there was one before.
  std::function<std::unique_ptr<Store>(const std::string& directory)> open;
  // Whether the next store of a directory knows what the one before it has written.
  bool outlives_process = true;
  // Lets the next write fail half-way: before the second audit record of a call. Null for a store
  // that cannot fail.
  std::function<void(const std::string& directory)> break_second_record;
};

inline void PrintTo(const StoreUnderTest& store, std::ostream* out) { *out << store.name; }

inline std::string NameOfStore(const ::testing::TestParamInfo<StoreUnderTest>& info) {
  return info.param.name;
}

inline rhumb::v1::AuditRecord AuditOf(const std::string& detail) {
  rhumb::v1::AuditRecord record;
  record.set_detail(detail);
  return record;
}

inline LivePlanPtr PlanOfVersion(uint64_t version) {
  auto plan = std::make_shared<LivePlan>(LivePlan{{}, {}, Diamond(), ""});
  plan->header.set_plan_version(version);
  return plan;
}

class StoreContractTest : public ::testing::TestWithParam<StoreUnderTest> {
 protected:
  StoreContractTest() {
    char name[] = "/tmp/rhumb-store-contract-XXXXXX";
    directory_ = mkdtemp(name);
    Reopen();
  }
  ~StoreContractTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Reopen() {
    store_.reset();
    store_ = GetParam().open(directory_);
  }
  StoredState Load() {
    absl::StatusOr<StoredState> state = store_->Load();
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? *std::move(state) : StoredState();
  }
  std::vector<std::string> Audit(int limit) {
    std::vector<std::string> details;
    const auto records = store_->Audit(limit);
    EXPECT_TRUE(records.ok()) << records.status();
    if (!records.ok()) return details;
    for (const rhumb::v1::AuditRecord& record : *records) details.push_back(record.detail());
    return details;
  }
  absl::Status WriteAudit(std::initializer_list<const char*> details) {
    StoreChange change;
    for (const char* detail : details) change.audit.push_back(AuditOf(detail));
    return store_->Write({change});
  }

  std::string directory_;
  std::unique_ptr<Store> store_;
};

inline void ExpectNothing(const StoredState& state) {
  EXPECT_NE(state.epoch, 0u);
  EXPECT_FALSE(state.reported.has_value());
  EXPECT_EQ(state.settings.ByteSizeLong(), 0u);
  EXPECT_TRUE(state.plans.empty());
  EXPECT_EQ(state.floor.topology, 0u);
  EXPECT_EQ(state.floor.traffic, 0u);
  EXPECT_EQ(state.floor.plan, 0u);
  EXPECT_EQ(state.problem, "");
}

TEST_P(StoreContractTest, LoadsNothingWhereNothingWasWritten) {
  EXPECT_FALSE(store_->kind().empty());
  ExpectNothing(Load());
  EXPECT_TRUE(Audit(10).empty());
}

TEST_P(StoreContractTest, TakesAWriteOfNoChangesAndAChangeOfNothing) {
  Load();
  EXPECT_TRUE(store_->Write({}).ok());
  EXPECT_TRUE(store_->Write({StoreChange()}).ok());
  EXPECT_TRUE(Audit(10).empty());
}

TEST_P(StoreContractTest, GivesTheLatestOfTheAuditFirst) {
  Load();
  ASSERT_TRUE(WriteAudit({"first", "second"}).ok());
  ASSERT_TRUE(WriteAudit({"third"}).ok());

  EXPECT_EQ(Audit(10), (std::vector<std::string>{"third", "second", "first"}));
  EXPECT_EQ(Audit(2), (std::vector<std::string>{"third", "second"}));
  EXPECT_TRUE(Audit(0).empty());
}

TEST_P(StoreContractTest, AppliesTheChangesOfOneWriteInTheirOrder) {
  Load();
  StoreChange first, second;
  first.settings.emplace().set_policy("ecmp");
  first.audit.push_back(AuditOf("ecmp"));
  second.settings.emplace().set_policy("widest");
  second.audit.push_back(AuditOf("widest"));
  ASSERT_TRUE(store_->Write({first, second}).ok());

  EXPECT_EQ(Audit(10), (std::vector<std::string>{"widest", "ecmp"}));
  if (!GetParam().outlives_process) return;
  Reopen();
  EXPECT_EQ(Load().settings.policy(), "widest");
}

TEST_P(StoreContractTest, GivesBackAfterReopeningWhatItKeepsAndNothingOtherwise) {
  const uint64_t epoch = Load().epoch;
  StoreChange change;
  change.reported = Diamond();
  change.settings.emplace().set_policy("ecmp");
  change.plans = {PlanOfVersion(5), PlanOfVersion(6)};
  change.floor = VersionFloor{1, 2, 7};
  change.audit = {AuditOf("set")};
  ASSERT_TRUE(store_->Write({change}).ok());

  Reopen();

  const StoredState state = Load();
  if (!GetParam().outlives_process) {
    ExpectNothing(state);
    EXPECT_TRUE(Audit(10).empty());
    return;
  }
  EXPECT_EQ(state.epoch, epoch);
  ASSERT_TRUE(state.reported.has_value());
  EXPECT_EQ(state.reported->SerializeAsString(), ToProto(Diamond()).SerializeAsString());
  EXPECT_EQ(state.settings.policy(), "ecmp");
  ASSERT_EQ(state.plans.size(), 2u);
  EXPECT_EQ(state.plans[0].header().plan_version(), 5u);
  EXPECT_EQ(state.plans[1].header().plan_version(), 6u);
  EXPECT_EQ(state.floor.topology, 1u);
  EXPECT_EQ(state.floor.traffic, 2u);
  EXPECT_EQ(state.floor.plan, 7u);
  EXPECT_EQ(state.problem, "");
  EXPECT_EQ(Audit(10), std::vector<std::string>{"set"});
}

TEST_P(StoreContractTest, LeavesWhatAChangeDoesNotNameAsItWas) {
  Load();
  StoreChange whole, floor_only;
  whole.reported = Diamond();
  whole.settings.emplace().set_policy("ecmp");
  whole.plans = {PlanOfVersion(1)};
  whole.floor = VersionFloor{1, 1, 1};
  floor_only.floor = VersionFloor{2, 3, 4};
  ASSERT_TRUE(store_->Write({whole}).ok());
  ASSERT_TRUE(store_->Write({floor_only}).ok());
  if (!GetParam().outlives_process) return;

  Reopen();

  const StoredState state = Load();
  EXPECT_TRUE(state.reported.has_value());
  EXPECT_EQ(state.settings.policy(), "ecmp");
  EXPECT_EQ(state.plans.size(), 1u);
  EXPECT_EQ(state.floor.topology, 2u);
  EXPECT_EQ(state.floor.traffic, 3u);
  EXPECT_EQ(state.floor.plan, 4u);
}

TEST_P(StoreContractTest, WritesAllOrNothingAndGoesOnAfterAFault) {
  if (!GetParam().break_second_record) GTEST_SKIP() << "this store cannot fail";
  Load();
  ASSERT_TRUE(WriteAudit({"before"}).ok());
  GetParam().break_second_record(directory_);
  StoreChange first, second;
  first.settings.emplace().set_policy("ecmp");
  first.floor = VersionFloor{9, 9, 9};
  first.plans = {PlanOfVersion(3)};
  first.audit = {AuditOf("one")};
  second.audit = {AuditOf("two")};

  EXPECT_FALSE(store_->Write({first, second}).ok());

  EXPECT_EQ(Audit(10), std::vector<std::string>{"before"});
  EXPECT_TRUE(WriteAudit({"after"}).ok());
  Reopen();
  const StoredState state = Load();
  EXPECT_EQ(state.settings.policy(), "");
  EXPECT_EQ(state.floor.plan, 0u);
  EXPECT_TRUE(state.plans.empty());
  EXPECT_EQ(Audit(10), (std::vector<std::string>{"after", "before"}));
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_STEERING_STORE_STORE_CONTRACT_H_
