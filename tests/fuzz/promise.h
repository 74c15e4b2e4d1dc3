// What a fuzzed input must not break.
#ifndef RHUMB_TESTS_FUZZ_PROMISE_H_
#define RHUMB_TESTS_FUZZ_PROMISE_H_

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace rhumb::testing {

// Aborts, so that fuzzer and test suite alike report the input.
inline void Require(bool promise, absl::string_view what) {
  if (promise) return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// What the input is called to whoever reads it.
inline constexpr char kFile[] = "fuzz-input";

// A refusal names its file.
inline void CheckFileRefusal(const absl::Status& status) {
  Require(absl::StartsWith(status.message(), kFile), status.ToString());
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_PROMISE_H_
