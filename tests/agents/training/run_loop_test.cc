#include "agents/training/run_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "agents/training/run_directory.h"

namespace rhumb::training {
namespace {

using ::testing::ElementsAre;

// Learns nothing and writes down what it was asked. Its state is its updates, its scores those that
// the test gives, one a validation; higher is better.
class CountingStage : public TrainingStage {
 public:
  explicit CountingStage(std::vector<double> scores = {}) : scores_(std::move(scores)) {}

  RunState& state() override { return state_; }
  absl::Status Start() override { return absl::OkStatus(); }
  absl::Status OpenLog() override { return absl::OkStatus(); }
  std::string Serialize() const override { return std::to_string(state_.updates); }
  absl::Status Take(const std::string& bytes, const std::string&) override {
    state_.updates = std::stoi(bytes);
    return absl::OkStatus();
  }
  absl::Status Update() override {
    state_.metrics += std::to_string(++state_.updates) + "\n";
    return absl::OkStatus();
  }
  absl::StatusOr<bool> Validate() override {
    const double score = validated.size() < scores_.size() ? scores_[validated.size()] : 0;
    validated.push_back(state_.updates);
    const bool better = validated.size() == 1 || score > state_.best_score;
    if (better) state_.best_score = score;
    return better;
  }
  neural::Checkpoint Latest() const override { return {}; }
  neural::Checkpoint Best() const override { return {}; }
  void Describe(TrainProgress*) const override {}
  absl::Status Finish(double) override {
    finished = true;
    return absl::OkStatus();
  }

  std::vector<int64_t> validated;  // after which updates
  bool finished = false;

 private:
  const std::vector<double> scores_;
  RunState state_;
};

class RunLoopTest : public ::testing::Test {
 protected:
  RunLoopTest() {
    request_.out =
        (std::filesystem::temp_directory_path() / ("rhumb-run-loop-" + std::to_string(getpid())))
            .string();
    std::filesystem::remove_all(request_.out);
    rules_.updates = 6;
    rules_.validation_every = 2;
    rules_.patience = 10;
  }
  ~RunLoopTest() override { std::filesystem::remove_all(request_.out); }

  absl::Status Run(CountingStage* stage) {
    return RunTraining(request_, rules_, stage, GroupOfOne().get());
  }
  std::string Saved() const { return neural::ReadWholeFile(StatePath(request_.out)).value(); }

  TrainRequest request_;
  RunRules rules_;
};

TEST_F(RunLoopTest, ValidatesAndSavesEverySoManyUpdatesAndAtTheEnd) {
  rules_.updates = 5;
  CountingStage stage;
  ASSERT_EQ(Run(&stage), absl::OkStatus());
  EXPECT_THAT(stage.validated, ElementsAre(2, 4, 5));
  EXPECT_EQ(Saved(), "5");
  EXPECT_TRUE(stage.finished);
}

TEST_F(RunLoopTest, ValidatesTheStartWhereItIsACandidate) {
  rules_.start_is_candidate = true;
  CountingStage stage;
  ASSERT_EQ(Run(&stage), absl::OkStatus());
  EXPECT_THAT(stage.validated, ElementsAre(0, 2, 4, 6));
}

TEST_F(RunLoopTest, KeepsTheWeightsOfEveryValidationWhereAsked) {
  const auto kept = [this] {
    std::vector<int> updates;
    for (int update = 0; update <= rules_.updates; ++update) {
      const std::string name = "update-" + std::to_string(update) + ".ckpt";
      if (std::filesystem::exists(request_.out + "/" + name)) updates.push_back(update);
    }
    return updates;
  };
  CountingStage plain, keeping;
  ASSERT_EQ(Run(&plain), absl::OkStatus());
  EXPECT_THAT(kept(), ElementsAre());

  std::filesystem::remove_all(request_.out);
  rules_.start_is_candidate = true;
  rules_.keep_checkpoints = true;
  ASSERT_EQ(Run(&keeping), absl::OkStatus());
  EXPECT_THAT(kept(), ElementsAre(0, 2, 4, 6));
}

TEST_F(RunLoopTest, StopsWhenPatienceIsOver) {
  rules_.updates = 100;
  rules_.patience = 2;
  CountingStage stage({1, 5, 3, 4});
  ASSERT_EQ(Run(&stage), absl::OkStatus());
  EXPECT_THAT(stage.validated, ElementsAre(2, 4, 6, 8));
  EXPECT_TRUE(stage.finished);
}

TEST_F(RunLoopTest, ARunThatStopsForItsTimeHasSavedWhatItStopsWith) {
  rules_.updates = 1'000'000;
  rules_.validation_every = 1'000'000;
  request_.minutes = 1e-3;
  // The time is over while the first update is reported, after it was decided not to save it.
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  request_.report = [end](const TrainProgress&) {
    while (std::chrono::steady_clock::now() < end) {
    }
  };
  CountingStage stage;
  ASSERT_EQ(Run(&stage), absl::OkStatus());
  EXPECT_EQ(Saved(), std::to_string(stage.state().updates));
}

TEST_F(RunLoopTest, ResumesWhereItWasSavedAndRefusesToOverwrite) {
  CountingStage first, second, third;
  rules_.updates = 3;
  ASSERT_EQ(Run(&first), absl::OkStatus());
  EXPECT_EQ(Run(&second).code(), absl::StatusCode::kFailedPrecondition);
  request_.resume = true;
  rules_.updates = 6;
  ASSERT_EQ(Run(&third), absl::OkStatus());
  EXPECT_THAT(third.validated, ElementsAre(4, 6));
}

TEST_F(RunLoopTest, WritesMetricsAfterEveryUpdateWhereAsked) {
  rules_.metrics_after_every_update = true;
  std::vector<std::string> seen;
  request_.report = [&](const TrainProgress&) {
    seen.push_back(neural::ReadWholeFile(request_.out + "/metrics.csv").value());
  };
  rules_.updates = 3;
  CountingStage stage;
  ASSERT_EQ(Run(&stage), absl::OkStatus());
  EXPECT_THAT(seen, ElementsAre("1\n", "1\n2\n", "1\n2\n3\n"));
}

}  // namespace
}  // namespace rhumb::training
