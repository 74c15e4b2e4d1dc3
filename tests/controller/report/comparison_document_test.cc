#include "controller/report/comparison_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/report/packing.h"

namespace rhumb {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// A run of one policy over two intervals, with one moved demand over paths 0 and 1.
json RunOf(double load) {
  const json why = {{{0, 1, 1e9, {{1, 700}, {0, 300}}, 0, 300}}, json::array()};
  return {{"schema", "rhumb.report/1"},
          {"title", "t"},
          {"provenance", {{"commit", "abc"}}},
          {"simulator", "flow"},
          {"traffic", "day"},
          {"load", load},
          {"seeds", 1},
          {"states", json::array()},
          {"events", json::array()},
          {"topology", {{"name", "n"}, {"nodes", {{"A"}, {"B"}}}, {"links", {{0, 1}, {1, 0}}}}},
          {"intervals", {{"number", {1, 2}}}},
          {"map_every", 1},
          {"optimum", {load, load}},
          {"paths", {{0}, {1}}},
          {"policies", {{{"name", "neural"}, {"why", DeflatedBase64(why.dump())}}}}};
}

absl::StatusOr<std::string> Compare(const json& a, const json& b) {
  return ComparisonDocument(a.dump(), "before", b.dump(), "after");
}

TEST(ComparisonDocumentTest, HasThePoliciesOfBothAndWhatEachRunWas) {
  const auto text = Compare(RunOf(1), RunOf(2));
  ASSERT_TRUE(text.ok()) << text.status();
  const json all = json::parse(*text);
  EXPECT_EQ(all["policies"][0]["name"], "A · neural");
  EXPECT_EQ(all["policies"][1]["name"], "B · neural");
  EXPECT_EQ(all["policies"][1]["run"], 1);
  EXPECT_EQ(all["runs"][0]["load"], 1);
  EXPECT_EQ(all["runs"][1]["load"], 2);
}

TEST(ComparisonDocumentTest, ReasonsOfTheSecondNameTheirOwnPaths) {
  json other = RunOf(1);
  other["paths"] = {{1}, {0}};
  const json all = json::parse(*Compare(RunOf(1), other));
  const json why = json::parse(*InflatedBase64(all["policies"][1]["why"].get<std::string>()));
  const json& demand = why[0][0];
  EXPECT_EQ(all["paths"][demand[3][0][0].get<int>()], json({0}));
  EXPECT_EQ(all["paths"][demand[4].get<int>()], json({1}));
  EXPECT_EQ(demand[3][0][1], 700);
}

TEST(ComparisonDocumentTest, AnOptimumThatDiffersIsTheBoundOfNeither) {
  EXPECT_EQ(json::parse(*Compare(RunOf(1), RunOf(1)))["optimum"].size(), 2u);
  EXPECT_TRUE(json::parse(*Compare(RunOf(1), RunOf(2)))["optimum"].empty());
}

TEST(ComparisonDocumentTest, RunsOfOtherLinksOrIntervalsAreRefusedByName) {
  json links = RunOf(1);
  links["topology"]["links"].push_back({0, 1});
  EXPECT_THAT(std::string(Compare(RunOf(1), links).status().message()),
              HasSubstr("before is of n (2 links), after of n (3 links)"));
  json intervals = RunOf(1);
  intervals["intervals"]["number"] = {1, 2, 3};
  EXPECT_THAT(std::string(Compare(RunOf(1), intervals).status().message()),
              HasSubstr("before has 2 intervals, after 3"));
}

TEST(ComparisonDocumentTest, WhatIsNoReportOfOneRunIsRefused) {
  const auto both = Compare(RunOf(1), RunOf(2));
  EXPECT_THAT(std::string(Compare(json::parse(*both), RunOf(1)).status().message()),
              HasSubstr("before is a comparison already"));
  EXPECT_FALSE(ComparisonDocument("{", "a", RunOf(1).dump(), "b").ok());
  EXPECT_FALSE(ComparisonDocument("[]", "a", RunOf(1).dump(), "b").ok());
  EXPECT_FALSE(ComparisonDocument(R"({"schema":"rhumb.training/1"})", "a", "{}", "b").ok());
}

}  // namespace
}  // namespace rhumb
