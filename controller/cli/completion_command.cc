#include "controller/cli/completion_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "controller/cli/frame/completion_script.h"

namespace rhumb {

Command CompletionCommand() {
  return {"completion", "Print a script that completes commands in a shell",
          "rhumb completion bash > ~/.rhumb-completion && . ~/.rhumb-completion",
          [](CLI::App& app) -> RunCommand {
            auto shell = std::make_shared<std::string>();
            app.add_option("shell", *shell, "The shell")
                ->check(CLI::IsMember({"bash", "zsh"}))
                ->type_name("bash|zsh")
                ->required();
            return [shell, root = app.get_parent()]() -> absl::Status {
              const CommandPage page = MakePage(*root);
              std::cout << (*shell == "bash" ? BashCompletion(page) : ZshCompletion(page));
              return absl::OkStatus();
            };
          },
          "For every new shell: bash reads a file named rhumb in the directory completions of "
          "bash-completion, zsh one named _rhumb in a directory of $fpath. Installed packages "
          "bring both."};
}

}  // namespace rhumb
