// Shorthand for tests of readers.
#ifndef RHUMB_TESTS_TOPOLOGIES_FORMATS_READING_H_
#define RHUMB_TESTS_TOPOLOGIES_FORMATS_READING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "topologies/formats/loader.h"

namespace rhumb::testing {

struct Fault {
  const char* name;
  std::string content;
  // What the message must hold besides the file's name.
  std::string says;
};

inline void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

// The message of the refusal, "(accepted)" when there is none.
inline std::string TopologyRefusal(absl::string_view content, const LoadOptions& options = {}) {
  const auto loaded = ReadTopology(content, "the-file", options);
  return loaded.ok() ? "(accepted)" : std::string(loaded.status().message());
}

inline std::string TrafficRefusal(absl::string_view content, const LoadOptions& options = {}) {
  const auto loaded = ReadTraffic(content, "the-file", options);
  return loaded.ok() ? "(accepted)" : std::string(loaded.status().message());
}

// Content with every "\n" turned into "\r\n".
inline std::string WithCarriageReturns(absl::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_TOPOLOGIES_FORMATS_READING_H_
