#include "topologies/formats/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/topologies/formats/reading.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::TrafficRefusal;

// "0 1\n2 0\n", packed by the program of that name.
const unsigned char kXz[] = {253, 55,  122, 88,  90,  0,  0,  4,   230, 214, 180, 70,  2,
                             0,   33,  1,   22,  0,   0,  0,  116, 47,  229, 163, 1,   0,
                             7,   48,  32,  49,  10,  50, 32, 48,  10,  0,   217, 64,  81,
                             217, 38,  233, 75,  187, 0,  1,  32,  8,   187, 25,  217, 187,
                             31,  182, 243, 125, 1,   0,  0,  0,   0,   4,   89,  90};
const unsigned char kLzma[] = {93,  0,   0,  128, 0,   255, 255, 255, 255, 255, 255,
                               255, 255, 0,  24,  8,   2,   132, 188, 197, 224, 217,
                               181, 177, 17, 174, 255, 255, 21,  4,   0,   0};
const unsigned char kBzip2[] = {66,  90, 104, 57, 49,  65,  89, 38, 83,  89, 63, 37,  109, 97,  0,
                                0,   2,  216, 0,  0,   16,  64, 0,  112, 0,  32, 0,   33,  131, 65,
                                154, 11, 138, 18, 113, 119, 36, 83, 133, 9,  3,  242, 86,  214, 16};
const unsigned char kZstd[] = {40, 181, 47, 253, 36, 8,  65, 0,  0,   48, 32,
                               49, 10,  50, 32,  48, 10, 37, 11, 171, 98};

template <size_t n>
absl::string_view View(const unsigned char (&bytes)[n]) {
  return {reinterpret_cast<const char*>(bytes), n};
}

const std::vector<absl::string_view>& AllPacked() {
  static const auto& packed =
      *new std::vector<absl::string_view>{View(kXz), View(kLzma), View(kBzip2), View(kZstd)};
  return packed;
}

TEST(ArchiveTest, PackedFilesAreReadAsWhatTheyHold) {
  for (const absl::string_view packed : AllPacked()) {
    const auto loaded = ReadTraffic(packed, "m.txt.xz");
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->value.demands(0).rate_bps(1, 0), 2e6);
    EXPECT_EQ(loaded->value.name(), "m");
  }
}

TEST(ArchiveTest, TornFilesAreRefusedWithTheCommandThatUnpacks) {
  for (const absl::string_view packed : AllPacked()) {
    for (const size_t cut : {packed.size() / 2, packed.size() - 9}) {
      EXPECT_THAT(TrafficRefusal(packed.substr(0, cut)), HasSubstr("the-file")) << cut;
    }
  }
  EXPECT_THAT(TrafficRefusal(AllPacked()[0].substr(0, 40)), HasSubstr("xz -dk the-file"));
}

TEST(ArchiveTest, WhatUnpacksToMoreThanTheLimitIsRefused) {
  LoadOptions options;
  options.max_file_bytes = 5;
  for (const absl::string_view packed : AllPacked()) {
    EXPECT_THAT(TrafficRefusal(packed, options), HasSubstr("limit of 5 bytes"));
  }
}

TEST(ArchiveTest, OtherPackingsAreNamedWithTheCommandThatUnpacks) {
  EXPECT_THAT(TrafficRefusal(absl::string_view("7z\xbc\xaf\x27\x1c\0\4", 8)),
              HasSubstr("7z x the-file"));
  EXPECT_THAT(TrafficRefusal(absl::string_view("Rar!\x1a\7\1", 7)), HasSubstr("unrar x the-file"));
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  EXPECT_THAT(TrafficRefusal(tar), HasSubstr("tar -xf the-file"));
}

}  // namespace
}  // namespace rhumb
