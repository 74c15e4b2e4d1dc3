#include "controller/serving/store/sqlite_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <random>

#include "controller/steering/store/store_writer.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;

constexpr int kKeptPlans = 32;

class SqliteStoreTest : public ::testing::Test {
 protected:
  SqliteStoreTest() {
    char name[] = "/tmp/rhumb-store-XXXXXX";
    directory_ = mkdtemp(name);
    path_ = directory_ + "/state.db";
  }
  ~SqliteStoreTest() override { std::filesystem::remove_all(directory_); }

  static StoreChange Policy(const std::string& policy) {
    StoreChange change;
    change.settings.emplace().set_policy(policy);
    rhumb::v1::AuditRecord record;
    record.set_detail(policy);
    change.audit.push_back(record);
    return change;
  }

  std::string directory_, path_;
};

TEST_F(SqliteStoreTest, GivesBackWhatWasWritten) {
  uint64_t epoch = 0;
  {
    auto store = MakeSqliteStore({path_}, kKeptPlans);
    epoch = store->Load()->epoch;
    StoreChange change = Policy("ecmp");
    change.reported = Diamond();
    change.floor = VersionFloor{1, 2, 3};
    ASSERT_TRUE(store->Write({change, Policy("widest")}).ok());
  }
  auto store = MakeSqliteStore({path_}, kKeptPlans);
  const auto state = store->Load();
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->epoch, epoch);
  EXPECT_EQ(state->settings.policy(), "widest");
  EXPECT_EQ(state->reported->SerializeAsString(), ToProto(Diamond()).SerializeAsString());
  EXPECT_EQ(state->floor.plan, 3);
  EXPECT_EQ(store->Audit(10)->at(0).detail(), "widest");
}

TEST_F(SqliteStoreTest, FileIsForItsOwnerOnly) {
  auto store = MakeSqliteStore({path_}, kKeptPlans);
  ASSERT_TRUE(store->Load().ok());
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600);
}

TEST_F(SqliteStoreTest, CorruptFileIsMovedAsideAndTheEpochIsNew) {
  const uint64_t epoch = MakeSqliteStore({path_}, kKeptPlans)->Load()->epoch;
  std::ofstream(path_, std::ios::binary) << std::string(8192, 'x');
  std::filesystem::remove(path_ + "-wal");
  auto store = MakeSqliteStore({path_}, kKeptPlans);
  const auto state = store->Load();
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_NE(state->epoch, epoch);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    files += entry.path().string().find(".corrupt-") != std::string::npos;
  }
  EXPECT_GE(files, 1);
  EXPECT_NE(state->problem.find("corrupt"), std::string::npos);
}

TEST_F(SqliteStoreTest, HealthSaysThatTheEarlierStoreWasCorruptAlsoAfterWriting) {
  std::ofstream(path_, std::ios::binary) << std::string(8192, 'x');
  NoMetrics metrics;
  StoreWriter writer(MakeSqliteStore({path_}, kKeptPlans), &metrics);
  EXPECT_NE(writer.Load().epoch, 0);
  std::promise<bool> written;
  StoreChange change;
  change.floor = VersionFloor{1, 1, 1};
  writer.Write(std::move(change), [&](bool durable) { written.set_value(durable); });
  EXPECT_TRUE(written.get_future().get());
  EXPECT_TRUE(writer.Health().healthy());
  EXPECT_NE(writer.Health().problem().find("corrupt"), std::string::npos);
}

TEST_F(SqliteStoreTest, AFullDiskIsReportedAndTheLatestStateIsWrittenOnceThereIsRoom) {
  const std::string disk = directory_ + "/disk";
  std::filesystem::create_directories(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=512k") != 0) {
    GTEST_SKIP() << "needs the right to mount a small tmpfs";
  }
  {
    NoMetrics metrics;
    StoreWriter writer(MakeSqliteStore({disk + "/state.db"}, kKeptPlans), &metrics);
    writer.Load();
    auto write = [&](const std::string& policy) {
      std::promise<bool> written;
      writer.Write(Policy(policy), [&](bool durable) { written.set_value(durable); });
      return written.get_future().get();
    };
    EXPECT_TRUE(write("before"));
    {
      std::ofstream ballast(disk + "/ballast");
      const std::string block(4096, 'x');
      while (ballast << block && ballast.flush()) {
      }
    }
    // What SQLite has reserved already may still take a few.
    bool durable = true;
    for (int i = 0; i < 1000 && durable; ++i) durable = write(std::string(2000, 'p'));
    EXPECT_FALSE(durable);
    EXPECT_FALSE(writer.Health().healthy());
    std::filesystem::remove(disk + "/ballast");
    EXPECT_TRUE(write("after"));
    EXPECT_TRUE(writer.Health().healthy());
  }
  EXPECT_EQ(MakeSqliteStore({disk + "/state.db"}, kKeptPlans)->Load()->settings.policy(), "after");
  umount(disk.c_str());
}

TEST_F(SqliteStoreTest, UnwritablePathIsReportedAndWorkGoesOnFromMemory) {
  NoMetrics metrics;
  StoreWriter writer(MakeSqliteStore({"/nonexistent/state.db"}, kKeptPlans), &metrics);
  EXPECT_NE(writer.Load().epoch, 0);
  EXPECT_FALSE(writer.Health().healthy());
  EXPECT_FALSE(writer.Health().problem().empty());
}

// A child writes and says on a pipe what was acknowledged; the parent kills it at a random moment.
TEST_F(SqliteStoreTest, WhatWasAcknowledgedSurvivesKill) {
  std::mt19937 random(1);
  for (int round = 0; round < 10; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto store = MakeSqliteStore({path_}, kKeptPlans);
      if (!store->Load().ok()) _exit(1);
      for (int i = 0;; ++i) {
        const std::string policy = std::to_string(round) + "/" + std::to_string(i);
        if (!store->Write({Policy(policy)}).ok()) _exit(1);
        if (write(pipe_ends[1], &i, sizeof(i)) != sizeof(i)) _exit(1);
      }
    }
    close(pipe_ends[1]);
    const int enough = random() % 50;
    int last = -1;
    while (last < enough && read(pipe_ends[0], &last, sizeof(last)) == sizeof(last)) {
    }
    kill(child, SIGKILL);
    for (int i; read(pipe_ends[0], &i, sizeof(i)) == sizeof(i);) last = i;
    waitpid(child, nullptr, 0);
    close(pipe_ends[0]);
    const auto state = MakeSqliteStore({path_}, kKeptPlans)->Load();
    ASSERT_TRUE(state.ok()) << state.status();
    int written_round = -1, written = -1;
    sscanf(state->settings.policy().c_str(), "%d/%d", &written_round, &written);
    EXPECT_EQ(written_round, round);
    EXPECT_GE(written, last);
  }
}

}  // namespace
}  // namespace rhumb
