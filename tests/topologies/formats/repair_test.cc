#include "topologies/formats/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/analysis/inspection.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two parts, of which one has links without a capacity, a label that names no rate, and a repeated
// name.
constexpr char kFaulty[] = R"(<graphml>
<key attr.name="label" attr.type="string" for="node" id="n"/>
<key attr.name="LinkLabel" attr.type="string" for="edge" id="l"/>
<graph edgedefault="undirected">
<node id="0"><data key="n">A</data></node><node id="1"><data key="n">B</data></node>
<node id="2"><data key="n">B</data></node><node id="3"><data key="n">D</data></node>
<edge source="0" target="1"><data key="l">155Mbs/1Gbps</data></edge>
<edge source="1" target="2"/>
</graph></graphml>)";

class TemporaryFile {
 public:
  TemporaryFile(absl::string_view name, absl::string_view content)
      : path_((std::filesystem::temp_directory_path() / absl::StrCat("rhumb-", getpid(), name))
                  .string()) {
    EXPECT_TRUE(WriteFileAtomically(path_, content).ok());
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

TEST(InspectionTest, TellsAllFaultsInOneRunWorstFirstWithTheWholeCommand) {
  const TemporaryFile file("faulty.graphml", kFaulty);
  const auto inspection = InspectTopology(file.path(), {});
  ASSERT_TRUE(inspection.ok()) << inspection.status();
  EXPECT_TRUE(inspection->refused);
  ASSERT_GE(inspection->findings.size(), 4u);
  EXPECT_THAT(inspection->findings[0],
              AllOf(Field(&Finding::what, "links without a capacity"), Field(&Finding::count, 4),
                    Field(&Finding::option, "--default-capacity 10G")));
  EXPECT_THAT(inspection->findings[1], AllOf(Field(&Finding::what, HasSubstr("parts")),
                                             Field(&Finding::option, "--largest-part")));
  EXPECT_EQ(inspection->findings[2].severity, Severity::kOdd);
  for (size_t i = 1; i < inspection->findings.size(); ++i) {
    EXPECT_LE(static_cast<int>(inspection->findings[i - 1].severity),
              static_cast<int>(inspection->findings[i].severity));
  }
  EXPECT_EQ(inspection->command, absl::StrCat("rhumb topo describe ", file.path(),
                                              " --default-capacity 10G --largest-part"));
  ASSERT_TRUE(inspection->loaded.has_value());
  EXPECT_EQ(inspection->loaded->value.num_nodes(), 3);
  // The refusal of any command that loads the file says it too.
  const auto loaded = LoadTopology(file.path());
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr(inspection->command));
}

TEST(InspectionTest, GivenOptionsStayInTheCommandAndASoundFileNeedsNone) {
  const TemporaryFile file("it's faulty.graphml", kFaulty);
  LoadOptions options;
  options.default_capacity_bps = 155e6;
  const auto partly = InspectTopology(file.path(), options);
  ASSERT_TRUE(partly.ok());
  EXPECT_THAT(partly->command, AllOf(HasSubstr("--default-capacity 155M --largest-part"),
                                     HasSubstr("it'\\''s faulty.graphml'")));
  options.largest_part = true;
  const auto sound = InspectTopology(file.path(), options);
  ASSERT_TRUE(sound.ok());
  EXPECT_FALSE(sound->refused);
  EXPECT_THAT(sound->command, IsEmpty());
}

TEST(InspectionTest, WhatNoOptionRepairsIsToldTogetherWithTheRest) {
  const TemporaryFile file("unsound.json", R"({"directed": false, "nodes": [{"id": 1}, {"id": 2}],
    "links": [{"source": 1, "target": 2}, {"source": 1, "target": 2, "capacity": "fat"},
              {"source": 1, "target": 9, "capacity": 1}, {"source": 2, "target": 1, "capacity": NaN}]})");
  const auto inspection = InspectTopology(file.path(), {});
  ASSERT_TRUE(inspection.ok());
  EXPECT_TRUE(inspection->refused);
  EXPECT_FALSE(inspection->loaded.has_value());
  EXPECT_THAT(inspection->command, IsEmpty());
  std::vector<std::string> refused;
  for (const Finding& finding : inspection->findings) {
    if (finding.severity == Severity::kRefused) refused.push_back(finding.what);
  }
  EXPECT_THAT(refused, ElementsAre("links with an unreadable capacity",
                                   "links that end at a node which the file does not define",
                                   "links without a capacity"));
}

}  // namespace
}  // namespace rhumb
