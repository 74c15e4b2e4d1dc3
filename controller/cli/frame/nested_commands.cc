#include "controller/cli/frame/nested_commands.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rhumb {

AddedCommand AddCommand(CLI::App& parent, const Command& command) {
  CLI::App* app = parent.add_subcommand(
      command.name, command.details.empty() ? command.summary
                                            : absl::StrCat(command.summary, "\n", command.details));
  app->footer(command.example);
  if (command.hidden) app->group("");
  return {app, command.define(*app)};
}

RunCommand DefineNested(CLI::App& app, const std::vector<Command>& commands) {
  app.require_subcommand(1);
  std::vector<AddedCommand> added;
  for (const Command& command : commands) added.push_back(AddCommand(app, command));
  return [added]() -> absl::Status {
    for (const auto& [sub, run] : added) {
      if (!sub->parsed()) continue;
      absl::Status status = run();
      std::cout.flush();
      if (status.ok() && !std::cout) {
        return absl::UnavailableError(
            "cannot write the result to standard output; make room there or choose another place");
      }
      return status;
    }
    return absl::InternalError("no subcommand was parsed");
  };
}

void AddOutputOption(CLI::App& app, std::string* output) {
  *output = "table";
  app.add_option("--output", *output, "Table for people, or JSON for programs")
      ->check(CLI::IsMember({"table", "json"}))
      ->type_name("table|json")
      ->capture_default_str();
}

}  // namespace rhumb
