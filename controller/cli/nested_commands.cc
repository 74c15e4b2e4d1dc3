#include "controller/cli/nested_commands.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rhumb {

RunCommand DefineNested(CLI::App& app, const std::vector<Command>& commands) {
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, RunCommand>> runs;
  for (const Command& command : commands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->footer(absl::StrCat("Example:\n  ", command.example));
    runs.emplace_back(sub, command.define(*sub));
  }
  return [runs]() -> absl::Status {
    for (const auto& [sub, run] : runs) {
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
  app.add_option("--output", *output, "table for people, json for programs")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

}  // namespace rhumb
