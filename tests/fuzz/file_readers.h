// Readers of networks, traffic and plans: one entry a reader, by the name of its corpus directory.
#ifndef RHUMB_TESTS_FUZZ_FILE_READERS_H_
#define RHUMB_TESTS_FUZZ_FILE_READERS_H_

#include "absl/types/span.h"
#include "tests/fuzz/fuzzed_reader.h"

namespace rhumb::testing {

absl::Span<const FuzzedReader> FileReaders();

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_FILE_READERS_H_
