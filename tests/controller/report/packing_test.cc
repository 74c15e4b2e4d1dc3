#include "controller/report/packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"

namespace rhumb {
namespace {

using ::testing::ElementsAreArray;

// The page's tests read the same file.
nlohmann::json Golden() { return nlohmann::json::parse(std::ifstream(RHUMB_GOLDEN_LOADS)); }

std::string Inflated(const std::string& base64, size_t size) {
  std::string packed;
  EXPECT_TRUE(absl::Base64Unescape(base64, &packed));
  std::string bytes(size + 1, '\0');
  uLongf length = bytes.size();
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length,
                       reinterpret_cast<const Bytef*>(packed.data()), packed.size()),
            Z_OK);
  bytes.resize(length);
  return bytes;
}

TEST(PackingTest, GivesTheGoldenBytes) {
  const nlohmann::json golden = Golden();
  const auto loads = golden["loads"].get<std::vector<uint16_t>>();
  const std::string bytes = DeltaBytes(loads, golden["moments"]);
  const std::vector<unsigned char> unsigned_bytes(bytes.begin(), bytes.end());
  EXPECT_THAT(unsigned_bytes, ElementsAreArray(golden["bytes"].get<std::vector<unsigned char>>()));
}

TEST(PackingTest, DeflatesToWhatInflatesToTheSame) {
  const nlohmann::json golden = Golden();
  const std::string bytes = DeltaBytes(golden["loads"].get<std::vector<uint16_t>>(), 4);
  EXPECT_EQ(Inflated(golden["base64"], bytes.size()), bytes);
  EXPECT_EQ(Inflated(DeflatedBase64(bytes), bytes.size()), bytes);
}

TEST(PackingTest, InflatesWhatItDeflatedAndRefusesTheRest) {
  const std::string bytes(100000, 'x');
  const std::string text = DeflatedBase64(bytes);
  EXPECT_EQ(*InflatedBase64(text), bytes);
  EXPECT_EQ(*InflatedBase64(DeflatedBase64("")), "");
  EXPECT_FALSE(InflatedBase64(text.substr(0, text.size() / 2 / 4 * 4)).ok());
  EXPECT_FALSE(InflatedBase64("no base64!").ok());
  EXPECT_FALSE(InflatedBase64("AAAA").ok());
}

TEST(PackingTest, PerMilleRoundsSaturatesAndKeepsTheUnknownApart) {
  EXPECT_EQ(PerMille(0), 0);
  EXPECT_EQ(PerMille(0.4996), 500);
  EXPECT_EQ(PerMille(1.3), 1300);
  EXPECT_EQ(PerMille(65.5349), kMostLoad);
  EXPECT_EQ(PerMille(1e9), kMostLoad);
  EXPECT_EQ(PerMille(std::nan("")), kUnknownLoad);
}

}  // namespace
}  // namespace rhumb
