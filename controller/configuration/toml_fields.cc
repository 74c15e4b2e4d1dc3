#include "controller/configuration/toml_fields.h"

#include <limits>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "topologies/formats/units.h"

namespace rhumb {

const toml::node* TomlReader::Find(const char* key) {
  known_.insert(key);
  const toml::node* node = table_.get(key);
  if (node != nullptr) {
    lines_[absl::StrCat(section_, ".", key)] = static_cast<int>(node->source().begin.line);
  }
  return node;
}

void TomlReader::Fault(absl::string_view key, const toml::node& node, absl::string_view what) {
  faults_.push_back(
      absl::StrFormat("%s:%d: %s.%s %s", where_, node.source().begin.line, section_, key, what));
}

void TomlReader::Text(const char* key, std::string& value) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  const auto text = node->value_exact<std::string>();
  if (!text) return Fault(key, *node, "is not a text; write it in quotes");
  value = *text;
}

void TomlReader::Flag(const char* key, bool& value) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  const auto flag = node->value_exact<bool>();
  if (!flag) return Fault(key, *node, "is not true or false");
  value = *flag;
}

void TomlReader::Count(const char* key, int& value) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  const auto number = node->value_exact<int64_t>();
  if (!number || *number < std::numeric_limits<int>::min() ||
      *number > std::numeric_limits<int>::max()) {
    return Fault(key, *node, "is not a whole number of at most 2147483647");
  }
  value = static_cast<int>(*number);
}

void TomlReader::Number(const char* key, double& value) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  const auto number = node->is_number() ? node->value<double>() : std::nullopt;
  if (!number) return Fault(key, *node, "is not a number");
  value = *number;
}

void TomlReader::Time(const char* key, absl::Duration& value) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  const auto text = node->value_exact<std::string>();
  const auto time =
      text ? ParseDuration(*text) : absl::StatusOr<absl::Duration>(absl::InvalidArgumentError(""));
  if (!time.ok()) return Fault(key, *node, "is not a time such as \"10s\" or \"5m\"");
  value = *time;
}

void TomlReader::ReportUnknownKeys() {
  for (const auto& [key, node] : table_) {
    if (known_.count(std::string(key.str())) > 0) continue;
    Fault(std::string(key.str()), node,
          absl::StrCat("is not a key; [", section_, "] has ", absl::StrJoin(known_, ", ")));
  }
}

void TomlWriter::Line(const char* key, const std::string& value) {
  absl::StrAppend(&text_, key, " = ", value, "\n");
}
void TomlWriter::Text(const char* key, const std::string& value) {
  std::ostringstream quoted;
  quoted << toml::value<std::string>(value);
  Line(key, quoted.str());
}
void TomlWriter::Flag(const char* key, bool value) { Line(key, value ? "true" : "false"); }
void TomlWriter::Count(const char* key, int value) { Line(key, absl::StrCat(value)); }
void TomlWriter::Number(const char* key, double value) {
  std::ostringstream text;
  text << toml::value<double>(value);
  Line(key, text.str());
}
void TomlWriter::Time(const char* key, absl::Duration value) {
  Line(key, absl::StrCat("\"", absl::FormatDuration(value), "\""));
}

}  // namespace rhumb
