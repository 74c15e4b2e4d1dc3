#include "topologies/formats/toml_fields.h"

#include <limits>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

template <typename T>
std::string ToTomlValue(const T& value) {
  std::ostringstream text;
  text << toml::value<T>(value);
  return text.str();
}

}  // namespace

absl::StatusOr<toml::table> ParseToml(absl::string_view text, const std::string& where) {
  try {
    return toml::parse(std::string_view(text.data(), text.size()));
  } catch (const toml::parse_error& e) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s:%d: not valid TOML: %s", where, e.source().begin.line, std::string(e.description())));
  }
}

const toml::node* TomlReader::Find(const char* key) {
  known_.insert(key);
  const toml::node* node = table_.get(key);
  if (node != nullptr && lines_ != nullptr) {
    (*lines_)[FullName(key)] = static_cast<int>(node->source().begin.line);
  }
  return node;
}

std::string TomlReader::FullName(absl::string_view key) const {
  return section_.empty() ? std::string(key) : absl::StrCat(section_, ".", key);
}

void TomlReader::Fault(absl::string_view key, const toml::node& node, absl::string_view what) {
  faults_.push_back(
      absl::StrFormat("%s:%d: %s %s", where_, node.source().begin.line, FullName(key), what));
}

void TomlReader::Text(const char* key, std::string& value) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  const auto text = node->value_exact<std::string>();
  if (!text) return Fault(key, *node, "is not a text; write it in quotes");
  value = *text;
}

void TomlReader::Texts(const char* key, std::vector<std::string>& values) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  std::vector<std::string> texts;
  const toml::array* array = node->as_array();
  bool all_texts = array != nullptr;
  for (size_t i = 0; all_texts && i < array->size(); ++i) {
    const auto text = array->get(i)->value_exact<std::string>();
    all_texts = text.has_value();
    if (text) texts.push_back(*text);
  }
  if (!all_texts) return Fault(key, *node, "is not a list of texts");
  values = std::move(texts);
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

std::optional<double> TomlReader::Limited(const char* key, double low, double high, bool whole) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const auto number = node->is_number() ? node->value<double>() : std::nullopt;
  if (!number || (whole && !node->is_integer()) || !(*number >= low && *number <= high)) {
    Fault(key, *node,
          absl::StrFormat("is not %s from %g to %g", whole ? "a whole number" : "a number", low,
                          high));
    return std::nullopt;
  }
  return number;
}

void TomlReader::Choice(const char* key, const char* off, const char* on, bool& value) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  const std::string text = node->value_exact<std::string>().value_or("");
  if (text != off && text != on) {
    return Fault(key, *node, absl::StrFormat("is neither \"%s\" nor \"%s\"", off, on));
  }
  value = text == on;
}

void TomlReader::List(const char* key, const std::string& expected,
                      const std::function<bool(const toml::node& element)>& take) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  bool good = array != nullptr && !array->empty();
  for (size_t i = 0; good && i < array->size(); ++i) good = take(*array->get(i));
  if (!good) Fault(key, *node, absl::StrCat("is not ", expected));
}

void TomlReader::Problem(const char* key, absl::string_view what) {
  if (const toml::node* node = Find(key)) return Fault(key, *node, what);
  faults_.push_back(absl::StrFormat("%s: %s %s", where_, FullName(key), what));
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

void TomlReader::Rate(const char* key, double& value) {
  const toml::node* node = Find(key);
  if (node == nullptr) return;
  if (node->is_number()) return Number(key, value);
  const auto rate = ParseRate(node->value_exact<std::string>().value_or(""));
  if (!rate.ok()) return Fault(key, *node, "is not a rate such as \"10G\"");
  value = *rate;
}

void TomlReader::ReportUnknownKeys() {
  for (const auto& [key, node] : table_) {
    const bool is_section = section_.empty() && node.is_table();
    if (is_section || known_.count(std::string(key.str())) > 0) continue;
    Fault(std::string(key.str()), node,
          absl::StrCat("is not known; keys here are ", absl::StrJoin(known_, ", ")));
  }
}

void TomlFile::Section(const std::string& name,
                       const std::function<void(TomlReader& fields)>& visit) {
  sections_.insert(name);
  const toml::table* table = table_.get_as<toml::table>(name);
  TomlReader reader(table == nullptr ? empty_ : *table, name, where_, &faults_);
  visit(reader);
  reader.ReportUnknownKeys();
}

absl::Status TomlFile::Finish() {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (node.is_table() == (sections_.count(name) > 0)) continue;
    if (!node.is_table()) {
      top_.Problem(name.c_str(), absl::StrFormat("is not a section; write [%s]", name));
    } else {
      top_.Problem(name.c_str(),
                   absl::StrCat("is not a section; there are ", absl::StrJoin(sections_, ", ")));
    }
  }
  top_.ReportUnknownKeys();
  if (faults_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults_, "\n"));
}

void TomlWriter::Line(const char* key, const std::string& value) {
  absl::StrAppend(&text_, key, " = ", value, "\n");
}
void TomlWriter::Text(const char* key, const std::string& value) { Line(key, ToTomlValue(value)); }
void TomlWriter::Texts(const char* key, const std::vector<std::string>& values) {
  Line(key, absl::StrCat("[",
                         absl::StrJoin(values, ", ",
                                       [](std::string* out, const std::string& value) {
                                         absl::StrAppend(out, ToTomlValue(value));
                                       }),
                         "]"));
}
void TomlWriter::Flag(const char* key, bool value) { Line(key, value ? "true" : "false"); }
void TomlWriter::Count(const char* key, int value) { Line(key, absl::StrCat(value)); }
void TomlWriter::Number(const char* key, double value) { Line(key, ToTomlValue(value)); }
void TomlWriter::Time(const char* key, absl::Duration value) {
  Line(key, absl::StrCat("\"", absl::FormatDuration(value), "\""));
}

}  // namespace rhumb
