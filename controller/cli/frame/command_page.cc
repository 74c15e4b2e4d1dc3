#include "controller/cli/frame/command_page.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace rhumb {
namespace {

constexpr char kLastGroup[] = "Options";

// The type name alone: CLI11 appends what its validators say of themselves.
std::string ValueName(const CLI::Option& option) {
  std::string name = option.get_type_name();
  for (int i = 0;; ++i) {
    try {
      const std::string validator =
          const_cast<CLI::Option&>(option).get_validator(i)->get_description();
      if (!validator.empty()) name = std::string(absl::StripSuffix(name, ":" + validator));
    } catch (const CLI::OptionNotFound&) {
      return name;
    }
  }
}

OptionText MakeOption(const CLI::Option& option) {
  OptionText text;
  text.positional = option.get_positional();
  if (text.positional) {
    text.names.push_back(option.get_name(/*positional=*/true));
  } else {
    for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  }
  const bool flag = option.get_items_expected_max() == 0;
  if (!flag) text.value = ValueName(option);
  text.help = option.get_description();
  if (!flag) text.fallback = option.get_default_str();
  text.environment = option.get_envname();
  text.group = option.get_group();
  text.required = option.get_required();
  text.repeatable = !flag && option.get_expected_max() > 1;
  return text;
}

}  // namespace

std::string CommandPage::name() const { return line.substr(line.rfind(' ') + 1); }

CommandPage MakePage(const CLI::App& app) {
  CommandPage page;
  const CLI::App* parent = app.get_parent();
  page.line = app.get_name();
  for (const CLI::App* a = parent; a != nullptr; a = a->get_parent()) {
    page.line = absl::StrCat(a->get_name(), " ", page.line);
  }
  const std::pair<std::string, std::string> description =
      absl::StrSplit(app.get_description(), absl::MaxSplits('\n', 1));
  page.summary = description.first;
  page.details = description.second;
  page.example = app.get_footer();
  page.takes_options_of_parent = parent != nullptr && app.get_fallthrough();
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) page.options.push_back(MakeOption(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) page.commands.push_back(MakePage(*command));
  }
  return page;
}

std::string Spelling(const OptionText& option) {
  if (option.positional) return option.value;
  return absl::StrCat(absl::StrJoin(option.names, ", "), option.value.empty() ? "" : " ",
                      option.value);
}

std::vector<std::vector<OptionText>> OptionGroups(const CommandPage& page) {
  std::vector<std::vector<OptionText>> groups;
  for (const OptionText& option : page.options) {
    if (option.positional) continue;
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& other) {
      return other.front().group == option.group;
    });
    if (group != groups.end()) {
      group->push_back(option);
    } else {
      groups.push_back({option});
    }
  }
  std::stable_partition(groups.begin(), groups.end(),
                        [](const auto& group) { return group.front().group != kLastGroup; });
  return groups;
}

std::vector<OptionText> Positionals(const CommandPage& page) {
  std::vector<OptionText> positionals;
  std::copy_if(page.options.begin(), page.options.end(), std::back_inserter(positionals),
               [](const OptionText& option) { return option.positional; });
  return positionals;
}

std::vector<std::string> Choices(const OptionText& option) {
  if (!absl::StrContains(option.value, '|')) return {};
  return absl::StrSplit(option.value, '|');
}

std::string UsageLine(const CommandPage& page) {
  std::string line = page.line;
  for (const OptionText& option : Positionals(page)) {
    const std::string word = absl::StrCat(option.value, option.repeatable ? "..." : "");
    absl::StrAppend(&line, " ", option.required ? word : absl::StrCat("[", word, "]"));
  }
  for (const OptionText& option : page.options) {
    if (option.required && !option.positional) absl::StrAppend(&line, " ", Spelling(option));
  }
  absl::StrAppend(&line, " [OPTIONS]");
  return page.commands.empty() ? line : absl::StrCat(line, " COMMAND");
}

}  // namespace rhumb
