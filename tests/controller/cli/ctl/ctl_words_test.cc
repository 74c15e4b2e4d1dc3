#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "controller/cli/ctl/ctl_commands.h"
#include "controller/terminal/usage_error.h"

namespace rhumb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseDemandTest, OneWordOrTwo) {
  EXPECT_EQ(*ParseDemand({"CHIC>KANS"}), std::pair(std::string("CHIC"), std::string("KANS")));
  EXPECT_EQ(*ParseDemand({"CHIC", "KANS"}), std::pair(std::string("CHIC"), std::string("KANS")));
  for (const std::vector<std::string>& bad : std::vector<std::vector<std::string>>{
           {"CHIC"}, {"CHIC-KANS"}, {">KANS"}, {"A>B>C"}, {"", "B"}, {}}) {
    const auto demand = ParseDemand(bad);
    EXPECT_TRUE(IsUsageError(demand.status()));
    EXPECT_THAT(std::string(demand.status().message()), HasSubstr("SOURCE>DESTINATION"));
  }
}

TEST(ParsePathTest, LinksOrNodesWithOrWithoutAShare) {
  const auto links = ParsePath("A>C,C>B#2=0.25");
  ASSERT_TRUE(links.ok());
  EXPECT_THAT(links->links, ElementsAre("A>C", "C>B#2"));
  EXPECT_DOUBLE_EQ(links->ratio, 0.25);
  const auto nodes = ParsePath("A>C>B");
  ASSERT_TRUE(nodes.ok());
  EXPECT_THAT(nodes->links, ElementsAre("A>C", "C>B"));
  EXPECT_TRUE(std::isnan(nodes->ratio));
  const auto named = ParsePath("spare,B>D");
  ASSERT_TRUE(named.ok());
  EXPECT_THAT(named->links, ElementsAre("spare", "B>D"));
}

TEST(ParsePathTest, BadSharesAndEmptyPartsAreUsageErrors) {
  for (const char* bad :
       {"", "A>C,,C>B", "A>>B", "A>B=", "A>B=0", "A>B=1.5", "A>B=nan", "A>B=x", ">B", "A>B="}) {
    EXPECT_TRUE(IsUsageError(ParsePath(bad).status())) << bad;
  }
}

TEST(AnswerJsonTest, KeepsNamesAndPlainFieldsThatAreZero) {
  rhumb::v1::SettingResponse response;
  response.set_topology_version(12345678901234567);
  const auto json = nlohmann::json::parse(AnswerJson(response));
  EXPECT_EQ(json["topology_version"], "12345678901234567");
  EXPECT_EQ(json["durable"], false);
  const std::string line = AnswerJson(response, /*on_one_line=*/true);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

}  // namespace
}  // namespace rhumb
