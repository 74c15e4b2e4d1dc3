#include "controller/cli/frame/command_line.h"

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "controller/cli/frame/command_page.h"
#include "controller/cli/frame/help_text.h"
#include "controller/cli/frame/nearest_word.h"
#include "controller/cli/frame/nested_commands.h"
#include "controller/terminal/interrupt.h"
#include "controller/terminal/usage_error.h"

namespace rhumb {
namespace {

absl::Status Run(const RunCommand& run) {
  try {
    return run();
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("unexpected fault: ", e.what()));
  }
}

int Report(const absl::Status& status, absl::string_view line, int signal) {
  if (status.ok()) return kDone;
  // Without a message there is nothing to say: another process of a job says it.
  if (!status.message().empty()) std::cerr << line << ": " << status.message() << std::endl;
  if (signal != 0) return 128 + signal;
  if (!IsUsageError(status)) return kFailed;
  std::cerr << "Try: " << line << " --help" << std::endl;
  return kUsage;
}

// The innermost command that was named.
const CLI::App& Chosen(const CLI::App& app) {
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().back();
  return *last;
}

// Every option that may stand after the command of `page`.
std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  const CommandPage page = MakePage(app);
  for (const OptionText& option : page.options) {
    if (option.positional) continue;
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  if (!page.takes_options_of_parent) return names;
  const std::vector<std::string> more = OptionNames(*app.get_parent());
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

// What is wrong with the line, in more helpful words than CLI11's where there are some.
std::string Explain(const CLI::App& app, const CLI::App& chosen, const CLI::ParseError& error) {
  const std::vector<std::string> rest = app.remaining(/*recurse=*/true);
  if (rest.empty()) return error.what();
  const std::string& word = rest.front();
  if (absl::StartsWith(word, "-") && word != "-" && word != "--") {
    const std::string name = word.substr(0, word.find('='));
    return absl::StrCat("there is no option ", name, DidYouMean(name, OptionNames(chosen)));
  }
  std::vector<std::string> names;
  for (const CommandPage& command : MakePage(chosen).commands) names.push_back(command.name());
  if (names.empty()) return absl::StrCat("there is no place for the argument \"", word, "\"");
  const std::string guess = DidYouMean(word, names);
  return absl::StrCat(
      "there is no command \"", word, "\"",
      guess.empty() ? absl::StrCat("; there are ", absl::StrJoin(names, ", ")) : guess);
}

}  // namespace

int RunProgram(int argc, const char* const* argv, const std::vector<Command>& commands) {
  CLI::App app("Route the traffic of wide-area networks with a learned agent", "rhumb");
  app.set_help_flag("-h,--help", "Show this help");
  app.set_version_flag("-V,--version", absl::StrCat("rhumb ", RHUMB_VERSION), "Show the version");
  app.require_subcommand(1);
  std::vector<std::string> examples;
  std::vector<AddedCommand> added;
  for (const Command& command : commands) {
    added.push_back(AddCommand(app, command));
    if (!command.hidden) examples.push_back(command.example);
  }
  app.footer(absl::StrJoin(examples, "\n"));
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << HelpText(MakePage(Chosen(app))) << std::flush;
    return kDone;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << std::endl;
    return kDone;
  } catch (const CLI::ParseError& error) {
    const CLI::App& chosen = Chosen(app);
    const std::string line = MakePage(chosen).line;
    std::cerr << line << ": " << Explain(app, chosen, error) << "\nTry: " << line << " --help"
              << std::endl;
    return kUsage;
  }
  for (size_t c = 0; c < commands.size(); ++c) {
    if (!added[c].app->parsed()) continue;
    const std::string line = MakePage(Chosen(app)).line;
    std::optional<InterruptWatch> watch;
    if (!commands[c].stops_itself) watch.emplace(line);
    const absl::Status status = Run(added[c].run);
    return Report(status, line, watch ? watch->Finish() : 0);
  }
  return kUsage;
}

}  // namespace rhumb
