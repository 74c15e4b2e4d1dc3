#include "topologies/formats/units.h"

#include <gtest/gtest.h>

namespace rhumb {
namespace {

TEST(UnitsTest, ReadsRatesAsPeopleWriteThem) {
  EXPECT_EQ(ParseRate("100G").value(), 100e9);
  EXPECT_EQ(ParseRate("2.5 Gbit/s").value(), 2.5e9);
  EXPECT_EQ(ParseRate(" 155Mbps ").value(), 155e6);
  EXPECT_EQ(ParseRate("10 Gb/s").value(), 10e9);
  EXPECT_EQ(ParseRate("64 kbps").value(), 64e3);
  EXPECT_EQ(ParseRate("1 MBITPERSEC").value(), 1e6);
  EXPECT_EQ(ParseRate("1e9").value(), 1e9);
  EXPECT_EQ(ParseRate("1e3k").value(), 1e6);
  EXPECT_EQ(ParseRate("0").value(), 0);
}

TEST(UnitsTest, RefusesWhatIsNotARateAndQuotesIt) {
  for (const char* text : {"", "fast", "-1G", "nan", "inf", "1e400", "0x10", "10 GB/s",
                           "10 Gbyte/s", "G", "10 G G", "1,5G"}) {
    const auto rate = ParseRate(text);
    ASSERT_FALSE(rate.ok()) << text;
    EXPECT_NE(rate.status().message().find(text), absl::string_view::npos);
  }
}

TEST(UnitsTest, FormatsRatesWithTheLargestPrefix) {
  EXPECT_EQ(FormatRate(100e9), "100 Gbit/s");
  EXPECT_EQ(FormatRate(2.48832e9), "2.48832 Gbit/s");
  EXPECT_EQ(FormatRate(999), "999 bit/s");
  EXPECT_EQ(FormatRate(1.5e12), "1.5 Tbit/s");
  EXPECT_EQ(FormatRate(0), "0 bit/s");
}

TEST(UnitsTest, ReadsTimesWithAUnitOnly) {
  EXPECT_EQ(ParseDuration("5m").value(), absl::Minutes(5));
  EXPECT_EQ(ParseDuration("15 min").value(), absl::Minutes(15));
  EXPECT_EQ(ParseDuration("300s").value(), absl::Seconds(300));
  EXPECT_EQ(ParseDuration("1 day").value(), absl::Hours(24));
  EXPECT_EQ(ParseDuration("1h30m").value(), absl::Minutes(90));
  EXPECT_EQ(ParseDuration("2.5 ms").value(), absl::Microseconds(2500));
  EXPECT_EQ(ParseDuration("2 hours").value(), absl::Hours(2));
  for (const char* text :
       {"", "5", "-5m", "inf", "five minutes", "1e300 d", "101 years", "40000 days"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(UnitsTest, ReadsPlainNumbersOnly) {
  EXPECT_EQ(ParseNumber(" -1.5e3 ").value(), -1500);
  for (const char* text : {"", "1 2", "nan", "inf", "1e999", "0x1", "1G", "1,5"}) {
    EXPECT_FALSE(ParseNumber(text).ok()) << text;
  }
}

}  // namespace
}  // namespace rhumb
