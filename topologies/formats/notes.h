// Counts what a reader merged, skipped or assumed, and turns it into lines for LoadReport::notes.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NOTES_H_
#define RHUMB_TOPOLOGIES_FORMATS_NOTES_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rhumb {

class Notes {
 public:
  // Adds one to the line "WHAT: COUNT (first: EXAMPLE)".
  void Count(absl::string_view what, absl::string_view example = "", int by = 1) {
    for (Entry& entry : entries_) {
      if (entry.what == what && entry.count > 0) {
        entry.count += by;
        return;
      }
    }
    entries_.push_back({std::string(what), std::string(example), by});
  }
  // A line without a count.
  void Say(std::string text) { entries_.push_back({std::move(text), "", 0}); }

  // A field of the file that says nothing here. `kind` is "link", "node" or "graph".
  void Unused(absl::string_view kind, absl::string_view field) {
    for (UnusedField& unused : unused_) {
      if (unused.kind == kind && unused.field == field) {
        ++unused.count;
        return;
      }
    }
    unused_.push_back({std::string(kind), std::string(field), 1});
  }

  // In order of first appearance; then one line a kind of element that names its unused fields with
  // their counts.
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const Entry& entry : entries_) {
      lines.push_back(entry.what);
      if (entry.count > 0) absl::StrAppend(&lines.back(), ": ", entry.count);
      if (!entry.example.empty()) absl::StrAppend(&lines.back(), " (first: ", entry.example, ")");
    }
    std::vector<std::string> kinds;
    for (const UnusedField& unused : unused_) {
      if (std::find(kinds.begin(), kinds.end(), unused.kind) == kinds.end()) {
        kinds.push_back(unused.kind);
      }
    }
    for (const std::string& kind : kinds) {
      std::string line = absl::StrCat(kind, " fields not used:");
      for (const UnusedField& unused : unused_) {
        if (unused.kind != kind) continue;
        absl::StrAppend(&line, absl::EndsWith(line, ":") ? " \"" : ", \"",
                        unused.field.substr(0, 60), "\" ", unused.count);
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  struct Entry {
    std::string what, example;
    int count;
  };
  struct UnusedField {
    std::string kind, field;
    int count;
  };
  std::vector<Entry> entries_;  // a dozen at most
  std::vector<UnusedField> unused_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NOTES_H_
