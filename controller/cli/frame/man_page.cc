#include "controller/cli/frame/man_page.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "controller/cli/frame/help_text.h"

namespace rhumb {
namespace {

// Text as roff prints it: what it would read as a command, an escape or a typographer's dash is
// what was written.
std::string Escaped(absl::string_view text) {
  std::string escaped = absl::StrReplaceAll(text, {{"\\", "\\e"},
                                                   {"-", "\\-"},
                                                   {"'", "\\(aq"},
                                                   {"`", "\\(ga"},
                                                   {"^", "\\(ha"},
                                                   {"~", "\\(ti"},
                                                   {"\n", " "}});
  if (absl::StartsWith(escaped, ".")) escaped.insert(0, "\\&");
  return escaped;
}

std::string Bold(absl::string_view text) { return absl::StrCat("\\fB", Escaped(text), "\\fR"); }

// "rhumb topo describe" as "rhumb-topo-describe".
std::string PageName(const CommandPage& page) {
  return absl::StrReplaceAll(page.line, {{" ", "-"}});
}

void AppendEntry(const std::string& tag, absl::string_view help, std::string* text) {
  absl::StrAppend(text, ".TP\n", tag, "\n", Escaped(help), "\n");
}

void AppendOptions(const std::string& heading, const std::vector<OptionText>& options,
                   std::string* text) {
  if (options.empty()) return;
  absl::StrAppend(text, ".SS \"", Escaped(heading), "\"\n");
  for (const OptionText& option : options) {
    std::string tag;
    for (const std::string& name : option.names) {
      if (option.positional) break;
      absl::StrAppend(&tag, tag.empty() ? "" : ", ", Bold(name));
    }
    if (!option.value.empty()) {
      absl::StrAppend(&tag, tag.empty() ? "" : " ", "\\fI", Escaped(option.value), "\\fR");
    }
    AppendEntry(tag, FullHelp(option), text);
  }
}

void AppendExamples(const std::string& example, std::string* text) {
  if (example.empty()) return;
  absl::StrAppend(text, ".SH EXAMPLES\n");
  for (const absl::string_view line : absl::StrSplit(example, '\n', absl::SkipEmpty())) {
    absl::StrAppend(text, ".PP\n.nf\n.RS 4\n", Escaped(line), "\n.RE\n.fi\n");
  }
}

void AppendSeeAlso(const CommandPage& page, std::string* text) {
  std::vector<std::string> names;
  for (const CommandPage& command : page.commands) names.push_back(PageName(command));
  const size_t end = page.line.rfind(' ');
  if (end != std::string::npos) {
    names.push_back(absl::StrReplaceAll(page.line.substr(0, end), {{" ", "-"}}));
  }
  std::sort(names.begin(), names.end());
  if (names.empty()) return;
  absl::StrAppend(text, ".SH \"SEE ALSO\"\n");
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(text, ".BR ", Escaped(names[i]), " (1)", i + 1 < names.size() ? "," : "", "\n");
  }
}

}  // namespace

std::string ManFileName(const CommandPage& page) { return PageName(page) + ".1"; }

std::string ManPage(const CommandPage& page, const std::string& version) {
  const std::string name = PageName(page);
  // Ragged on the right (.ad l): a long list of names leaves a line with nothing to stretch.
  std::string text = absl::StrFormat(
      ".TH \"%s\" 1 \"\" \"%s\" \"User Commands\"\n.ad l\n.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n%s\n",
      Escaped(absl::AsciiStrToUpper(name)), Escaped(version), Escaped(name), Escaped(page.summary),
      absl::StrCat(Bold(page.line), Escaped(UsageLine(page).substr(page.line.size()))));
  if (!page.details.empty()) {
    absl::StrAppend(&text, ".SH DESCRIPTION\n");
    for (const absl::string_view paragraph :
         absl::StrSplit(page.details, "\n\n", absl::SkipEmpty())) {
      absl::StrAppend(&text, ".PP\n", Escaped(paragraph), "\n");
    }
  }
  if (!page.commands.empty()) absl::StrAppend(&text, ".SH COMMANDS\n");
  for (const CommandPage& command : page.commands) {
    AppendEntry(Bold(command.name()), command.summary, &text);
  }
  absl::StrAppend(&text, ".SH OPTIONS\n");
  AppendOptions("Arguments", Positionals(page), &text);
  for (const auto& group : OptionGroups(page)) AppendOptions(group.front().group, group, &text);
  if (page.takes_options_of_parent) {
    const std::string parent = page.line.substr(0, page.line.rfind(' '));
    absl::StrAppend(&text, ".PP\nThe options of ", Bold(parent), " may stand here too.\n");
  }
  absl::StrAppend(&text,
                  ".SH \"EXIT STATUS\"\n.TP\n.B 0\nDone.\n.TP\n.B 1\nFailed; standard error has "
                  "the reason.\n.TP\n.B 2\nThe command line is wrong.\n.TP\n.B 128+N\nStopped by "
                  "signal N; standard error says what was kept.\n");
  AppendExamples(page.example, &text);
  AppendSeeAlso(page, &text);
  return text;
}

}  // namespace rhumb
