// Plain matrices, NumPy's, and the times of tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/networks.h"
#include "tests/topologies/formats/numpy_files.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/npy.h"
#include "topologies/formats/time_stamps.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using testing::Bytes;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Fault;
using ::testing::HasSubstr;
using testing::Npy;
using testing::StoredZip;
using testing::TrafficRefusal;

std::string FormatInstant(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

// Rows at these times, 100 Mbit/s each.
std::string Rows(std::initializer_list<absl::string_view> times) {
  std::string text = "# unit: Mbit/s\ntime,a>b\n";
  for (absl::string_view time : times) absl::StrAppend(&text, time, ",100\n");
  return text;
}

TEST(TimeStampTest, TheIntervalIsWhatTheStampsSayInEveryFormOfTime) {
  const std::vector<std::string> files = {
      Rows({"1711843200", "1711844100", "1711845000"}),
      Rows({"1711843200.0", "1711844100.0", "1711845000.0"}),
      Rows({"1711843200000", "1711844100000", "1711845000000"}),
      Rows({"1711843200000000", "1711844100000000", "1711845000000000"}),
      Rows({"1711843200000000000", "1711844100000000000", "1711845000000000000"}),
      Rows({"2024-03-31T00:00:00Z", "2024-03-31T00:15:00Z", "2024-03-31T00:30:00Z"}),
      Rows({"2024-03-31T02:00:00+02:00", "2024-03-31T02:15:00+02:00", "2024-03-31T02:30:00+02:00"}),
      Rows({"2024-03-30 19:00:00-0500", "2024-03-30 19:15:00-0500", "2024-03-30 19:30:00-0500"}),
      Rows({"2024-03-31 00:00", "2024-03-31 00:15", "2024-03-31 00:30"}),
      Rows({"202403310000", "202403310015", "202403310030"}),
      Rows({"20240331-0000", "20240331-0015", "20240331-0030"}),
  };
  for (const std::string& file : files) {
    const auto loaded = ReadTraffic(file, "t");
    ASSERT_TRUE(loaded.ok()) << loaded.status() << "\n" << file;
    EXPECT_EQ(loaded->value.interval(), absl::Minutes(15)) << file;
    EXPECT_EQ(FormatInstant(*loaded->value[0].time), "2024-03-31T00:00:00Z") << file;
  }
}

TEST(TimeStampTest, OffsetsThatChangeInTheNightOfSummerTimeKeepTheInterval) {
  const auto loaded = ReadTraffic(
      Rows({"2024-03-31T01:45:00+01:00", "2024-03-31T03:00:00+02:00", "2024-03-31T03:15:00+02:00"}),
      "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.interval(), absl::Minutes(15));
}

TEST(TimeStampTest, TimesThatCannotBeToldApartAreRefused) {
  EXPECT_THAT(TrafficRefusal(Rows({"0", "900", "1800"})),
              AllOf(HasSubstr("the-file:4"), HasSubstr("neither calendar times nor a count")));
  EXPECT_THAT(TrafficRefusal(Rows({"1711843200", "1711844100000"})),
              AllOf(HasSubstr("the-file:4"), HasSubstr("Unix milliseconds")));
  EXPECT_THAT(TrafficRefusal(Rows({"2024-03-31T00:00:00Z", "1711844100"})),
              HasSubstr("a calendar time"));
  EXPECT_THAT(TrafficRefusal(Rows({"31/03/2024 00:00"})), HasSubstr("is no time"));
}

TEST(TimeStampTest, SecondsFromTheStartCountWhenTheFileSaysTheInterval) {
  const auto loaded =
      ReadTraffic("# unit: Mbit/s mean over 15 min\ntime,a>b\n0,1\n900,2\n1800,3\n", "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.interval(), absl::Minutes(15));
  EXPECT_FALSE(loaded->value[0].time.has_value());
}

TEST(WideCsvTest, SpreadsheetsOfOtherCountriesAreRead) {
  const auto loaded = ReadTraffic(
      "\xef\xbb\xbf# unit: Mbit/s\r\n\"Time\";\"a>b\";b>c\r\n2024-03-31 00:00:00;100,5;50,1\r\n"
      "2024-03-31 00:15:00;200,25;\"50\"\r\n",
      "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_DOUBLE_EQ(loaded->value.demands(0).rate_bps(0, 1), 100.5e6);
  EXPECT_DOUBLE_EQ(loaded->value.demands(1).rate_bps(1, 2), 50e6);
  EXPECT_EQ(loaded->value.interval(), absl::Minutes(15));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("decimal comma")));
}

TEST(WideCsvTest, DigitsThatMayBeGroupedAreRefused) {
  EXPECT_THAT(TrafficRefusal("# unit: Mbit/s\ntime;a>b\n0;1,000\n1;2,500\n"),
              HasSubstr("\"1,000\" may be one and a fraction or grouped thousands"));
  EXPECT_THAT(TrafficRefusal("# unit: Mbit/s\ntime;a>b\n0;1.000,5\n"), HasSubstr("not a number"));
}

TEST(WideCsvTest, ArrowsAndAUnitFromOutsideWorkToo) {
  LoadOptions options;
  options.unitless_rate_bps = 1e3;
  options.unitless_rate_given = true;
  const auto loaded = ReadTraffic("timestamp,a->b,b->a\n0,1,2\n1,3,4\n", "t", options);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->value.node_names(), ElementsAre("a", "b"));
  EXPECT_EQ(loaded->value.demands(1).rate_bps(1, 0), 4e3);
}

TEST(WideCsvTest, NonsenseIsRefused) {
  EXPECT_THAT(TrafficRefusal("# unit: Mbit/s\ntime,a>b\n0,1e300\n"),
              AllOf(HasSubstr("the-file:3: demand a>b"), HasSubstr("1 Pbit/s")));
}

TEST(MatrixTextTest, ReadsPlainNumbersInAllTheirForms) {
  for (const char* text : {"0 1 2\n3 0 4.5\n5 6 0\n", "0,1,2\n3,0,4.5\n5,6,0\n",
                           "0;1;2\r\n3;0;4,5\r\n5;6;0\r\n", "0\t1\t2\n3\t0\t4.5\n5\t6\t0\n",
                           "\xef\xbb\xbf# a remark\n0, 1, 2,\n3, 0, 4.5,\n5, 6, 0,\n"}) {
    const auto loaded = ReadTraffic(text, "m.txt");
    ASSERT_TRUE(loaded.ok()) << loaded.status() << "\n" << text;
    EXPECT_EQ(loaded->report.format, "matrix text");
    EXPECT_THAT(loaded->value.node_names(), ElementsAre("0", "1", "2"));
    ASSERT_EQ(loaded->value.size(), 1);
    EXPECT_DOUBLE_EQ(loaded->value.demands(0).rate_bps(1, 2), 4.5e6);
    EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("a value of 1 was taken as 1 Mbit/s")));
  }
}

TEST(MatrixTextTest, NamesAboveAndBesideAreTheNodes) {
  for (const char* text :
       {"# unit: Gbit/s\n,A,B\nA,0,1\nB,2,0\n",
        "# unit: Gbit/s\n\"from\";\"A\";\"B\"\n\"A\";0;1\n\"B\";2;0\n",
        "# unit: Gbit/s\nA B\n0 1\n2 0\n", "# unit: Gbit/s\nA B\nA 0 1\nB 2 0\n",
        "# unit: Gbit/s\nA 0 1\nB 2 0\n", "# unit: Gbit/s\n\tA\tB\nA\t0\t1\nB\t2\t0\n"}) {
    const auto loaded = ReadTraffic(text, "m.csv");
    ASSERT_TRUE(loaded.ok()) << loaded.status() << "\n" << text;
    EXPECT_THAT(loaded->value.node_names(), ElementsAre("A", "B")) << text;
    EXPECT_EQ(loaded->value.demands(0).rate_bps(1, 0), 2e9) << text;
  }
}

TEST(MatrixTextTest, OneMatrixALineIsReadInBitsPerSecondAsYatesWritesIt) {
  const auto loaded = ReadTraffic("0.0 500e+6 1 2 0.0 3 4 5 0\n0 1 1 1 0 1 1 1 0\n", "y.txt");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->value.size(), 2);
  EXPECT_EQ(loaded->value.demands(0).rate_bps(0, 1), 500e6);
  EXPECT_EQ(loaded->value.demands(0).rate_bps(2, 0), 4);
}

TEST(MatrixTextTest, TheNetworkGivesItsNamesOrIsRefused) {
  const Topology diamond = testing::Diamond();
  LoadOptions options;
  options.topology = &diamond;
  const auto loaded = ReadTraffic("0 1 1 1\n1 0 1 1\n1 1 0 1\n1 1 7 0\n", "m", options);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->value.node_names(), ElementsAre("A", "B", "C", "D"));
  EXPECT_EQ(loaded->value.demands(0).rate_bps(3, 2), 7e6);
  EXPECT_THAT(TrafficRefusal("0 1 2\n3 0 4\n5 6 0\n", options),
              HasSubstr("matrices of 3 nodes but topology \"diamond\" has 4"));
}

TEST(MatrixTextTest, FourLinesOfFourAreToldByTheirZerosOrRefused) {
  // One matrix of four nodes, or four of two.
  EXPECT_EQ(ReadTraffic("0 1 1 1\n1 0 1 1\n1 1 0 1\n1 1 1 0\n", "m")->value.size(), 1);
  EXPECT_EQ(ReadTraffic("0 1 1 0\n0 2 2 0\n0 3 3 0\n0 4 4 0\n", "m")->value.size(), 4);
  EXPECT_THAT(TrafficRefusal("1 1 1 1\n1 1 1 1\n1 1 1 1\n1 1 1 1\n"),
              HasSubstr("may be one matrix of 4 nodes or 4 matrices of 2 nodes"));
}

class MatrixFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(MatrixFaultTest, IsRefusedWithFileAndReason) {
  EXPECT_THAT(TrafficRefusal(GetParam().content),
              AllOf(HasSubstr("the-file"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    All, MatrixFaultTest,
    ::testing::Values(Fault{"NotSquare", "0 1 2\n3 0 4\n", "neither an N x N"},
                      Fault{"Ragged", "0 1 2\n3 0\n5 6 0\n", "the-file:2: the row has 2 values"},
                      Fault{"Nan", "0 nan\n1 0\n", "the-file:1: demand 0>1 has the rate nan"},
                      Fault{"Negative", "0 -1\n1 0\n", "demand 0>1 has the rate"},
                      Fault{"OtherNames", ",A,B\nB,0,1\nA,2,0\n", "names beside the rows"},
                      Fault{"Text", "0 1\n1 x\n", "not a number"},
                      Fault{"OddUnit", "# unit: apples\n0 1\n1 0\n", "the unit \"apples\""}),
    [](const auto& info) { return info.param.name; });

TEST(NpyTest, ReadsMatricesAndStacksOfAllKindsOfNumbers) {
  const auto square = ReadTraffic(Npy("<f8", "(2, 2)", Bytes<double>({0, 1.5, 2.5, 0})), "a.npy");
  ASSERT_TRUE(square.ok()) << square.status();
  EXPECT_EQ(square->report.format, "NumPy .npy");
  EXPECT_EQ(square->value.demands(0).rate_bps(1, 0), 2.5e6);
  const auto stack =
      ReadTraffic(Npy("<f4", "(2, 2, 2)", Bytes<float>({0, 1, 2, 0, 0, 3, 4, 0})), "a.npy");
  ASSERT_TRUE(stack.ok()) << stack.status();
  ASSERT_EQ(stack->value.size(), 2);
  EXPECT_EQ(stack->value.demands(1).rate_bps(0, 1), 3e6);
  const auto columns =
      ReadTraffic(Npy("<i4", "(2, 2)", Bytes<int32_t>({0, 5, 7, 0}), "True"), "a.npy");
  ASSERT_TRUE(columns.ok()) << columns.status();
  EXPECT_EQ(columns->value.demands(0).rate_bps(0, 1), 7e6);  // the second column's first
  const auto big_endian =
      ReadTraffic(Npy(">u2", "(2, 2)", std::string("\0\0\1\2\0\3\0\0", 8)), "a.npy");
  ASSERT_TRUE(big_endian.ok()) << big_endian.status();
  EXPECT_EQ(big_endian->value.demands(0).rate_bps(0, 1), 258e6);
  const auto flat =
      ReadTraffic(Npy("<i8", "(3, 4)", Bytes<int64_t>({0, 1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 0})), "a");
  ASSERT_TRUE(flat.ok()) << flat.status();
  EXPECT_EQ(flat->value.size(), 3);
  EXPECT_EQ(flat->value.demands(2).rate_bps(1, 0), 6e6);
}

TEST(NpyTest, RefusesObjectsTornArraysAndNonsense) {
  EXPECT_THAT(TrafficRefusal(Npy("|O", "(2, 2)", "\x80\x03]q\x00.")), HasSubstr("not unpickled"));
  EXPECT_THAT(TrafficRefusal(Npy("<f8", "(2, 2)", Bytes<double>({0, 1, 2}))),
              HasSubstr("needs 32 bytes but has 24"));
  EXPECT_THAT(TrafficRefusal(Npy("<f8", "(2, 2)", Bytes<double>({0, -1, 2, 0}))),
              HasSubstr("demand 0>1"));
  EXPECT_THAT(TrafficRefusal(Npy("<f8", "(2, 2)", Bytes<double>({0, std::nan(""), 2, 0}))),
              HasSubstr("nan"));
  EXPECT_THAT(TrafficRefusal(Npy("<f8", "(2, 3)", Bytes<double>({0, 1, 2, 3, 4, 5}))),
              HasSubstr("(2, 3)"));
  EXPECT_THAT(TrafficRefusal(Npy("<c16", "(1, 1)", std::string(16, '\0'))), HasSubstr("c16"));
  EXPECT_THAT(TrafficRefusal(Npy("<f8", "(4000000000, 4000000000)", "")), HasSubstr("too large"));
  EXPECT_THAT(TrafficRefusal(std::string("\x93NUMPY\x01\x00\xff\xff{", 11)),
              HasSubstr("cut short"));
  EXPECT_THAT(testing::TopologyRefusal(Npy("<f8", "(2, 2)", Bytes<double>({0, 1, 2, 0}))),
              HasSubstr("this is traffic (NumPy .npy)"));
}

TEST(NpzTest, MatricesComeWithTheirNamesAndTimes) {
  const std::string names = Npy("<U2", "(2,)", Bytes<uint32_t>({'A', 0, 0xfc, 'b'}));
  const std::string times = Npy("<M8[s]", "(2,)", Bytes<int64_t>({1711843200, 1711844100}));
  const auto loaded = ReadTraffic(
      StoredZip({{"tm.npy", Npy("<f8", "(2, 2, 2)", Bytes<double>({0, 1, 2, 0, 0, 3, 4, 0}))},
                 {"nodes.npy", names},
                 {"when.npy", times},
                 {"seed.npy", Npy("<i8", "()", Bytes<int64_t>({3}))}}),
      "x.npz");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "NumPy .npz");
  EXPECT_THAT(loaded->value.node_names(), ElementsAre("A",
                                                      "\xc3\xbc"
                                                      "b"));
  EXPECT_EQ(loaded->value.interval(), absl::Minutes(15));
  EXPECT_EQ(loaded->value.demands(1).rate_bps(1, 0), 4e6);
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("\"seed\" 1")));
  EXPECT_THAT(
      TrafficRefusal(StoredZip({{"a.npy", Npy("<f8", "(2, 2)", Bytes<double>({0, 1, 2, 0}))},
                                {"b.npy", Npy("<f8", "(2, 2)", Bytes<double>({0, 1, 2, 0}))}})),
      HasSubstr("both \"a\" and \"b\""));
}

TEST(ZipTest, AnArchiveOfOneFileIsThatFile) {
  const auto loaded = ReadTraffic(StoredZip({{"m.txt", "0 1\n2 0\n"}}), "m.zip");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "matrix text");
  EXPECT_THAT(TrafficRefusal(StoredZip({{"m.txt", "0 1\n2 0\n"}, {"n.txt", "x"}})),
              AllOf(HasSubstr("archive of 2 files"), HasSubstr("unzip the-file")));
}

}  // namespace
}  // namespace rhumb
