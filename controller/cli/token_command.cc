#include "controller/cli/token_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_format.h"
#include "controller/cli/frame/nested_commands.h"
#include "controller/serving/access/token_file.h"
#include "controller/terminal/usage_error.h"

namespace rhumb {
namespace {

struct TokenFlags {
  std::string file;
  std::string name;
  std::string role = "viewer";
};

void AddFileAndName(CLI::App& app, TokenFlags* flags) {
  app.add_option("--file", flags->file, "Tokens file of the controller (security.tokens)")
      ->type_name("FILE")
      ->required();
  app.add_option("--name", flags->name, "Who the token is for, as the audit names them")
      ->type_name("NAME")
      ->required();
}

absl::Status Add(const TokenFlags& flags) {
  const auto role = ParseRole(flags.role);
  if (!role) {
    return UsageError(
        absl::StrFormat("--role %s is not known; use viewer, adapter or operator", flags.role));
  }
  const std::string token = NewToken();
  if (auto status = AddToken(flags.file, flags.name, *role, token); !status.ok()) return status;
  std::cout << token << "\n";
  std::cerr << absl::StrFormat(
      "added %s as %s to %s; the token above is not kept anywhere, store it now\n", flags.name,
      flags.role, flags.file);
  return absl::OkStatus();
}

absl::Status List(const TokenFlags& flags) {
  const auto table = TokenTable::Load(flags.file);
  if (!table.ok()) return table.status();
  for (const TokenEntry& entry : table->entries()) {
    std::cout << absl::StrFormat("%-8s  %s\n", RoleName(entry.role), entry.name);
  }
  return absl::OkStatus();
}

}  // namespace

Command TokenCommand() {
  Command add;
  add.name = "add";
  add.summary = "Make a token, print it once and add its hash to the file";
  add.example = "rhumb token add --file /tmp/rhumb-tokens --name alice --role operator";
  add.define = [](CLI::App& app) -> RunCommand {
    auto flags = std::make_shared<TokenFlags>();
    AddFileAndName(app, flags.get());
    app.add_option("--role", flags->role, "What the token allows")
        ->type_name("viewer|adapter|operator")
        ->capture_default_str();
    return [flags] { return Add(*flags); };
  };
  Command list;
  list.name = "list";
  list.summary = "List names and roles";
  list.example = "rhumb token list --file /tmp/rhumb-tokens";
  list.define = [](CLI::App& app) -> RunCommand {
    auto flags = std::make_shared<TokenFlags>();
    app.add_option("--file", flags->file, "Tokens file of the controller")
        ->type_name("FILE")
        ->required();
    return [flags] { return List(*flags); };
  };
  Command remove;
  remove.name = "remove";
  remove.summary = "Take a token's access away, also from a running controller";
  remove.example = "rhumb token remove --file /tmp/rhumb-tokens --name alice";
  remove.define = [](CLI::App& app) -> RunCommand {
    auto flags = std::make_shared<TokenFlags>();
    AddFileAndName(app, flags.get());
    return [flags] { return RemoveToken(flags->file, flags->name); };
  };
  Command command;
  command.name = "token";
  command.summary = "Make and remove the bearer tokens that callers of rhumb serve show";
  command.example = add.example;
  command.define = [add, list, remove](CLI::App& app) {
    return DefineNested(app, {add, list, remove});
  };
  return command;
}

}  // namespace rhumb
