#include "controller/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

int Report(const absl::Status& status, absl::string_view command) {
  if (status.ok()) return kDone;
  // Nothing to say: another process of a job says it.
  if (status.message().empty()) return kFailed;
  std::cerr << "rhumb " << command << ": " << status.message() << std::endl;
  if (!IsUsageError(status)) return kFailed;
  std::cerr << "Try: rhumb " << command << " --help" << std::endl;
  return kUsage;
}

// Says so when the line has a word where a command should be, for which CLI11 only says that a
// subcommand is missing.
bool IsUnknownCommand(const CLI::App& app) {
  const CLI::App* last = &app;
  std::string line;
  while (true) {
    absl::StrAppend(&line, line.empty() ? "" : " ", last->get_name());
    const std::vector<CLI::App*> parsed = last->get_subcommands();
    if (parsed.empty()) break;
    last = parsed.front();
  }
  std::vector<std::string> names;
  for (const CLI::App* sub : last->get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  const std::vector<std::string> rest = app.remaining(/*recurse=*/true);
  if (names.empty() || rest.empty() || absl::StartsWith(rest[0], "-")) return false;
  std::cerr << line << ": there is no command \"" << rest[0] << "\"; there are "
            << absl::StrJoin(names, ", ") << "\nTry: " << line << " --help" << std::endl;
  return true;
}

}  // namespace

int RunProgram(int argc, const char* const* argv, const std::vector<Command>& commands) {
  CLI::App app("Rhumb: neural traffic routing for wide-area networks", "rhumb");
  app.set_version_flag("--version", absl::StrCat("rhumb ", RHUMB_VERSION));
  app.require_subcommand(1);
  std::string footer = "Examples:\n";
  std::vector<std::pair<CLI::App*, RunCommand>> runs;
  for (const Command& command : commands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->footer(absl::StrCat("Example:\n  ", command.example));
    absl::StrAppend(&footer, "  ", command.example, "\n");
    runs.emplace_back(sub, command.define(*sub));
  }
  app.footer(footer);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (IsUnknownCommand(app)) return kUsage;
    return app.exit(e) == 0 ? kDone : kUsage;
  }
  for (const auto& [sub, run] : runs) {
    if (sub->parsed()) return Report(Run(run), sub->get_name());
  }
  return kUsage;
}

}  // namespace rhumb
