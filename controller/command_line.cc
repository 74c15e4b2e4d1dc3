#include "controller/command_line.h"

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

constexpr char kUsagePayload[] = "rhumb/usage";

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

}  // namespace

absl::Status UsageError(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsagePayload, absl::Cord(""));
  return status;
}

bool IsUsageError(const absl::Status& status) {
  return status.GetPayload(kUsagePayload).has_value();
}

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
    return app.exit(e) == 0 ? kDone : kUsage;
  }
  for (const auto& [sub, run] : runs) {
    if (sub->parsed()) return Report(Run(run), sub->get_name());
  }
  return kUsage;
}

}  // namespace rhumb
