// Counts what a reader merged, skipped or assumed, and turns it into lines for LoadReport::notes.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NOTES_H_
#define RHUMB_TOPOLOGIES_FORMATS_NOTES_H_

#include <string>
#include <utility>
#include <vector>

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

  // In order of first appearance.
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const Entry& entry : entries_) {
      lines.push_back(entry.what);
      if (entry.count > 0) absl::StrAppend(&lines.back(), ": ", entry.count);
      if (!entry.example.empty()) absl::StrAppend(&lines.back(), " (first: ", entry.example, ")");
    }
    return lines;
  }

 private:
  struct Entry {
    std::string what, example;
    int count;
  };
  std::vector<Entry> entries_;  // a dozen at most
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NOTES_H_
