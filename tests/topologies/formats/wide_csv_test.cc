#include "topologies/formats/wide_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/screening.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Fault;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TrafficRefusal;

constexpr char kSeries[] = R"(# network: Test
# unit: Mbit/s mean over 5 min (someone's units)
# source: someone
time,A>B,B>A,A>C
2004-03-01T00:00:00Z,12.5,3,1e-3
2004-03-01T00:05:00Z,0,3,0
)";

TEST(WideCsvTest, ReadsRowsInTheUnitOfTheFile) {
  for (const std::string& text : {std::string(kSeries), testing::WithCarriageReturns(kSeries),
                                  "\xef\xbb\xbf" + std::string(kSeries)}) {
    const auto loaded = ReadTraffic(text, "dir/test.csv");
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->report.format, "wide CSV");
    EXPECT_EQ(loaded->value.name(), "test");
    EXPECT_EQ(loaded->value.origin(), "someone");
    EXPECT_THAT(loaded->value.node_names(), ElementsAre("A", "B", "C"));
    ASSERT_EQ(loaded->value.size(), 2);
    EXPECT_DOUBLE_EQ(loaded->value.demands(0).rate_bps(0, 1), 12.5e6);
    EXPECT_DOUBLE_EQ(loaded->value.demands(0).rate_bps(0, 2), 1e3);
    EXPECT_DOUBLE_EQ(loaded->value.demands(1).rate_bps(1, 0), 3e6);
    EXPECT_EQ(loaded->value.interval(), absl::Minutes(5));
    EXPECT_EQ(*loaded->value[1].time - *loaded->value[0].time, absl::Minutes(5));
    EXPECT_TRUE(loaded->report.notes.empty());
  }
}

TEST(WideCsvTest, TakesTheUsualStepWhereNoIntervalIsSaid) {
  const auto loaded = ReadTraffic(
      "# unit: Gbit/s\ntime,A>B\n2004-03-01 00:00,1\n2004-03-01 00:15,1\n2004-03-01 00:30,1\n"
      "2004-03-01 01:15,1\n",
      "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.interval(), absl::Minutes(15));
  EXPECT_THAT(loaded->report.notes,
              ElementsAre("time slots without a matrix: 2 in 1 gaps (first: after "
                          "2004-03-01T00:30:00Z)"));
}

TEST(WideCsvTest, RunningNumbersAreNoTimes) {
  const auto loaded = ReadTraffic("# unit: bit/s\ntime,A>B\n0,1\n1,2\n", "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_FALSE(loaded->value[0].time.has_value());
  EXPECT_EQ(loaded->value.demands(1).rate_bps(0, 1), 2);
}

TEST(WideCsvTest, EmptyRepeatedUnorderedRowsAndOwnTrafficAreCounted) {
  const auto loaded = ReadTraffic(
      "# unit: Mbit/s\n# suspect: the third row\ntime,A>B,A>A\n"
      "2004-03-01T00:10:00Z,1,5\n2004-03-01T00:00:00Z,2,0\n2004-03-01T00:05:00Z,0,0\n"
      "2004-03-01T00:10:00Z,4,0\n",
      "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->value.size(), 2);
  EXPECT_EQ(loaded->value.demands(0).rate_bps(0, 1), 2e6);
  EXPECT_EQ(loaded->value.demands(1).rate_bps(0, 1), 1e6);
  EXPECT_THAT(
      loaded->report.notes,
      ElementsAre(HasSubstr("the third row"), HasSubstr("of a node to itself left out: 1"),
                  HasSubstr("were sorted"), HasSubstr("of a time that occurred before left out: 1"),
                  "empty matrices left out: 1 (first: 2004-03-01T00:05:00Z)",
                  // The stamps are 5 min apart, of which the empty one is missing now.
                  HasSubstr("time slots without a matrix: 1")));
}

class WideCsvFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(WideCsvFaultTest, IsRefusedWithFileAndReason) {
  EXPECT_THAT(TrafficRefusal(GetParam().content),
              AllOf(HasSubstr("the-file"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    All, WideCsvFaultTest,
    ::testing::Values(
        Fault{"NoUnit", "time,A>B\n0,1\n", "the-file:1: no line \"# unit"},
        Fault{"OddUnit", "# unit: apples\ntime,A>B\n0,1\n", "the-file:1: the unit \"apples\""},
        Fault{"NoRows", "# unit: Mbit/s\ntime,A>B\n", "no traffic matrix"},
        Fault{"CutShort", "# unit: Mbit/s\ntime,A>B,B>A\n0,1,2\n1,1",
              "the-file:4: the row has 1 values"},
        Fault{"TooLong", "# unit: Mbit/s\ntime,A>B\n0,1,2,3\n", "the-file:3: the row has 3 values"},
        Fault{"NoNumber", "# unit: Mbit/s\ntime,A>B\n0,x\n", "column 2 (A>B) is \"x\""},
        Fault{"EmptyCell", "# unit: Mbit/s\ntime,A>B,B>A\n0,,1\n", "column 2 (A>B) is \"\""},
        Fault{"Nan", "# unit: Mbit/s\ntime,A>B\n0,nan\n",
              "the-file:3: demand A>B has the rate nan"},
        Fault{"Infinite", "# unit: Mbit/s\ntime,A>B\n0,1e400\n",
              "the-file:3: demand A>B has the rate inf"},
        Fault{"Negative", "# unit: Mbit/s\ntime,A>B\n0,-3\n",
              "the-file:3: demand A>B has the rate -3e+06"},
        Fault{"BadTime", "# unit: Mbit/s\ntime,A>B\nnoon,1\n", "\"noon\" is no time"},
        Fault{"TimeBeyondCalendars", "# unit: Mbit/s\ntime,A>B\n20040-03-01,1\n",
              "outside the years"},
        Fault{"HalfTimed", "# unit: Mbit/s\ntime,A>B\n2004-03-01,1\n2,1\n",
              "the-file:4: the time is a running number but that of line 3 is a calendar time"},
        Fault{"NoPair", "# unit: Mbit/s\ntime,A\n0,1\n", "column 2 is \"A\""},
        Fault{"RepeatedColumn", "# unit: Mbit/s\ntime,A>B,A>B\n0,1,1\n", "occurs twice"},
        Fault{"EmptyName", "# unit: Mbit/s\ntime,A>\n0,1\n", "empty name"},
        Fault{"ATopology", "NODES 1\nlabel x y\n",
              "this is a topology (Repetita graph), not traffic"}),
    [](const auto& info) { return info.param.name; });

TEST(WideCsvTest, RefusesMatricesBeyondTheMemoryLimit) {
  LoadOptions options;
  options.max_series_bytes = 300;  // one matrix of three nodes, not two
  EXPECT_THAT(TrafficRefusal(kSeries, options), HasSubstr("the-file:6: 2 matrices"));
}

// Two days of hourly matrices of 10 Gbit/s with a daily swing of a third, and some values put in by
// hand.
std::string TwoDays(const std::vector<std::pair<int, double>>& changes) {
  std::string text = "# unit: Gbit/s\ntime,A>B\n";
  for (int hour = 0; hour < 48; ++hour) {
    double rate = 10 + (hour % 24 < 12 ? 3 : -3);
    for (const auto& [at, value] : changes) {
      if (at == hour) rate = value;
    }
    absl::StrAppend(&text, "2005-05-", hour < 24 ? "04T" : "05T", hour % 24 < 10 ? "0" : "",
                    hour % 24, ":00:00Z,", rate, "\n");
  }
  return text;
}

TEST(ScreeningTest, FindsTotalsFarFromTheMedianOfTheirDay) {
  // The median is 7 or 13: 75,000 and 2 are outside 0.4 to 2.5 times either, 17 and 5.5 inside.
  const std::string text = TwoDays({{0, 2}, {10, 75000}, {20, 17}, {30, 5.5}});
  const auto kept = ReadTraffic(text, "t");
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->value.size(), 48);
  EXPECT_THAT(SuspectMatrices(kept->value), ElementsAre(0, 10));
  EXPECT_THAT(kept->report.notes, ElementsAre(AllOf(HasSubstr("leaves them out): 2"),
                                                    HasSubstr("2005-05-04T10:00:00Z 75 Tbit/s"))));

  LoadOptions options;
  options.drop_suspect = true;
  const auto dropped = ReadTraffic(text, "t", options);
  ASSERT_TRUE(dropped.ok()) << dropped.status();
  EXPECT_EQ(dropped->value.size(), 46);
  EXPECT_THAT(dropped->report.notes, ElementsAre(HasSubstr("left out: 2")));
}

TEST(ScreeningTest, LeavesASoundSeriesAndShortOnesAlone) {
  EXPECT_TRUE(ReadTraffic(TwoDays({}), "t")->report.notes.empty());
  EXPECT_TRUE(ReadTraffic("# unit: bit/s\ntime,A>B\n2005-05-04,1\n2005-05-05,1000\n", "t")
                  ->report.notes.empty());
}

}  // namespace
}  // namespace rhumb
