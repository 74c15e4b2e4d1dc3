#include "controller/report/training_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rhumb {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

absl::StatusOr<std::string> Document(const std::string& csv) {
  return TrainingDocument(csv, "run/metrics.csv", "a run", {"rhumb train", "1.2.3", "abc", "", {}});
}

TEST(TrainingDocumentTest, HasEveryRowAndKnowsWhatIsNotThere) {
  const auto text = Document("updates,reward,kl\n0,,0.5\n1,-0.25,nan\n");
  ASSERT_TRUE(text.ok()) << text.status();
  const json all = json::parse(*text);
  EXPECT_EQ(all["schema"], "rhumb.training/1");
  EXPECT_EQ(all["columns"], json({"updates", "reward", "kl"}));
  EXPECT_EQ(all["rows"], json({{0, nullptr, 0.5}, {1, -0.25, nullptr}}));
  EXPECT_EQ(all["provenance"]["version"], "1.2.3");
}

TEST(TrainingDocumentTest, AFaultIsNamedWithItsLine) {
  EXPECT_THAT(std::string(Document("a,b\n1,2\n3\n").status().message()),
              HasSubstr("run/metrics.csv:3: a row of 1 fields under 2 columns"));
  EXPECT_THAT(std::string(Document("a,b\n1,x\n").status().message()),
              HasSubstr("run/metrics.csv:2: column b: \"x\" is no number"));
}

TEST(TrainingDocumentTest, AFileWithoutRowsIsNoTraining) {
  EXPECT_EQ(Document("a,b\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Document("").status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rhumb
