// What help, manual and completion say of every command, read from the same table.
#include "controller/cli/frame/command_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "controller/cli/command_table.h"
#include "controller/cli/frame/completion_script.h"
#include "controller/cli/frame/help_text.h"
#include "controller/cli/frame/man_page.h"
#include "controller/cli/frame/nested_commands.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

CommandPage RootPage() {
  CLI::App app("Root", "rhumb");
  for (const Command& command : AllCommands()) AddCommand(app, command);
  return MakePage(app);
}

// Calls `visit` with every page below the root.
void Walk(const CommandPage& page, const std::function<void(const CommandPage&)>& visit) {
  for (const CommandPage& command : page.commands) {
    visit(command);
    Walk(command, visit);
  }
}

// A text in the voice of the program: begins with a capital letter, a value or a quote, and ends
// without a full stop.
bool InVoice(const std::string& text) {
  return !text.empty() && !std::islower(static_cast<unsigned char>(text[0])) && text.back() != '.';
}

TEST(CommandPageTest, EveryCommandHasASummaryInOneVoiceAndAnExample) {
  int commands = 0;
  Walk(RootPage(), [&](const CommandPage& page) {
    ++commands;
    EXPECT_TRUE(InVoice(page.summary)) << page.line << ": " << page.summary;
    EXPECT_LE(page.summary.size(), 72u) << page.line;
    EXPECT_TRUE(absl::StartsWith(page.example, "rhumb ")) << page.line << ": " << page.example;
  });
  EXPECT_GT(commands, 30);
}

TEST(CommandPageTest, EveryOptionSaysWhatItTakesAndWhatFor) {
  Walk(RootPage(), [](const CommandPage& page) {
    for (const OptionText& option : page.options) {
      EXPECT_TRUE(InVoice(option.help))
          << page.line << " " << option.names[0] << ": " << option.help;
      // CLI11's own names of types.
      EXPECT_THAT((std::vector<std::string>{"TEXT", "INT", "UINT", "FLOAT", "NUMBER", "BOOLEAN"}),
                  Not(::testing::Contains(option.value)))
          << page.line << " " << option.names[0];
    }
  });
}

TEST(CommandPageTest, HiddenCommandsAreLeftOut) {
  EXPECT_THAT(HelpText(RootPage()), Not(HasSubstr("internal-docs")));
  EXPECT_THAT(ManPage(RootPage(), "1"), Not(HasSubstr("internal")));
}

TEST(HelpTextTest, NoLineEndsInABlankOrShowsNoiseOfTheLibrary) {
  auto check = [](const CommandPage& page) {
    const std::string help = HelpText(page);
    for (const char* noise : {" \n", "{", "}", "REQUIRED", "[default", "\n\n\n", "..."}) {
      if (std::string(noise) == "..." && absl::StrContains(UsageLine(page), "...")) continue;
      EXPECT_THAT(help, Not(HasSubstr(noise))) << page.line;
    }
    EXPECT_EQ(help.back(), '\n');
  };
  check(RootPage());
  Walk(RootPage(), [&](const CommandPage& page) {
    if (page.line != "rhumb replay") check(page);  // shows a piece of JSON
  });
}

TEST(HelpTextTest, ShowsDefaultsWithTheirUnits) {
  std::string all;
  Walk(RootPage(), [&](const CommandPage& page) { all += HelpText(page); });
  for (const char* text : {"(default: 10s)", "(default: 1448 bytes)", "(default: 10min)",
                           "(default: 1M)", "(default: table)", "(required)"}) {
    EXPECT_THAT(all, HasSubstr(text));
  }
}

TEST(HelpTextTest, DrawsArgumentsOptionsAndCommands) {
  CommandPage page;
  page.line = "rhumb x";
  page.summary = "Do x";
  page.details = "Some words.\n\nMore words.";
  page.example = "rhumb x --to y";
  OptionText to{{"-t", "--to"}, "FILE", "File to write", "x.json", "", "Results"};
  to.required = true;
  OptionText input{{"input"}, "T", "Network", "", "", "Options"};
  input.positional = input.required = true;
  page.options = {{{"-h", "--help"}, "", "Show this help", "", "", "Options"}, to, input};
  EXPECT_EQ(HelpText(page),
            "Do x\n\n"
            "Usage: rhumb x T -t, --to FILE [OPTIONS]\n\n"
            "Some words.\n\n"
            "More words.\n\n"
            "Arguments:\n"
            "  T              Network\n\n"
            "Results:\n"
            "  -t, --to FILE  File to write (required, default: x.json)\n\n"
            "Options:\n"
            "  -h, --help     Show this help\n\n"
            "Example:\n"
            "  rhumb x --to y\n");
}

TEST(ManPageTest, EscapesWhatRoffWouldReadAsItsOwn) {
  CommandPage page;
  page.line = "rhumb x";
  page.summary = "Do x-y";
  page.details = ".so it begins \\ and 'quotes'";
  const std::string text = ManPage(page, "rhumb 1.0");
  EXPECT_THAT(text, AllOf(HasSubstr("rhumb\\-x \\- Do x\\-y\n"),
                          HasSubstr("\n\\&.so it begins \\e and \\(aqquotes\\(aq\n")));
  EXPECT_EQ(ManFileName(page), "rhumb-x.1");
}

TEST(ManPageTest, HasTheSameOptionsAsHelp) {
  Walk(RootPage(), [](const CommandPage& page) {
    const std::string text = ManPage(page, "rhumb 1.0");
    for (const OptionText& option : page.options) {
      if (option.positional) continue;
      const std::string escaped = absl::StrReplaceAll(option.names.back(), {{"-", "\\-"}});
      EXPECT_THAT(text, HasSubstr("\\fB" + escaped + "\\fR")) << page.line;
    }
  });
}

TEST(CompletionScriptTest, KnowsEveryCommandAndOption) {
  const CommandPage root = RootPage();
  const std::string bash = BashCompletion(root), zsh = ZshCompletion(root);
  Walk(root, [&](const CommandPage& page) {
    EXPECT_THAT(bash, HasSubstr("    '" + page.line + "')\n"));
    EXPECT_THAT(zsh, HasSubstr("    '" + page.line + "')\n"));
  });
}

}  // namespace
}  // namespace rhumb
