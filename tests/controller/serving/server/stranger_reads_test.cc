#include "controller/serving/server/stranger_reads.h"

#include <gtest/gtest.h>

#include <vector>

namespace rhumb {
namespace {

TEST(StrangerReadsTest, BeyondThePlacesTheOneThatCameFirstMakesRoom) {
  StrangerReads reads(2);
  std::vector<int> given_up;
  const auto begin = [&](int who) {
    return reads.Begin([&given_up, who] { given_up.push_back(who); });
  };
  begin(1);
  const uint64_t second = begin(2);
  EXPECT_TRUE(given_up.empty());
  begin(3);
  EXPECT_EQ(given_up, std::vector<int>{1});
  reads.Done(second);
  begin(4);
  EXPECT_EQ(given_up, std::vector<int>{1});
  begin(5);
  EXPECT_EQ(given_up, (std::vector<int>{1, 3}));
}

TEST(StrangerReadsTest, WhoIsDoneIsNotGivenUp) {
  StrangerReads reads(1);
  bool given_up = false;
  const uint64_t first = reads.Begin([&] { given_up = true; });
  reads.Done(first);
  reads.Done(first);  // a call is done with it again when it ends
  reads.Begin([] {});
  EXPECT_FALSE(given_up);
}

}  // namespace
}  // namespace rhumb
