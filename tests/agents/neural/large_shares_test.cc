#include "agents/neural/large_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace rhumb::neural {
namespace {

using ::testing::FloatNear;
using ::testing::Pointwise;

// Two pairs, of five paths and of one.
PathGraph FiveAndOne() {
  PathGraph graph;
  graph.pairs.resize(2);
  graph.path_begin = {0, 5, 6};
  return graph;
}

auto Near(const std::vector<float>& shares) { return Pointwise(FloatNear(1e-6F), shares); }

std::vector<float> Kept(int max_paths, float min_share, std::vector<float> shares) {
  KeepLargeShares(FiveAndOne(), max_paths, min_share, absl::MakeSpan(shares));
  return shares;
}

TEST(LargeSharesTest, KeepsTheLargestInProportion) {
  EXPECT_THAT(Kept(2, 0, {0.1F, 0.4F, 0.2F, 0.25F, 0.05F, 1}),
              Near({0, 0.4F / 0.65F, 0, 0.25F / 0.65F, 0, 1}));
}

TEST(LargeSharesTest, NothingThatStaysIsBelowTheLeastShareOfWhatStays) {
  // 0.12 is enough of all, but not of what is left without the two smallest.
  EXPECT_THAT(Kept(5, 0.125F, {0.6F, 0.12F, 0.04F, 0.04F, 0.2F, 1}),
              Near({0.6F / 0.92F, 0.12F / 0.92F, 0, 0, 0.2F / 0.92F, 1}));
  EXPECT_THAT(Kept(5, 0.14F, {0.6F, 0.12F, 0.04F, 0.04F, 0.2F, 1}),
              Near({0.75F, 0, 0, 0, 0.25F, 1}));
}

TEST(LargeSharesTest, TheLargestStaysWhateverIsAskedFor) {
  EXPECT_THAT(Kept(1, 0.5F, {0.2F, 0.2F, 0.2F, 0.2F, 0.2F, 1}), Near({1, 0, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace rhumb::neural
