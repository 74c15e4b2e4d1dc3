#include "controller/replay/kept_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rhumb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

PolicyCells Cells(const std::string& name) { return {name, false, {{Cell()}}}; }

// Remembers what it was last asked to save, and answers `status`.
struct Disk {
  absl::Status status;
  std::vector<std::string> finished, unfinished;

  KeptWork::Save saver() {
    return [this](const std::vector<PolicyCells>& done, const std::vector<std::string>& others) {
      finished.clear();
      for (const PolicyCells& policy : done) finished.push_back(policy.name);
      unfinished = others;
      return status;
    };
  }
};

TEST(KeptWorkTest, SavesFinishedPoliciesInTheirOrderAndNamesTheOthers) {
  Disk disk;
  KeptWork kept("out", {"a", "b", "c"});
  kept.Finished(1, Cells("b"), disk.saver());
  EXPECT_THAT(disk.finished, ElementsAre("b"));
  kept.Finished(0, Cells("a"), disk.saver());
  EXPECT_THAT(disk.finished, ElementsAre("a", "b"));
  EXPECT_THAT(disk.unfinished, ElementsAre("c"));
  EXPECT_EQ(kept.LastWords(),
            "stopped; a, b are finished and in out/results.json, --policies c plays the others");
}

TEST(KeptWorkTest, LeavesTheLastPolicyToTheWholeResult) {
  Disk disk;
  KeptWork kept("out", {"a"});
  kept.Finished(0, Cells("a"), disk.saver());
  EXPECT_THAT(disk.finished, ElementsAre());
}

TEST(KeptWorkTest, DoesNotClaimWhatCouldNotBeWritten) {
  Disk disk;
  disk.status = absl::UnavailableError("disk full");
  KeptWork kept("out", {"a", "b"});
  kept.Finished(0, Cells("a"), disk.saver());
  EXPECT_THAT(kept.LastWords(), HasSubstr("nothing was kept"));
}

TEST(KeptWorkTest, WithoutADirectoryNothingIsKeptAndItSaysHow) {
  Disk disk;
  KeptWork kept("", {"a", "b"});
  kept.Finished(0, Cells("a"), disk.saver());
  EXPECT_THAT(disk.finished, ElementsAre());
  EXPECT_THAT(kept.LastWords(), HasSubstr("--out DIR"));
}

TEST(KeptWorkTest, AJournalKeepsEpisodesSoPoliciesAreNotSaved) {
  Disk disk;
  KeptWork kept("out", {"a", "b"});
  kept.HasJournal();
  kept.Finished(0, Cells("a"), disk.saver());
  EXPECT_THAT(disk.finished, ElementsAre());
  EXPECT_THAT(kept.LastWords(), HasSubstr("in out, go on with the same command and --resume"));
}

}  // namespace
}  // namespace rhumb
