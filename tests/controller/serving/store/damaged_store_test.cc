// Stores that are damaged, deleted, replaced or of an earlier schema: nothing that an operator laid
// down is forgotten without a word, and no version is given twice.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "controller/serving/store/sqlite_store.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;

constexpr int kKeptPlans = 32;

class DamagedStoreTest : public ::testing::Test {
 protected:
  DamagedStoreTest() {
    char name[] = "/tmp/rhumb-store-XXXXXX";
    directory_ = mkdtemp(name);
    path_ = directory_ + "/state.db";
    auto store = MakeSqliteStore({path_}, kKeptPlans);
    epoch_ = store->Load()->epoch;
    StoreChange change = Policy("widest");
    change.settings->add_drained_links("A>B");
    auto* pin = change.settings->add_pins();
    pin->set_source("A");
    pin->set_destination("D");
    change.reported = Diamond();
    change.floor = VersionFloor{1'000, 2'000, 3'000};
    for (int i = 1; i < 40; ++i) change.audit.push_back(change.audit.front());
    EXPECT_TRUE(store->Write({change}).ok());
    settings_ = change.settings->SerializeAsString();
    store.reset();
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      files_[entry.path()] = {std::istreambuf_iterator<char>(file), {}};
    }
  }
  ~DamagedStoreTest() override { std::filesystem::remove_all(directory_); }

  static StoreChange Policy(const std::string& policy) {
    StoreChange change;
    change.settings.emplace().set_policy(policy);
    change.audit.emplace_back().set_detail(policy);
    return change;
  }
  void DeleteAll() {
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      std::filesystem::remove(entry.path());
    }
  }
  void PutBack() {
    DeleteAll();
    for (const auto& [name, content] : files_) std::ofstream(name, std::ios::binary) << content;
  }
  void Check(const std::string& what) {
    const auto state = MakeSqliteStore({path_}, kKeptPlans)->Load();
    ASSERT_TRUE(state.ok()) << what << ": " << state.status();
    EXPECT_EQ(state->settings.SerializeAsString(), settings_) << what;
    EXPECT_FALSE(state->settings_lost) << what;
    EXPECT_TRUE(state->epoch != epoch_ || state->floor.plan >= 3'000) << what;
  }

  std::string directory_, path_;
  uint64_t epoch_ = 0;
  std::string settings_;
  std::map<std::filesystem::path, std::string> files_;
};

TEST_F(DamagedStoreTest, SingleBitFlipsForgetNothing) {
  std::mt19937 random(1);
  for (int i = 0; i < 43; ++i) {
    PutBack();
    std::string content = files_[path_];
    const size_t bit = random() % (8 * content.size());
    content[bit / 8] ^= static_cast<char>(1 << bit % 8);
    std::ofstream(path_, std::ios::binary) << content;
    Check("bit " + std::to_string(bit));
  }
}

TEST_F(DamagedStoreTest, TruncationsForgetNothing) {
  for (int i = 0; i < 20; ++i) {
    PutBack();
    std::filesystem::resize_file(path_, files_[path_].size() * i / 20);
    Check("truncated to " + std::to_string(i) + "/20");
  }
}

TEST_F(DamagedStoreTest, ADeletedFileOrADamagedCopyForgetsNothing) {
  std::filesystem::remove(path_);
  Check("deleted");
  PutBack();
  std::filesystem::remove(path_ + ".essentials");
  Check("without its copy");
  PutBack();
  std::ofstream(path_ + ".essentials") << "nonsense";
  Check("with a damaged copy");
}

TEST_F(DamagedStoreTest, WhenNoCopyCanBeReadThatIsSaid) {
  std::ofstream(path_, std::ios::binary) << std::string(8192, 'x');
  std::filesystem::remove(path_ + ".essentials");
  const auto state = MakeSqliteStore({path_}, kKeptPlans)->Load();
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE(state->settings_lost);
  EXPECT_NE(state->problem.find("NOT"), std::string::npos) << state->problem;
}

TEST_F(DamagedStoreTest, WhatCanStillBeReadIsSalvaged) {
  std::string content = files_[path_];
  const size_t at = content.rfind("widest");  // of an audit record
  ASSERT_NE(at, std::string::npos);
  content[at] ^= 1;
  std::ofstream(path_, std::ios::binary) << content;
  auto store = MakeSqliteStore({path_}, kKeptPlans);
  const auto state = store->Load();
  ASSERT_TRUE(state.ok());
  EXPECT_NE(state->epoch, epoch_);
  EXPECT_NE(state->problem.find("corrupt"), std::string::npos);
  ASSERT_TRUE(state->reported.has_value());
  EXPECT_EQ(state->reported->SerializeAsString(), ToProto(Diamond()).SerializeAsString());
  EXPECT_EQ(store->Audit(100)->size(), 39u);
}

TEST_F(DamagedStoreTest, AFileThatIsDeletedWhileItIsOpenIsWrittenAgain) {
  auto store = MakeSqliteStore({path_}, kKeptPlans);
  ASSERT_TRUE(store->Load().ok());
  DeleteAll();
  const absl::Status written = store->Write({Policy("after")});
  ASSERT_TRUE(written.ok()) << written;
  store.reset();
  store = MakeSqliteStore({path_}, kKeptPlans);
  const auto state = store->Load();
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->problem, "");
  EXPECT_EQ(state->settings.policy(), "after");
  EXPECT_EQ(state->epoch, epoch_);
  EXPECT_EQ(store->Audit(100)->size(), 41u);
}

TEST_F(DamagedStoreTest, AWriteAheadLogThatIsDeletedIsBegunAnew) {
  auto store = MakeSqliteStore({path_}, kKeptPlans);
  ASSERT_TRUE(store->Load().ok());
  ASSERT_TRUE(store->Write({Policy("before")}).ok());
  std::filesystem::remove(path_ + "-wal");
  const absl::Status written = store->Write({Policy("after")});
  ASSERT_TRUE(written.ok()) << written;
  // As after a kill: what stands in the two files counts.
  for (const char* suffix : {"", "-wal"}) {
    std::filesystem::copy_file(path_ + suffix, directory_ + "/copy.db" + suffix);
  }
  const auto state = MakeSqliteStore({directory_ + "/copy.db"}, kKeptPlans)->Load();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->settings.policy(), "after");
}

TEST_F(DamagedStoreTest, AnotherFileInItsPlaceIsLeftAloneAndNothingIsDurable) {
  auto store = MakeSqliteStore({path_}, kKeptPlans);
  ASSERT_TRUE(store->Load().ok());
  std::filesystem::rename(path_, path_ + ".moved");
  std::ofstream(path_) << "another";
  EXPECT_EQ(store->Write({Policy("after")}).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(std::filesystem::file_size(path_), 7u);
}

TEST_F(DamagedStoreTest, AWalThatIsLostTakesNoAcknowledgedSettingWithIt) {
  {
    auto store = MakeSqliteStore({path_}, kKeptPlans);
    ASSERT_TRUE(store->Load().ok());
    StoreChange change = Policy("narrow");
    change.floor = VersionFloor{5'000, 5'000, 5'000};
    ASSERT_TRUE(store->Write({change}).ok());
    // As after a kill, but for the WAL.
    std::filesystem::copy_file(path_, directory_ + "/copy.db");
    std::filesystem::copy_file(path_ + ".essentials", directory_ + "/copy.db.essentials");
  }
  const auto state = MakeSqliteStore({directory_ + "/copy.db"}, kKeptPlans)->Load();
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->settings.policy(), "narrow");
  EXPECT_TRUE(state->epoch != epoch_ || state->floor.plan >= 5'000);
}

TEST_F(DamagedStoreTest, AStoreOfTheFirstSchemaIsReadAndWrittenAsTheSecond) {
  DeleteAll();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, R"(
      CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL);
      CREATE TABLE plan (version INTEGER PRIMARY KEY, message BLOB NOT NULL);
      CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, message BLOB NOT NULL);
      INSERT INTO state VALUES ('schema', '1'), ('epoch', '77'), ('floor.topology', '10'),
                               ('floor.traffic', '20'), ('floor.plan', '30'),
                               ('settings', x'0a0465636d70');)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(db);
  for (int i = 0; i < 2; ++i) {
    const auto state = MakeSqliteStore({path_}, kKeptPlans)->Load();
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->epoch, 77u);
    EXPECT_EQ(state->floor.plan, 30u);
    EXPECT_EQ(state->settings.policy(), "ecmp");
    EXPECT_EQ(state->problem, "");
  }
}

}  // namespace
}  // namespace rhumb
