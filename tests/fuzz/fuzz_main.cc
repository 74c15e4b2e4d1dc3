// libFuzzer's entry into the reader that RHUMB_FUZZED_READER names, one of those that read files.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/file_readers.h"

namespace {

const rhumb::testing::FuzzedReader& Reader() {
  for (const auto& reader : rhumb::testing::FileReaders()) {
    if (absl::string_view(reader.name) == RHUMB_FUZZED_READER) return reader;
  }
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rhumb::testing::FuzzedReader& reader = Reader();
  reader.run(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
