// What a command line offers, read from its CLI11 apps: the one source of help texts, manual pages
// and shell completion.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_COMMAND_PAGE_H_
#define RHUMB_CONTROLLER_CLI_FRAME_COMMAND_PAGE_H_

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rhumb {

struct OptionText {
  std::vector<std::string> names;  // "-V", "--version"; a positional has its one name
  std::string value;               // "FILE", "table|json" (its only values); empty for a flag
  std::string help;
  std::string fallback;     // the default, with its unit; empty when there is none
  std::string environment;  // a variable that gives it too
  std::string group;        // "Options" when it has no other
  bool positional = false, required = false, repeatable = false;
};

struct CommandPage {
  std::string line;                 // "rhumb topo describe"
  std::string summary;              // one line
  std::string details;              // paragraphs, separated by empty lines; may be empty
  std::string example;              // one command a line
  std::vector<OptionText> options;  // positionals too, in the order of their definition
  std::vector<CommandPage> commands;
  bool takes_options_of_parent = false;

  std::string name() const;  // the last word of `line`
};

// Hidden commands and options (those with an empty group) are left out.
CommandPage MakePage(const CLI::App& app);

// "--to FILE", "-h, --help", "T".
std::string Spelling(const OptionText& option);
// The options of a page by group, in the order of definition; "Options" comes last. Positionals are
// left out.
std::vector<std::vector<OptionText>> OptionGroups(const CommandPage& page);
std::vector<OptionText> Positionals(const CommandPage& page);
// "table", "json" of "table|json"; empty when the value is free.
std::vector<std::string> Choices(const OptionText& option);
// "rhumb topo describe T [OPTIONS]".
std::string UsageLine(const CommandPage& page);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_COMMAND_PAGE_H_
