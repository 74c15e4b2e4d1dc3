// Reads and writes the fields of a TOML table through one list of keys: a function template that
// visits a structure serves both, so a key that can be read can be written, and the other way
// round.
#ifndef RHUMB_CONTROLLER_CONFIGURATION_TOML_FIELDS_H_
#define RHUMB_CONTROLLER_CONFIGURATION_TOML_FIELDS_H_

#include <toml++/toml.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rhumb {

// Takes the keys that are there; the others keep what the structure holds. Faults name the file,
// the line, the key and what would be right.
class TomlReader {
 public:
  // `lines` gets the line of every key found, as "section.key".
  TomlReader(const toml::table& table, std::string section, std::string where,
             std::vector<std::string>* faults, std::map<std::string, int>* lines)
      : table_(table),
        section_(std::move(section)),
        where_(std::move(where)),
        faults_(*faults),
        lines_(*lines) {}

  void Text(const char* key, std::string& value);
  void Flag(const char* key, bool& value);
  void Count(const char* key, int& value);
  void Number(const char* key, double& value);
  void Time(const char* key, absl::Duration& value);

  // Call last: a key that no field asked for is a fault.
  void ReportUnknownKeys();

 private:
  const toml::node* Find(const char* key);
  void Fault(absl::string_view key, const toml::node& node, absl::string_view what);

  const toml::table& table_;
  const std::string section_;
  const std::string where_;
  std::vector<std::string>& faults_;
  std::map<std::string, int>& lines_;
  std::set<std::string> known_;
};

// Appends "key = value" lines, in the order visited.
class TomlWriter {
 public:
  explicit TomlWriter(std::string* text) : text_(*text) {}

  void Text(const char* key, const std::string& value);
  void Flag(const char* key, bool value);
  void Count(const char* key, int value);
  void Number(const char* key, double value);
  void Time(const char* key, absl::Duration value);

 private:
  void Line(const char* key, const std::string& value);

  std::string& text_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CONFIGURATION_TOML_FIELDS_H_
