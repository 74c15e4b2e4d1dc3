// Reads and writes the fields of a TOML table through one list of keys: a function template that
// visits a structure serves both, so a key that can be read can be written, and the other way
// round. An optional member stays without a value when its key is absent, and is then not written.
// Files that are only ever read may use what the reader has beyond the writer: numbers within
// limits, choices and lists of any kind.
#ifndef RHUMB_TOPOLOGIES_FORMATS_TOML_FIELDS_H_
#define RHUMB_TOPOLOGIES_FORMATS_TOML_FIELDS_H_

#include <toml++/toml.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rhumb {

// InvalidArgument with file and line for text that is not TOML.
absl::StatusOr<toml::table> ParseToml(absl::string_view text, const std::string& where);

// Takes the keys that are there; the others keep what the structure holds. Faults name the file,
// the line, the key and what would be right.
class TomlReader {
 public:
  // `section` is empty for the top level, where tables are sections, not keys. `lines` gets the
  // line of every key found, as "section.key"; null when nobody asks.
  TomlReader(const toml::table& table, std::string section, std::string where,
             std::vector<std::string>* faults, std::map<std::string, int>* lines = nullptr)
      : table_(table),
        section_(std::move(section)),
        where_(std::move(where)),
        faults_(*faults),
        lines_(lines) {}

  void Text(const char* key, std::string& value);
  void Texts(const char* key, std::vector<std::string>& values);
  void Flag(const char* key, bool& value);
  void Count(const char* key, int& value);
  void Number(const char* key, double& value);
  void Time(const char* key, absl::Duration& value);
  // Bits per second: a number, or a text with a unit.
  void Rate(const char* key, double& value);
  // A text that `parse` makes a StatusOr<T> of; `format` is the writer's. `expected` ends a fault:
  // "a range such as ...".
  template <typename T, typename Parse, typename Format>
  void Parsed(const char* key, T& value, Parse parse, Format, const char* expected) {
    if (const toml::node* node = Find(key)) {
      auto parsed = parse(node->value_exact<std::string>().value_or(""));
      if (!parsed.ok()) return Fault(key, *node, absl::StrCat("is not ", expected));
      value = *std::move(parsed);
    }
  }

  // A number from `low` to `high`, a whole one where T is integral.
  template <typename T>
  void Number(const char* key, double low, double high, T& value) {
    if (const auto number = Limited(key, low, high, std::is_integral_v<T>)) {
      value = static_cast<T>(*number);
    }
  }
  // One of two words: `on` is true.
  void Choice(const char* key, const char* off, const char* on, bool& value);
  // A list that is not empty, every element of which `take` accepts. `expected` ends a fault:
  // "a list of numbers from 0 to 1".
  void List(const char* key, const std::string& expected,
            const std::function<bool(const toml::node& element)>& take);
  // Says of a key what its own kind does not: how it fits the others.
  void Problem(const char* key, absl::string_view what);

  void Count(const char* key, std::optional<int>& value) {
    Optional(key, value, &TomlReader::Count);
  }
  void Number(const char* key, std::optional<double>& value) {
    Optional(key, value, &TomlReader::Number);
  }
  void Time(const char* key, std::optional<absl::Duration>& value) {
    Optional(key, value, &TomlReader::Time);
  }
  void Rate(const char* key, std::optional<double>& value) {
    Optional(key, value, &TomlReader::Rate);
  }

  // Call last: a key that no field asked for is a fault.
  void ReportUnknownKeys();

 private:
  // Null when the key is absent; from now on it is a known one.
  const toml::node* Find(const char* key);
  std::string FullName(absl::string_view key) const;
  std::optional<double> Limited(const char* key, double low, double high, bool whole);
  void Fault(absl::string_view key, const toml::node& node, absl::string_view what);
  template <typename T>
  void Optional(const char* key, std::optional<T>& value,
                void (TomlReader::*read)(const char* key, T& value)) {
    if (Find(key) == nullptr) return;
    T present{};
    (this->*read)(key, present);
    value = std::move(present);
  }

  const toml::table& table_;
  const std::string section_;
  const std::string where_;
  std::vector<std::string>& faults_;
  std::map<std::string, int>* const lines_;
  std::set<std::string> known_;
};

// A whole file that is only read: its keys at the top level, then section by section.
class TomlFile {
 public:
  // `table` outlives this.
  TomlFile(const toml::table& table, const std::string& where)
      : table_(table), where_(where), top_(table, "", where, &faults_) {}
  TomlFile(const TomlFile&) = delete;
  TomlFile& operator=(const TomlFile&) = delete;

  // Reads the keys outside of sections.
  TomlReader& top() { return top_; }
  // Calls `visit` with the reader of a section, one without keys where the file has none.
  void Section(const std::string& name, const std::function<void(TomlReader& fields)>& visit);
  // Call last. InvalidArgument with every fault there is, one a line: those of the readers, unknown
  // keys and unknown sections.
  absl::Status Finish();

 private:
  const toml::table& table_;
  const toml::table empty_;
  const std::string where_;
  std::vector<std::string> faults_;
  TomlReader top_;
  std::set<std::string> sections_;
};

// Appends "key = value" lines, in the order visited.
class TomlWriter {
 public:
  explicit TomlWriter(std::string* text) : text_(*text) {}

  void Text(const char* key, const std::string& value);
  void Texts(const char* key, const std::vector<std::string>& values);
  void Flag(const char* key, bool value);
  void Count(const char* key, int value);
  void Number(const char* key, double value);
  void Time(const char* key, absl::Duration value);
  void Rate(const char* key, double value) { Number(key, value); }
  template <typename T, typename Parse, typename Format>
  void Parsed(const char* key, const std::optional<T>& value, Parse, Format format, const char*) {
    if (value) Text(key, format(*value));
  }

  void Count(const char* key, const std::optional<int>& value) {
    if (value) Count(key, *value);
  }
  void Number(const char* key, const std::optional<double>& value) {
    if (value) Number(key, *value);
  }
  void Time(const char* key, const std::optional<absl::Duration>& value) {
    if (value) Time(key, *value);
  }
  void Rate(const char* key, const std::optional<double>& value) { Number(key, value); }

 private:
  void Line(const char* key, const std::string& value);

  std::string& text_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_TOML_FIELDS_H_
