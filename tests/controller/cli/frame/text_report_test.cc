#include "controller/cli/frame/text_report.h"

#include <gtest/gtest.h>

namespace rhumb {
namespace {

TEST(TextTableTest, AlignsNumbersToTheRightAndTextToTheLeft) {
  TextTable table({"name", "links"});
  table.AddRow({"a", "5"});
  table.AddRow({"Zürich", "120"});
  EXPECT_EQ(table.Text(1),
            " name    links\n"
            " a           5\n"
            " Zürich    120\n");
}

TEST(LabelledLineTest, BreaksLongTextUnderItsLabel) {
  const std::string word(30, 'x');
  EXPECT_EQ(LabelledLine("label", word + " " + word + " " + word),
            "  label           " + word + " " + word + "\n" + std::string(18, ' ') + word + "\n");
}

TEST(LabelledLineTest, EndsWithoutBlankWhenThereIsNothingToSay) {
  EXPECT_EQ(LabelledLine("label", ""), "  label\n");
}

TEST(BarTest, CountsEighthsAndShowsTheSmallestShare) {
  EXPECT_EQ(Bar(0, 4), "");
  EXPECT_EQ(Bar(0.0001, 4), "▏");
  EXPECT_EQ(Bar(0.5, 4), "██");
  EXPECT_EQ(Bar(0.375, 4), "█▌");
  EXPECT_EQ(Bar(7, 4), "████");
}

TEST(SparklineTest, AveragesGroupsAndScalesFromZero) {
  EXPECT_EQ(Sparkline(std::vector<double>{0, 4, 8}, 10), "▁▅█");
  EXPECT_EQ(Sparkline(std::vector<double>{0, 0, 8, 8}, 2), "▁█");
  EXPECT_EQ(Sparkline(std::vector<double>{0, 0}, 5), "▁▁");
  EXPECT_EQ(Sparkline({}, 5), "");
}

TEST(ShortListTest, SaysHowManyMore) {
  EXPECT_EQ(ShortList({"a", "b", "c"}, 3), "a, b, c");
  EXPECT_EQ(ShortList({"a", "b", "c"}, 2), "a, b and 1 more");
  EXPECT_EQ(ShortList({}, 2), "");
}

}  // namespace
}  // namespace rhumb
