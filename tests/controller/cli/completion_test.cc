// Completion scripts in real shells, manual pages in a real formatter, help by every way to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/controller/cli/program.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using testing::ProgramResult;
using testing::ReadFile;
using testing::RunRhumb;
using testing::TemporaryPath;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// What `command` prints, both streams.
std::string Shell(const std::string& command) {
  const std::string out = TemporaryPath("shell");
  const int status = std::system(("(" + command + ") >'" + out + "' 2>&1").c_str());
  EXPECT_EQ(status, 0) << command << "\n" << ReadFile(out);
  return ReadFile(out);
}

std::string WriteScript(const std::string& name, const std::string& text) {
  const std::string path = TemporaryPath(name);
  std::ofstream(path) << text;
  return path;
}

class BashCompletionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    script_ = WriteScript("rhumb.bash", RunRhumb("completion bash").stdout_text);
  }
  // What bash would offer for `line` with the cursor at its end.
  std::vector<std::string> Complete(const std::string& line) {
    return Lines(
        Shell("bash " +
              WriteScript("ask.bash", "set -u\n. '" + script_ + "'\nCOMP_LINE=\"" + line +
                                          "\"\nCOMP_POINT=${#COMP_LINE}\n_rhumb '" + RHUMB_PROGRAM +
                                          "'\nif ((${#COMPREPLY[@]})); then printf '%s\\n' "
                                          "\"${COMPREPLY[@]}\"; fi\n")));
  }
  std::string script_;
};

TEST_F(BashCompletionTest, OffersCommandsAndSubcommands) {
  EXPECT_THAT(Complete("rhumb to"), ElementsAre("token", "topo"));
  EXPECT_THAT(Complete("rhumb topo "), IsSupersetOf({"list", "describe", "paths"}));
  EXPECT_THAT(Complete("rhumb "), Not(Contains("internal-docs")));
}

TEST_F(BashCompletionTest, OffersOptionsAndTheirValues) {
  EXPECT_THAT(Complete("rhumb replay --to"), ElementsAre("--topology"));
  EXPECT_THAT(Complete("rhumb replay --simulator n"), ElementsAre("ns3"));
  EXPECT_THAT(Complete("rhumb replay --topology esn"), IsSupersetOf({"esnet6", "esnet6-backbone"}));
  EXPECT_THAT(Complete("rhumb replay --topology=abi"), ElementsAre("abilene"));
  EXPECT_THAT(Complete("rhumb replay --traffic abilene-2"), ElementsAre("abilene-2004"));
  EXPECT_THAT(Complete("rhumb topo describe abi"), ElementsAre("abilene"));
  EXPECT_THAT(Complete("rhumb ctl --timeout 5s policy ecm"), Contains("ecmp"));
  EXPECT_THAT(Complete("rhumb ctl status --serv"), IsSupersetOf({"--server", "--server-name"}));
}

TEST_F(BashCompletionTest, OffersPoliciesOfAListBehindTheCommaAndTheColon) {
  EXPECT_THAT(Complete("rhumb replay --policies ecmp,neu"), ElementsAre("ecmp,neural"));
  // bash replaces what stands behind the colon only.
  EXPECT_THAT(Complete("rhumb replay --policies ecmp:ho"), ElementsAre("hops"));
}

TEST_F(BashCompletionTest, OffersFilesWhereFilesFit) {
  const std::string file = TemporaryPath("my-network.json");
  std::ofstream(file) << "{}";
  const std::string begin = file.substr(0, file.size() - 5);
  EXPECT_THAT(Complete("rhumb topo validate " + begin), ElementsAre(file));
  EXPECT_THAT(Complete("rhumb serve --config " + begin), ElementsAre(file));
  EXPECT_THAT(Complete("rhumb replay --out " + begin), ElementsAre());
}

class ZshCompletionTest : public ::testing::Test {
 protected:
  void SetUp() override { script_ = WriteScript("_rhumb", RunRhumb("completion zsh").stdout_text); }
  // What the script asks the completion system to offer for `words`, the last of which is being
  // typed. The functions of that system print what they are called with.
  std::vector<std::string> Complete(const std::string& words) {
    return Lines(Shell(
        "zsh -f " +
        WriteScript("ask.zsh",
                    "compdef() { }\ncompset() { }\n_files() { print FILES $@ }\n"
                    "compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- $@ }\n"
                    "_describe() { print -l -- ${(P)${@[-1]}} }\n. '" +
                        script_ + "'\nwords=('" + RHUMB_PROGRAM + "' " + words +
                        ")\nCURRENT=${#words}\n_rhumb\n")));
  }
  std::string script_;
};

TEST_F(ZshCompletionTest, OffersCommandsAndOptionsWithTheirHelp) {
  EXPECT_THAT(Complete("to"), Contains(HasSubstr("topo:List, describe")));
  EXPECT_THAT(Complete("topo de"), Contains(HasSubstr("describe:Describe a network")));
  EXPECT_THAT(Complete("replay --top"), Contains("--topology:Network: shipped name or file"));
}

TEST_F(ZshCompletionTest, OffersValues) {
  EXPECT_THAT(Complete("replay --simulator ''"), IsSupersetOf({"flow", "ns3"}));
  EXPECT_THAT(Complete("replay --topology ''"), IsSupersetOf({"abilene", "FILES"}));
  EXPECT_THAT(Complete("topo describe ''"), IsSupersetOf({"abilene", "FILES"}));
  EXPECT_THAT(Complete("replay --policies ecmp,"), IsSupersetOf({"ecmp:hops", "neural"}));
  EXPECT_THAT(Complete("replay --out ''"), ElementsAre("FILES -/"));
}

TEST(ManPagesTest, AFormatterReadsEveryPageWithoutWarning) {
  const std::string directory = TemporaryPath("man1");
  std::filesystem::remove_all(directory);
  const ProgramResult made = RunRhumb("internal-docs man --to " + directory);
  ASSERT_EQ(made.exit_code, 0) << made.stderr_text;
  int pages = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string path = entry.path();
    EXPECT_EQ(Shell("LC_ALL=C.UTF-8 groff -man -Tutf8 -ww '" + path + "' 2>&1 >'" +
                    TemporaryPath("page.txt") + "'"),
              "")
        << path;
    ++pages;
  }
  EXPECT_GT(pages, 30);
  EXPECT_TRUE(std::filesystem::exists(directory + "/rhumb.1"));
  const std::string page = Shell("LC_ALL=C.UTF-8 groff -man -Tascii -P-c -P-b -P-u '" + directory +
                                 "/rhumb-topo-describe.1'");
  EXPECT_THAT(page, AllOf(HasSubstr("rhumb-topo-describe - Describe a network"),
                          HasSubstr("rhumb topo describe T [OPTIONS]"), HasSubstr("--output"),
                          HasSubstr("rhumb topo describe esnet6-backbone")));
}

TEST(HelpCommandTest, ShowsTheSameAsTheOption) {
  EXPECT_EQ(RunRhumb("help topo describe").stdout_text,
            RunRhumb("topo describe --help").stdout_text);
  EXPECT_EQ(RunRhumb("help").stdout_text, RunRhumb("--help").stdout_text);
  EXPECT_THAT(RunRhumb("help ctl pin").stdout_text, HasSubstr("Hold a demand"));
}

TEST(HelpCommandTest, SuggestsTheNearestCommand) {
  const ProgramResult result = RunRhumb("help topo descirbe");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.stderr_text, HasSubstr("rhumb topo has no command \"descirbe\"; did you mean "
                                            "describe?"));
}

// Every command of help that needs neither a server nor minutes, as it stands.
TEST(HelpExamplesTest, WorkAsTheyStand) {
  const std::string directory = TemporaryPath("examples");
  std::filesystem::create_directories(directory);
  std::remove("/tmp/rhumb-tokens");
  std::vector<std::string> commands;
  for (const char* command :
       {"replay", "serve", "topo list", "topo describe", "topo validate", "topo convert",
        "topo paths", "traffic describe", "traffic convert", "traffic generate", "token add",
        "token list", "token remove", "completion", "help"}) {
    const std::vector<std::string> help =
        Lines(RunRhumb("help " + std::string(command)).stdout_text);
    const auto title = std::find(help.begin(), help.end(), "Example:");
    ASSERT_TRUE(title != help.end() && title + 1 != help.end()) << command;
    const std::string example = *(title + 1);
    const std::string out = Shell(
        "bash " + WriteScript("example.bash", "set -e\ncd '" + directory + "'\nHOME='" + directory +
                                                  "'\nrhumb() { '" + RHUMB_PROGRAM +
                                                  "' \"$@\"; }\n" + example + "\n"));
    EXPECT_EQ(out.find(" \n"), std::string::npos) << "a line ends in a blank:\n" << out;
  }
}

}  // namespace
}  // namespace rhumb
