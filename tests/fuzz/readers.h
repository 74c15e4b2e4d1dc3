// What the fuzz targets and the corpus test feed: one entry a reader, by the name of its corpus
// directory.
#ifndef RHUMB_TESTS_FUZZ_READERS_H_
#define RHUMB_TESTS_FUZZ_READERS_H_

#include <ostream>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rhumb::testing {

struct FuzzedReader {
  const char* name;
  // Reads the bytes as they come. Aborts when the reader breaks a promise: a refusal names the
  // file; what is accepted is the same after it has been written in the native format and read
  // again.
  void (*run)(absl::string_view bytes);
};

inline void PrintTo(const FuzzedReader& reader, std::ostream* out) { *out << reader.name; }

absl::Span<const FuzzedReader> FuzzedReaders();

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_READERS_H_
