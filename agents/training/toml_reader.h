// Typed values out of a TOML file, with every problem of the file at once.
#ifndef RHUMB_AGENTS_TRAINING_TOML_READER_H_
#define RHUMB_AGENTS_TRAINING_TOML_READER_H_

#include <toml++/toml.h>

#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace rhumb::training {

// InvalidArgument with the line for text that is not TOML.
inline absl::StatusOr<toml::table> ParseToml(absl::string_view text, absl::string_view name) {
  try {
    return toml::parse(std::string_view(text.data(), text.size()),
                       std::string_view(name.data(), name.size()));
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(absl::StrFormat("%s:%d: %s", name, error.source().begin.line,
                                                      std::string(error.description())));
  }
}

// Keys are "section.key". A key that is missing leaves its value as it is; one that nobody asked
// for is a problem too.
class TomlReader {
 public:
  TomlReader(const toml::table& root, absl::string_view name) : root_(root), name_(name) {}

  template <typename T>
  void Number(const std::string& key, double low, double high, T* value) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const auto number = node->value<double>();
    const bool whole = !std::is_integral_v<T> || node->is_integer();
    if (!number || node->is_boolean() || !whole || !(*number >= low && *number <= high)) {
      Problem(key,
              absl::StrFormat("give %s from %g to %g",
                              std::is_integral_v<T> ? "a whole number" : "a number", low, high));
      return;
    }
    *value = static_cast<T>(*number);
  }

  template <typename Take>
  void List(const std::string& key, const std::string& expected, Take take) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    bool good = array != nullptr && !array->empty();
    for (size_t i = 0; good && i < array->size(); ++i) good = take(*array->get(i));
    if (!good) Problem(key, expected);
  }

  void Choice(const std::string& key, const std::string& off, const std::string& on, bool* value) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const std::string text = node->value_or(std::string());
    if (text != off && text != on) {
      Problem(key, absl::StrFormat("give \"%s\" or \"%s\"", off, on));
      return;
    }
    *value = text == on;
  }

  void Flag(const std::string& key, bool* value) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    if (!node->is_boolean()) {
      Problem(key, "give true or false");
      return;
    }
    *value = *node->value<bool>();
  }

  void Problem(const std::string& key, const std::string& what) {
    problems_.push_back(absl::StrFormat("%s: %s: %s", name_, key, what));
  }

  // After all keys were read.
  absl::Status Finish() {
    for (const auto& [name, node] : root_) {
      const std::string section(name.str());
      if (!node.is_table()) {
        if (known_.count(section) == 0) Problem(section, "unknown key");
        continue;
      }
      for (const auto& [key, value] : *node.as_table()) {
        const std::string full = section + "." + std::string(key.str());
        if (known_.count(full) == 0) Problem(full, "unknown key");
      }
    }
    if (problems_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrJoin(problems_, "\n"));
  }

 private:
  const toml::node* Find(const std::string& key) {
    known_.insert(key);
    return root_.at_path(key).node();
  }

  const toml::table& root_;
  std::string name_;
  std::set<std::string> known_;
  std::vector<std::string> problems_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TOML_READER_H_
