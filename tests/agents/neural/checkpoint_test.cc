#include "agents/neural/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <limits>

#include "agents/neural/feedback.h"
#include "agents/neural/network_shape.h"

namespace rhumb::neural {
namespace {

using ::testing::HasSubstr;

Checkpoint Sample() {
  Checkpoint checkpoint;
  checkpoint.about = {{"config", "[network]\niterations = 8\n"}, {"seed", "7"}};
  for (int i = 0; i < NumWeights(); ++i) checkpoint.weights.push_back(0.5F * static_cast<float>(i));
  return checkpoint;
}

std::string TemporaryFile(const std::string& name) {
  return (std::filesystem::temp_directory_path() / (name + std::to_string(getpid()))).string();
}

void ExpectRefused(const std::string& bytes, absl::StatusCode code, const std::string& reason) {
  const absl::StatusOr<Checkpoint> parsed = ParseCheckpoint(bytes, "a.ckpt");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.status().code(), code) << parsed.status();
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("a.ckpt"));
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(reason));
}

TEST(CheckpointTest, SurvivesTheWayToAFileAndBack) {
  const std::string path = TemporaryFile("rhumb-checkpoint-");
  const Checkpoint checkpoint = Sample();
  ASSERT_TRUE(SaveCheckpoint(checkpoint, path).ok());
  const absl::StatusOr<Checkpoint> loaded = LoadCheckpoint(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->weights, checkpoint.weights);
  EXPECT_EQ(loaded->about, checkpoint.about);
}

TEST(CheckpointTest, TellsWeightsForPacketsFromThoseForTheMlu) {
  Checkpoint checkpoint = Sample();
  EXPECT_EQ(ParseCheckpoint(SerializeCheckpoint(checkpoint), "a.ckpt")->scale, LoadScale::kOverMlu);
  checkpoint.scale = LoadScale::kOverCapacity;
  const std::string bytes = SerializeCheckpoint(checkpoint);
  const absl::StatusOr<Checkpoint> parsed = ParseCheckpoint(bytes, "a.ckpt");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->scale, LoadScale::kOverCapacity);
  EXPECT_EQ(parsed->weights, checkpoint.weights);
  for (size_t size = bytes.size() - 20; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseCheckpoint(absl::string_view(bytes).substr(0, size), "a.ckpt").ok()) << size;
  }
}

TEST(CheckpointTest, KeepsWhatAnAgentMakesOfFeedback) {
  Checkpoint checkpoint = Sample();
  checkpoint.scale = LoadScale::kOverCapacity;
  for (int i = 0; i < NumFeedbackWeights(); ++i) {
    checkpoint.feedback.push_back(-0.25F * static_cast<float>(i));
  }
  const absl::StatusOr<Checkpoint> parsed =
      ParseCheckpoint(SerializeCheckpoint(checkpoint), "a.ckpt");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->scale, LoadScale::kOverCapacity);
  EXPECT_EQ(parsed->feedback, checkpoint.feedback);
  EXPECT_EQ(static_cast<int>(parsed->NetworkWeights().size()), NumWeights() + NumFeedbackWeights());
  EXPECT_EQ(parsed->NetworkWeights().back(), checkpoint.feedback.back());
  checkpoint.feedback.pop_back();
  ExpectRefused(SerializeCheckpoint(checkpoint), absl::StatusCode::kDataLoss,
                "weights for feedback");
}

TEST(CheckpointTest, RefusesAFileCutOffAnywhere) {
  const std::string bytes = SerializeCheckpoint(Sample());
  for (size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 997) {
    EXPECT_FALSE(ParseCheckpoint(absl::string_view(bytes).substr(0, size), "a.ckpt").ok()) << size;
  }
  ExpectRefused(bytes.substr(0, bytes.size() / 2), absl::StatusCode::kDataLoss, "torn");
}

TEST(CheckpointTest, RefusesEveryFlippedBit) {
  const std::string bytes = SerializeCheckpoint(Sample());
  for (size_t at = 0; at < bytes.size(); at += at < 200 ? 1 : 211) {
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 4);
    EXPECT_FALSE(ParseCheckpoint(altered, "a.ckpt").ok()) << at;
  }
  std::string altered = bytes;
  altered[bytes.size() / 2] ^= 1;
  ExpectRefused(altered, absl::StatusCode::kDataLoss, "checksum");
}

TEST(CheckpointTest, RefusesAForeignFile) {
  ExpectRefused("{\"nodes\": []}", absl::StatusCode::kInvalidArgument, "not a checkpoint");
  ExpectRefused("", absl::StatusCode::kInvalidArgument, "not a checkpoint");
}

TEST(CheckpointTest, RefusesANewerFormat) {
  std::string bytes = SerializeCheckpoint(Sample());
  const uint32_t newer = 99;
  std::memcpy(&bytes[8], &newer, sizeof(newer));
  ExpectRefused(bytes, absl::StatusCode::kFailedPrecondition, "newer");
}

TEST(CheckpointTest, RefusesWeightsThatAreNotNumbersOrOfAnotherCount) {
  Checkpoint checkpoint = Sample();
  checkpoint.weights[3] = std::numeric_limits<float>::quiet_NaN();
  ExpectRefused(SerializeCheckpoint(checkpoint), absl::StatusCode::kDataLoss, "not finite");
  checkpoint.weights.resize(5);
  ExpectRefused(SerializeCheckpoint(checkpoint), absl::StatusCode::kDataLoss, "5 weights");
}

TEST(CheckpointTest, ReplacesAFileAsAWholeAndLeavesNothingBehind) {
  const std::string directory = TemporaryFile("rhumb-checkpoints-");
  std::filesystem::create_directory(directory);
  const std::string path = directory + "/a.ckpt";
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  ASSERT_TRUE(WriteFileAtomically(path, "new").ok());
  EXPECT_EQ(*ReadWholeFile(path), "new");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
  EXPECT_FALSE(WriteFileAtomically(directory + "/missing/a.ckpt", "x").ok());
  std::filesystem::remove_all(directory);
}

TEST(CheckpointTest, ShipsADefault) {
  const absl::StatusOr<Checkpoint> shipped = DefaultCheckpoint();
  ASSERT_TRUE(shipped.ok()) << shipped.status();
}

}  // namespace
}  // namespace rhumb::neural
