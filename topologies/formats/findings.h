// What is odd about a file, collected in one reading instead of stopping at the first fault.
#ifndef RHUMB_TOPOLOGIES_FORMATS_FINDINGS_H_
#define RHUMB_TOPOLOGIES_FORMATS_FINDINGS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace rhumb {

// Worst first.
enum class Severity { kRefused, kOdd, kNote };

struct Finding {
  Severity severity = Severity::kNote;
  std::string what;     // "links without a capacity"
  int count = 0;        // 0: a sentence, not a number of things
  std::string example;  // the first of them, with its place; may be empty
  std::string option;   // "--default-capacity 10G" when an option repairs it
};

class Findings {
 public:
  // Findings of one kind are counted together; the first gives the example.
  void Add(Severity severity, absl::string_view what, absl::string_view example = "",
           absl::string_view option = "", int by = 1) {
    for (Finding& finding : findings_) {
      if (finding.severity == severity && finding.what == what) {
        finding.count += by;
        return;
      }
    }
    findings_.push_back(
        {severity, std::string(what), by, std::string(example), std::string(option)});
  }

  const std::vector<Finding>& list() const { return findings_; }

 private:
  std::vector<Finding> findings_;  // a dozen at most: kinds are few
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_FINDINGS_H_
