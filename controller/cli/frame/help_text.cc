#include "controller/cli/frame/help_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "controller/cli/frame/text_report.h"

namespace rhumb {
namespace {

constexpr int kTextWidth = 80;
constexpr size_t kMostNameWidth = 24;

using Entry = std::pair<std::string, std::string>;  // what stands left, and right

// Two columns below a heading; what is too wide on the left gets a line of its own.
void AppendEntries(const std::string& heading, const std::vector<Entry>& entries, size_t width,
                   std::string* text) {
  if (entries.empty()) return;
  absl::StrAppend(text, "\n", heading, ":\n");
  const std::string gap(width + 4, ' ');
  for (const auto& [left, right] : entries) {
    std::string lead = absl::StrCat("  ", left);
    if (left.size() > width && !right.empty()) {
      absl::StrAppend(text, lead, "\n");
      lead = gap;
    }
    lead.resize(std::max(lead.size(), gap.size()), ' ');
    for (const std::string& line : WrapLines(right, kTextWidth - static_cast<int>(gap.size()))) {
      AppendLine(absl::StrCat(lead, line), text);
      lead = gap;
    }
  }
}

size_t WidthFor(const std::vector<std::vector<Entry>>& tables) {
  size_t width = 0;
  for (const auto& entries : tables) {
    for (const Entry& entry : entries) {
      if (entry.first.size() <= kMostNameWidth) width = std::max(width, entry.first.size());
    }
  }
  return width;
}

std::vector<Entry> EntriesOf(const std::vector<OptionText>& options) {
  std::vector<Entry> entries;
  for (const OptionText& option : options) {
    entries.emplace_back(Spelling(option), FullHelp(option));
  }
  return entries;
}

}  // namespace

std::string FullHelp(const OptionText& option) {
  std::string text = option.help;
  std::vector<std::string> facts;
  if (option.required && !option.positional) facts.push_back("required");
  if (option.repeatable && !option.positional) facts.push_back("repeatable");
  if (!option.fallback.empty()) facts.push_back("default: " + option.fallback);
  if (!option.environment.empty()) facts.push_back("or $" + option.environment);
  for (size_t i = 0; i < facts.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? " (" : ", ", facts[i], i + 1 == facts.size() ? ")" : "");
  }
  return text;
}

std::string HelpText(const CommandPage& page) {
  std::string text = absl::StrCat(page.summary, "\n\nUsage: ", UsageLine(page), "\n");
  for (const absl::string_view paragraph :
       absl::StrSplit(page.details, "\n\n", absl::SkipEmpty())) {
    absl::StrAppend(&text, "\n");
    for (const std::string& line : WrapLines(paragraph, kTextWidth)) AppendLine(line, &text);
  }
  std::vector<Entry> commands;
  for (const CommandPage& command : page.commands) {
    commands.emplace_back(command.name(), command.summary);
  }
  const auto groups = OptionGroups(page);
  std::vector<std::vector<Entry>> tables = {commands, EntriesOf(Positionals(page))};
  for (const auto& group : groups) tables.push_back(EntriesOf(group));
  const size_t width = WidthFor(tables);
  AppendEntries("Commands", tables[0], width, &text);
  AppendEntries("Arguments", tables[1], width, &text);
  for (size_t g = 0; g < groups.size(); ++g) {
    AppendEntries(groups[g].front().group, tables[g + 2], width, &text);
  }
  if (page.takes_options_of_parent) {
    const std::string parent = page.line.substr(0, page.line.rfind(' '));
    absl::StrAppend(&text, "\nThe options of `", parent, " --help` may stand here too.\n");
  }
  if (page.example.empty()) return text;
  const std::vector<std::string> examples = absl::StrSplit(page.example, '\n');
  absl::StrAppend(&text, examples.size() > 1 ? "\nExamples:\n" : "\nExample:\n");
  for (const std::string& example : examples) absl::StrAppend(&text, "  ", example, "\n");
  if (!page.commands.empty()) {
    absl::StrAppend(&text, "\nMore: ", page.line, " COMMAND --help\n");
  }
  return text;
}

}  // namespace rhumb
