#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "controller/cli/ctl/ctl_commands.h"
#include "controller/terminal/usage_error.h"

namespace rhumb {

std::string AnswerJson(const google::protobuf::Message& answer, bool on_one_line) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = !on_one_line;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(answer, &json, options);
  if (!status.ok()) return absl::StrCat("{\"error\": \"", status.message().ToString(), "\"}\n");
  if (on_one_line) json += '\n';
  return json;
}

absl::StatusOr<std::pair<std::string, std::string>> ParseDemand(
    const std::vector<std::string>& words) {
  std::vector<std::string> ends = words;
  if (words.size() == 1) ends = absl::StrSplit(words[0], '>');
  if (ends.size() != 2 || ends[0].empty() || ends[1].empty()) {
    return UsageError(
        absl::StrFormat("\"%s\" is no demand; give 'SOURCE>DESTINATION' in quotes, "
                        "or SOURCE DESTINATION",
                        words.empty() ? "" : words[0]));
  }
  return std::pair(ends[0], ends[1]);
}

void AddDemand(CLI::App& app, std::vector<std::string>* words, bool required) {
  CLI::Option* option =
      app.add_option("demand", *words, "Demand: 'SOURCE>DESTINATION' in quotes, or two words")
          ->type_name("DEMAND")
          ->expected(required ? 1 : 0, 2);
  if (required) option->required();
}

absl::StatusOr<PathWords> ParsePath(const std::string& text) {
  PathWords path;
  path.ratio = std::numeric_limits<double>::quiet_NaN();
  std::string links = text;
  if (const size_t equals = text.rfind('='); equals != std::string::npos) {
    links = text.substr(0, equals);
    if (!absl::SimpleAtod(text.substr(equals + 1), &path.ratio) ||
        !(path.ratio > 0 && path.ratio <= 1)) {
      return UsageError(
          absl::StrFormat("--path \"%s\": \"%s\" is no share; give one above 0, at most 1", text,
                          text.substr(equals + 1)));
    }
  }
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(links, ','))) {
    const std::vector<std::string> nodes = absl::StrSplit(part, '>');
    if (std::find(nodes.begin(), nodes.end(), "") != nodes.end()) {
      return UsageError(absl::StrFormat(
          "--path \"%s\": give links as in 'A>C,C>B=0.7', or nodes as in 'A>C>B=0.7'", text));
    }
    if (nodes.size() <= 2) path.links.push_back(part);
    for (size_t i = 0; nodes.size() > 2 && i + 1 < nodes.size(); ++i) {
      path.links.push_back(absl::StrCat(nodes[i], ">", nodes[i + 1]));
    }
  }
  return path;
}

}  // namespace rhumb
