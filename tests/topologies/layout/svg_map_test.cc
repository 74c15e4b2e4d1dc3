#include "topologies/layout/svg_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <pugixml.hpp>

#include "absl/strings/str_cat.h"
#include "tests/networks.h"
#include "topologies/layout/svg_text.h"

namespace rhumb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kIdle[] = "#c3d0de";
constexpr char kFull[] = "#d4550f";
constexpr char kOverCapacity[] = "#8d0f2b";
constexpr char kFailed[] = "#a3112a";

std::string Draw(const Topology& topology, std::vector<double> utilization) {
  return DrawMaps(LayOutMap(topology), {{"here", topology, std::move(utilization)}});
}

// The colours of all lines of a drawing that is well-formed XML.
std::vector<std::string> Strokes(const std::string& svg) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(svg.c_str()));
  std::vector<std::string> strokes;
  for (const auto& found : document.select_nodes("//path[@stroke]")) {
    strokes.emplace_back(found.node().attribute("stroke").value());
  }
  return strokes;
}

long CountOf(const std::string& svg, const std::string& colour) {
  const std::vector<std::string> strokes = Strokes(svg);
  return std::count(strokes.begin(), strokes.end(), colour);
}

TEST(SvgMapTest, EveryLinkHasTheColourOfItsLoad) {
  const std::string svg = Draw(testing::Line(3), {0.1, 0.9, 1.3, 0.2});
  EXPECT_EQ(CountOf(svg, kIdle), 2 + 1);  // and one of the legend
  EXPECT_EQ(CountOf(svg, kFull), 1 + 1);
  EXPECT_EQ(CountOf(svg, kOverCapacity), 1 + 1);
  EXPECT_THAT(svg, HasSubstr(">130 %<"));
  EXPECT_THAT(svg, HasSubstr(">90 %<"));
  EXPECT_THAT(svg, Not(HasSubstr(">20 %<")));
}

TEST(SvgMapTest, AFailedCableIsCrossedOnceAndChangesNoOtherLink) {
  const Topology line = testing::Line(3);
  const Topology failed = line.Apply({{0, {}, OperationalState::kDown, {}, {}},
                                      {1, {}, OperationalState::kDown, {}, {}}})
                              .value();
  const std::string svg = Draw(failed, {0.9, 0.9, 0.1, 0.1});
  EXPECT_EQ(CountOf(svg, kFailed), 2 + 1);  // both lanes, and the cross
  EXPECT_EQ(CountOf(svg, kIdle), 2 + 1);
  EXPECT_EQ(CountOf(svg, kFull), 1);  // of the legend alone
}

TEST(SvgMapTest, ADrainedLinkIsDottedAndAnUnknownLoadIsNoLoad) {
  const Topology drained =
      testing::Line(2).Apply({{0, AdministrativeState::kDrained, {}, {}, {}}}).value();
  const std::string svg = Draw(drained, {0.0, std::nan("")});
  EXPECT_THAT(svg, HasSubstr("stroke-dasharray=\"1.5 4\""));
  EXPECT_EQ(CountOf(svg, kIdle), 1);
}

TEST(SvgMapTest, NamesAreTextWhateverTheyHold) {
  std::vector<Node> nodes = testing::NamedNodes(2);
  nodes[0].name = "<script x=\"1\" &'";
  nodes[1].name = std::string(4000, 'x') + "\u202Eevil";
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9);
  const auto topology = Topology::Create("<b>&", std::move(nodes), std::move(links));
  ASSERT_TRUE(topology.ok()) << topology.status();
  const std::string svg = DrawMaps(LayOutMap(*topology), {{"a <b> & \xff", *topology, {}}});
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(svg.c_str()));
  EXPECT_TRUE(document.select_nodes("//script").empty());
  EXPECT_THAT(svg, Not(HasSubstr("xxxxxxxxxxxxxxx")));
  EXPECT_STREQ(document.select_node("//g/text").node().text().get(), "a <b> & \uFFFD");
}

TEST(SvgMapTest, SeveralMapsStandBesideEachOther) {
  const Topology line = testing::Line(2);
  const MapLayout layout = LayOutMap(line);
  const std::string svg =
      DrawMaps(layout, {{"left", line, {0.1, 0.1}}, {"right", line, {0.9, 0.1}}});
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(svg.c_str()));
  EXPECT_GT(document.child("svg").attribute("width").as_double(), 2 * layout.width);
  EXPECT_THAT(document.select_nodes("/svg/g"), SizeIs(2));
}

TEST(SvgTextTest, CutsBetweenCharactersAndReplacesWhatIsNone) {
  EXPECT_EQ(PlainName("ZÜRICH", 6), "ZÜRICH");
  EXPECT_EQ(PlainName("ZÜRICHBERG", 3), "ZÜ…");
  EXPECT_EQ(PlainName("a\xc3", 5), "a\uFFFD");
  EXPECT_EQ(PlainName("\xed\xa0\x80", 5), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(PlainName("\u202Eab", 5), "\uFFFDab");
  EXPECT_EQ(EscapedXml("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
}

}  // namespace
}  // namespace rhumb
