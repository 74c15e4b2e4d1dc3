// The configuration of `rhumb serve`.
#ifndef RHUMB_TESTS_FUZZ_SERVE_CONFIG_READER_H_
#define RHUMB_TESTS_FUZZ_SERVE_CONFIG_READER_H_

#include "absl/strings/string_view.h"

namespace rhumb::testing {

// Aborts unless what is accepted is the same after it has been written and read again.
// Configurations hold names of files, so what they mean is not checked here.
void RunServeConfig(absl::string_view bytes);

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_SERVE_CONFIG_READER_H_
