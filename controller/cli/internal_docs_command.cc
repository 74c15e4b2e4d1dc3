#include "controller/cli/internal_docs_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "controller/cli/frame/man_page.h"
#include "controller/cli/frame/nested_commands.h"
#include "controller/cli/frame/value_words.h"
#include "controller/replay/result_files.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

absl::Status WritePages(const CommandPage& page, const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/", ManFileName(page));
  if (auto status = WriteFileAtomically(path, ManPage(page, "rhumb " RHUMB_VERSION));
      !status.ok()) {
    return status;
  }
  for (const CommandPage& command : page.commands) {
    if (auto status = WritePages(command, directory); !status.ok()) return status;
  }
  return absl::OkStatus();
}

RunCommand DefineMan(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  app.add_option("--to", *directory, "Directory, made when missing")->type_name("DIR")->required();
  const CLI::App* root = app.get_parent()->get_parent();
  return [directory, root]() -> absl::Status {
    if (auto status = MakeDirectory(*directory); !status.ok()) return status;
    return WritePages(MakePage(*root), *directory);
  };
}

RunCommand DefineWords(CLI::App& app) {
  auto value = std::make_shared<std::string>();
  app.add_option("value", *value, "Name of a value, such as T")->type_name("VALUE")->required();
  return [value]() -> absl::Status {
    for (const std::string& word : WordsOf(*value)) std::cout << word << "\n";
    return absl::OkStatus();
  };
}

}  // namespace

Command InternalDocsCommand() {
  Command command;
  command.name = "internal-docs";
  command.summary = "Print what installation and completion need";
  command.example = "rhumb internal-docs man --to man1";
  command.hidden = true;
  command.define = [](CLI::App& app) {
    return DefineNested(app, {{"man", "Write a manual page for every command",
                               "rhumb internal-docs man --to man1", DefineMan},
                              {"words", "Print the words that may stand for a value",
                               "rhumb internal-docs words T", DefineWords}});
  };
  return command;
}

}  // namespace rhumb
