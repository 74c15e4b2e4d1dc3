// What the fuzz targets and the corpus test feed.
#ifndef RHUMB_TESTS_FUZZ_FUZZED_READER_H_
#define RHUMB_TESTS_FUZZ_FUZZED_READER_H_

#include <ostream>

#include "absl/strings/string_view.h"

namespace rhumb::testing {

struct FuzzedReader {
  const char* name;  // of its corpus directory
  // Reads the bytes as they come. Aborts when the reader breaks a promise: a refusal names the
  // file; what is accepted is the same after it has been written in the native format and read
  // again.
  void (*run)(absl::string_view bytes);
};

inline void PrintTo(const FuzzedReader& reader, std::ostream* out) { *out << reader.name; }

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_FUZZED_READER_H_
