#include "topologies/formats/npy_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/numpy_files.h"
#include "topologies/formats/file_io.h"
#include "topologies/formats/loader.h"
#include "topologies/formats/native_json.h"

namespace rhumb {
namespace {

using testing::Bytes;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Npy;
using testing::StoredZip;

// Every stack is read from the file, however small.
LoadOptions Streamed() {
  LoadOptions options;
  options.streamed_from_bytes = 0;
  return options;
}

std::string Write(const std::string& name, absl::string_view bytes) {
  const std::string path = ::testing::TempDir() + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

// Three matrices of two nodes in Mbit/s, the second empty, the last with a demand of a node to
// itself.
std::string ThreeMatrices() {
  return Npy("<f4", "(3, 2, 2)", Bytes<float>({0, 1, 2, 0, 0, 0, 0, 0, 9, 5, 6, 0}));
}

std::string Refusal(const std::string& path, const LoadOptions& options = Streamed()) {
  const auto loaded = OpenTraffic(path, options);
  return loaded.ok() ? "was read" : std::string(loaded.status().message());
}

void ExpectSameTraffic(const TrafficStream& stream, const TrafficSeries& series) {
  EXPECT_EQ(stream.name(), series.name());
  EXPECT_EQ(stream.node_names(), series.node_names());
  EXPECT_EQ(stream.interval(), series.interval());
  ASSERT_EQ(stream.size(), series.size());
  for (int i = 0; i < series.size(); ++i) {
    EXPECT_EQ(stream.time(i), series[i].time);
    EXPECT_EQ(stream.total_bps(i), series.demands(i).total_bps());
    EXPECT_EQ(**stream.Read(i), series.demands(i));
  }
}

TEST(NpyStreamTest, MatricesAndNotesEqualThoseOfTheFileReadWhole) {
  for (const auto& [name, bytes] :
       {std::pair("a.npy", ThreeMatrices()),
        std::pair("b.npy",
                  Npy(">i2", "(2, 4)", std::string("\0\0\0\1\0\2\0\0\0\0\1\0\0\3\0\0", 16))),
        std::pair(
            "c.npz",
            StoredZip({{"nodes.npy", Npy("<U2", "(2,)", Bytes<uint32_t>({'A', 0, 'b', 'c'}))},
                       {"tm.npy", ThreeMatrices()},
                       {"time.npy",
                        Npy("<i8", "(3,)", Bytes<int64_t>({1711845000, 1711843200, 1711844100}))},
                       {"readme.txt", "hello"},
                       {"seed.npy", Npy("<i8", "()", Bytes<int64_t>({3}))}}))}) {
    const std::string path = Write(name, bytes);
    const auto whole = LoadTraffic(path);
    ASSERT_TRUE(whole.ok()) << whole.status();

    const auto streamed = OpenTraffic(path, Streamed());

    ASSERT_TRUE(streamed.ok()) << streamed.status();
    ExpectSameTraffic(streamed->value, whole->value);
    EXPECT_EQ(streamed->report.format, whole->report.format);
    EXPECT_EQ(streamed->report.notes, whole->report.notes);
  }
}

TEST(NpyStreamTest, LeavesOutSuspectMatricesOnRequest) {
  std::string numbers, times;
  for (int t = 0; t < 24; ++t) {
    numbers += Bytes<double>({0, t == 7 ? 100. : 1., 0, 0});
    times += Bytes<int64_t>({1711843200 + 3600 * t});
  }
  const std::string path =
      Write("suspect.npz", StoredZip({{"tm.npy", Npy("<f8", "(24, 2, 2)", numbers)},
                                      {"time.npy", Npy("<i8", "(24,)", times)}}));
  LoadOptions options = Streamed();
  options.drop_suspect = true;

  const auto kept = OpenTraffic(path, Streamed()), dropped = OpenTraffic(path, options);

  EXPECT_EQ(kept->value.size(), 24);
  EXPECT_EQ(dropped->value.size(), 23);
  EXPECT_EQ((*dropped->value.Read(7))->rate_bps(0, 1), 1e6);
  EXPECT_THAT(dropped->report.notes, Contains(HasSubstr("left out: 1 (2024-03-31T07:00:00Z")));
}

TEST(NpyStreamTest, LimitsOfMemoryDoNotCountForWhatIsReadFromTheFile) {
  const std::string path = Write("limits.npy", ThreeMatrices());
  LoadOptions options = Streamed();
  options.max_file_bytes = 100;
  options.max_series_bytes = 200;

  EXPECT_EQ(LoadTraffic(path, options).status().code(), absl::StatusCode::kResourceExhausted);
  const auto streamed = OpenTraffic(path, options);
  ASSERT_TRUE(streamed.ok()) << streamed.status();
  EXPECT_EQ(streamed->value.size(), 2);
}

TEST(NpyStreamTest, RatesBeyondTheBoundsAreRefusedLikeThoseOfAFileReadWhole) {
  for (const double rate : {-1., std::nan(""), HUGE_VAL, 1e10}) {
    const std::string path =
        Write("bounds.npy", Npy("<f8", "(2, 2, 2)", Bytes<double>({0, 1, 2, 0, 0, 1, rate, 0})));
    EXPECT_EQ(Refusal(path), LoadTraffic(path).status().message());
    EXPECT_THAT(Refusal(path), HasSubstr("bounds.npy:2: demand 1>0 has the rate"));
  }
}

TEST(NpyStreamTest, WhatChangesUnderTheReaderIsAnErrorNotAnotherNumber) {
  const std::string path = Write("changed.npy", ThreeMatrices());
  const auto streamed = OpenTraffic(path, Streamed());
  ASSERT_TRUE(streamed.ok()) << streamed.status();
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(-8, std::ios::end);
  file << Bytes<float>({-6, 0});
  file.close();
  EXPECT_EQ(streamed->value.Read(1).status().code(), absl::StatusCode::kDataLoss);
  Write("changed.npy", "short");
  EXPECT_EQ(streamed->value.Read(0).status().code(), absl::StatusCode::kDataLoss);
}

TEST(NpyStreamTest, WhatCannotBeReadInPartsIsNamedWithTheCommandThatRewritesIt) {
  LoadOptions options = Streamed();
  options.max_series_bytes = 100;
  EXPECT_THAT(Refusal(Write("columns.npy", Npy("<i1", "(3, 2, 2)", std::string(12, '\1'), "True")),
                      options),
              HasSubstr("open_memmap"));
  // One matrix in Fortran's order is one behind the other all the same.
  const std::string one =
      Write("one.npy", Npy("<i4", "(2, 2)", Bytes<int32_t>({0, 5, 7, 0}), "True"));
  ExpectSameTraffic(OpenTraffic(one, Streamed())->value, LoadTraffic(one)->value);

  std::string packed = StoredZip({{"tm.npy", ThreeMatrices()}});
  for (const char* head : {"PK\x01\x02", "PK\x03\x04"}) {
    packed[packed.find(head) + (head[2] == 1 ? 10 : 8)] = 8;  // the method: deflated
  }
  options.max_file_bytes = 100;
  EXPECT_THAT(Refusal(Write("packed.npz", packed), options), HasSubstr("unzip "));
}

TEST(NpyStreamTest, DamagedArchivesAreRefused) {
  const std::string archive =
      StoredZip({{"nodes.npy", Npy("<U1", "(2,)", Bytes<uint32_t>({'A', 'b'}))},
                 {"tm.npy", ThreeMatrices()}});
  EXPECT_EQ(Refusal(Write("whole.npz", archive)), "was read");
  // A digit of a name, a rate, and the rounding of one.
  for (const size_t at : {archive.find(Bytes<uint32_t>({'A', 'b'})),
                          archive.find(Bytes<float>({9})), archive.find(Bytes<float>({5}))}) {
    ASSERT_NE(at, std::string::npos);
    std::string damaged = archive;
    damaged[at] ^= 1;
    EXPECT_THAT(Refusal(Write("damaged.npz", damaged)), HasSubstr("damaged")) << at;
    EXPECT_FALSE(LoadTraffic(Write("damaged.npz", damaged)).ok()) << at;
  }
}

// Changes what the directory says of its entry number `entry`: who made it, and its attributes
// there.
std::string WithAttributes(std::string archive, int entry, char system, uint32_t attributes) {
  size_t at = archive.find("PK\x01\x02");
  for (int i = 0; i < entry; ++i) at = archive.find("PK\x01\x02", at + 1);
  archive[at + 5] = system;
  for (int i = 0; i < 4; ++i) archive[at + 38 + i] = static_cast<char>(attributes >> (8 * i) & 255);
  return archive;
}

TEST(NpyStreamTest, MembersThatTheirHeadsSayArePackedOtherwiseAreRefused) {
  const std::string archive = StoredZip({{"tm.npy", ThreeMatrices()}});
  for (const auto& [at, value] : std::vector<std::pair<size_t, char>>{{6, 1}, {6, 64}, {8, 21}}) {
    std::string other = archive;
    other[archive.find("PK\x03\x04") + at] = value;  // encrypted in two ways; a method
    const std::string path = Write("otherwise.npz", other);
    EXPECT_NE(Refusal(path), "was read") << at << " " << static_cast<int>(value);
    EXPECT_FALSE(LoadTraffic(path).ok()) << at << " " << static_cast<int>(value);
  }
}

TEST(NpyStreamTest, ArchivesWithBytesBetweenDirectoryAndEndAreRefused) {
  std::string archive = StoredZip({{"tm.npy", ThreeMatrices()}});
  archive.insert(archive.find("PK\x05\x06"), "more");
  EXPECT_NE(Refusal(Write("between.npz", archive)), "was read");
}

TEST(NpyStreamTest, MembersThatAreNoFilesAreRefusedAndDirectoriesLeftOut) {
  const std::string archive =
      StoredZip({{"tm.npy", ThreeMatrices()},
                 {"nodes.npy", Npy("<U1", "(2,)", Bytes<uint32_t>({'A', 'b'}))}});
  constexpr char kDos = 0, kUnix = 3;
  for (const uint32_t mode : {0120777U, 020600U}) {  // a link, a device
    const std::string path = Write("no-file.npz", WithAttributes(archive, 1, kUnix, mode << 16));
    EXPECT_THAT(Refusal(path), HasSubstr("member \"nodes.npy\" is a link or a device"));
    EXPECT_THAT(LoadTraffic(path).status().message(), HasSubstr("is a link or a device"));
  }
  for (const auto& [system, attributes] :
       std::vector<std::pair<char, uint32_t>>{{kUnix, 040755U << 16},
                                              {kDos, 0x10U},
                                              {kUnix, 0100644U << 16},
                                              {kUnix, 010644U << 16}}) {
    const std::string path = Write("directory.npz", WithAttributes(archive, 1, system, attributes));
    const auto whole = LoadTraffic(path);
    ASSERT_TRUE(whole.ok()) << whole.status();
    const auto stream = OpenTraffic(path, Streamed());
    ASSERT_TRUE(stream.ok()) << stream.status();
    ExpectSameTraffic(stream->value, whole->value);
    EXPECT_EQ(stream->value.node_names(), whole->value.node_names()) << attributes;
  }
}

TEST(NpyStreamTest, TornArchivesAreRefused) {
  const std::string archive = StoredZip({{"tm.npy", ThreeMatrices()}});
  for (size_t size = 0; size < archive.size(); ++size) {
    EXPECT_NE(Refusal(Write("torn.npz", archive.substr(0, size))), "was read") << size;
  }
}

TEST(NpyStreamTest, TrafficIsWrittenInPartsAsItIsWrittenWhole) {
  const std::string path = Write("convert.npy", ThreeMatrices());
  const TrafficSeries series = LoadTraffic(path)->value;
  const std::string written = ::testing::TempDir() + "written.json.gz";

  const auto bytes = SaveTraffic(OpenTraffic(path, Streamed())->value, written, {});

  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const std::string text = *Gunzip(*ReadWholeFile(written, 1 << 20), 1 << 20);
  EXPECT_EQ(text, *WriteNativeTraffic(series));
  EXPECT_EQ(*bytes, static_cast<int64_t>(text.size()));
  // With an origin and without matrices too.
  for (const auto& other : {TrafficSeries::Create("o", {"A", "\"b\""}, absl::Minutes(5),
                                                  {{{}, TrafficMatrix(2)}}, "us"),
                            TrafficSeries::Create("n", {"A"}, absl::Seconds(1), {})}) {
    std::string parts;
    const absl::Status status = WriteNativeTraffic(TrafficStream(*other), {}, [&](auto part) {
      absl::StrAppend(&parts, part);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(parts, *WriteNativeTraffic(*other));
  }
}

TEST(NpyStreamTest, AFileThatCannotBeFinishedLeavesNothing) {
  const std::string path = Write("lost.npy", ThreeMatrices());
  const auto streamed = OpenTraffic(path, Streamed());
  Write("lost.npy", "short");
  const std::string out = ::testing::TempDir() + "unfinished.json";
  EXPECT_FALSE(SaveTraffic(streamed->value, out, {}).ok());
  EXPECT_FALSE(std::ifstream(out).good());
}

}  // namespace
}  // namespace rhumb
