#include "controller/cli/help_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "controller/cli/frame/help_text.h"
#include "controller/cli/frame/nearest_word.h"
#include "controller/terminal/usage_error.h"

namespace rhumb {
namespace {

absl::Status Help(CommandPage page, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    std::vector<std::string> names;
    for (const CommandPage& command : page.commands) names.push_back(command.name());
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) {
      const std::string guess = DidYouMean(word, names);
      return UsageError(absl::StrCat(page.line, " has no command \"", word, "\"",
                                     !guess.empty()  ? guess
                                     : names.empty() ? ""
                                                     : "; it has " + absl::StrJoin(names, ", ")));
    }
    CommandPage next = std::move(page.commands[found - names.begin()]);
    page = std::move(next);
  }
  std::cout << HelpText(page);
  return absl::OkStatus();
}

}  // namespace

Command HelpCommand() {
  return {
      "help", "Show the help of a command", "rhumb help topo describe",
      [](CLI::App& app) -> RunCommand {
        auto words = std::make_shared<std::vector<std::string>>();
        app.add_option("command", *words, "The command, and its subcommand")->type_name("COMMAND");
        return [words, root = app.get_parent()] { return Help(MakePage(*root), *words); };
      }};
}

}  // namespace rhumb
