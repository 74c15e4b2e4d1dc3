#include "topologies/installation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class InstallationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(::testing::TempDir()) / "rhumb-installation";
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override {
    ::unsetenv("RHUMB_DATA");
    std::filesystem::remove_all(directory_);
  }
  std::filesystem::path directory_;
};

TEST_F(InstallationTest, LooksBesideTheProgramThenInItsBuildTree) {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");

  const std::vector<std::string> directories = ShippedDirectories(ShippedFiles::kModules);

  ASSERT_EQ(directories.size(), 2);  // this program lies deeper in the build tree than its bin/
  EXPECT_EQ(directories[0], program.parent_path().parent_path() / "lib/rhumb");
  EXPECT_EQ(directories[1], std::string(RHUMB_TEST_BUILD_TREE) + "/lib/rhumb");
}

TEST_F(InstallationTest, TheVariableReplacesEveryOtherPlace) {
  ::setenv("RHUMB_DATA", directory_.c_str(), 1);

  EXPECT_THAT(ShippedDirectories(ShippedFiles::kTopologies), ElementsAre(directory_));
  EXPECT_THAT(ShippedDirectories(ShippedFiles::kWorkers).front(), EndsWith("/libexec/rhumb"));
}

TEST_F(InstallationTest, AnEmptyVariableIsNone) {
  ::setenv("RHUMB_DATA", "", 1);

  EXPECT_THAT(ShippedDirectories(ShippedFiles::kTopologies).front(),
              EndsWith("/share/rhumb/topologies"));
}

TEST_F(InstallationTest, FindsAFileOrSaysWhereItLookedAndWhatBringsIt) {
  ::setenv("RHUMB_DATA", directory_.c_str(), 1);
  std::ofstream(directory_ / "here.json") << "{}";

  const auto found = FindShippedFile(ShippedFiles::kTopologies, "here.json");
  const auto missing = FindShippedFile(ShippedFiles::kTopologies, "gone.json");

  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, directory_ / "here.json");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()),
              AllOf(HasSubstr("gone.json"), HasSubstr("in " + directory_.string()),
                    HasSubstr("the package rhumb"), HasSubstr("$RHUMB_DATA")));
}

}  // namespace
}  // namespace rhumb
