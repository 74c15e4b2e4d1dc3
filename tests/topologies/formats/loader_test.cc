#include "topologies/formats/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/networks.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TopologyRefusal;
using testing::TrafficRefusal;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// A directory of its own for each test.
class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest()
      : directory_(std::filesystem::path(::testing::TempDir()) /
                   ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~LoaderTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return (directory_ / name).string(); }
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name), std::ios::binary) << content;
    return Path(name);
  }

  std::filesystem::path directory_;
};

std::string Matrix(const std::string& time, double value) {
  return absl::StrCat(
      "<network><meta><time>", time,
      "</time><unit>MBITPERSEC</unit></meta><networkStructure><nodes><node id=\"A\"/>"
      "<node id=\"B\"/></nodes></networkStructure><demands><demand id=\"1\"><source>A"
      "</source><target>B</target><demandValue>",
      value, "</demandValue></demand></demands></network>");
}

TEST_F(LoaderTest, TheFormatIsToldFromTheContentWhateverTheName) {
  const std::string path =
      Write("wrong.json",
            "NODES 2\nlabel x y\nA 1 2\nB 3 4\nEDGES 2\nlabel src dest weight bw delay\n"
            "e 0 1 1 5 90000\nf 1 0 1 5 90000\n");
  EXPECT_EQ(LoadTopology(path)->report.format, "Repetita graph");
}

TEST_F(LoaderTest, ADirectoryOfMatricesIsOneSeriesInOrderOfTime) {
  Write("b.xml", Matrix("20040301-0010", 3));
  Write("c.xml", Matrix("20040301-0005", 2));
  Write("d.xml", Matrix("20040301-0015", 0));
  Write("e.xml.gz", Gzip(Matrix("20040301-0020", 5)).value());
  Write("README", "about these files");

  const auto loaded = LoadTraffic(directory_.string());

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->value.size(), 3);
  EXPECT_EQ(loaded->value.demands(0).rate_bps(0, 1), 2e6);
  EXPECT_EQ(loaded->value.demands(2).rate_bps(0, 1), 5e6);
  EXPECT_EQ(loaded->value.interval(), absl::Minutes(5));
  EXPECT_EQ(loaded->report.format, "SNDlib XML, directory");
  EXPECT_THAT(loaded->report.notes, Contains("empty matrices left out: 1 (first: d.xml)"));
  EXPECT_THAT(loaded->report.notes,
              Contains("files that are no traffic skipped: 1 (first: README)"));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("time slots without a matrix: 1")));
}

TEST_F(LoaderTest, ADirectoryWithoutTrafficOrOfTwoNetworksIsRefused) {
  EXPECT_EQ(LoadTraffic(directory_.string()).status().code(), absl::StatusCode::kNotFound);
  Write("a.xml", Matrix("20040301-0000", 1));
  std::string other = Matrix("20040301-0005", 1);
  other.replace(other.find("<node id=\"B\"/>"), 14, "<node id=\"B\"/><node id=\"C\"/>");
  Write("b.xml", other);
  EXPECT_THAT(Message(LoadTraffic(directory_.string()).status()),
              AllOf(HasSubstr("b.xml"), HasSubstr("other nodes")));
}

TEST_F(LoaderTest, MissingFilesAndDirectoriesAreNamed) {
  EXPECT_THAT(Message(LoadTopology(Path("none.json")).status()), HasSubstr("none.json"));
  EXPECT_THAT(Message(LoadTopology(directory_.string()).status()), HasSubstr("is a directory"));
}

TEST_F(LoaderTest, FilesBeyondTheSizeLimitAreRefused) {
  LoadOptions options;
  options.max_file_bytes = 100;
  const std::string path = Write("large.json", std::string(101, ' '));
  EXPECT_EQ(LoadTopology(path, options).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(LoaderTest, AFailedSaveLeavesTheOldFileAndNothingBeside) {
  const std::string path = Path("net.json");
  ASSERT_TRUE(SaveTopology(testing::Diamond(), path).ok());
  std::filesystem::create_directories(Path("taken.json/x"));
  const absl::Status refused = SaveTopology(testing::Diamond(), Path("taken.json"));
  EXPECT_THAT(Message(refused), HasSubstr("taken.json"));
  EXPECT_FALSE(SaveTopology(testing::Diamond(), Path("no/such/directory.json")).ok());
  EXPECT_TRUE(LoadTopology(path).ok());
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    if (entry.is_regular_file()) ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(LoaderTest, UnknownNameListsShippedNamesAndMentionsFiles) {
  ASSERT_TRUE(SaveTopology(testing::Diamond(), Path("gem.topology.json")).ok());
  ::setenv("RHUMB_DATA", directory_.c_str(), 1);
  const auto found = LoadTopology("gem");
  const auto missing = LoadTopology("no-such-net");
  const auto shipped = ShippedTopologies();
  ::unsetenv("RHUMB_DATA");

  EXPECT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(shipped, ElementsAre("gem"));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(missing.status()), AllOf(HasSubstr("file"), HasSubstr("gem")));
}

TEST(GarbageTest, IsRefusedQuicklyAndSaysWhatIsRead) {
  constexpr size_t kBytes = 100 << 20;
  std::string noise(1 << 20, '\0');
  unsigned state = 1;
  for (char& c : noise) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  std::string binary;
  while (binary.size() < kBytes) binary += noise;
  EXPECT_THAT(TopologyRefusal(binary), AllOf(HasSubstr("not text"), HasSubstr("native JSON")));
  EXPECT_THAT(TrafficRefusal(binary), AllOf(HasSubstr("not text"), HasSubstr("wide CSV")));
  const std::string utf16("\xff\xfe<\0g\0r\0a\0p\0h\0", 14);
  EXPECT_THAT(TopologyRefusal(utf16), HasSubstr("UTF-16; convert it"));
  for (char filler : {'x', '<', '{', '[', '"', ' ', '\n', '(', '0'}) {
    for (const char* start : {"", "{\"nodes\": ", "<graphml>", "<network>", "NODES 5\nlabel x y\n",
                              "?SNDlib native\nNODES (\n", "# unit: Mbit/s\ntime,A>B\n"}) {
      std::string garbage = start;
      garbage.resize(kBytes / 200, filler);
      EXPECT_NE(TopologyRefusal(garbage), "(accepted)") << start << filler;
      EXPECT_NE(TrafficRefusal(garbage), "(accepted)") << start << filler;
    }
  }
}

}  // namespace
}  // namespace rhumb
