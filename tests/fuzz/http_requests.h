// What comes to the live page's port.
#ifndef RHUMB_TESTS_FUZZ_HTTP_REQUESTS_H_
#define RHUMB_TESTS_FUZZ_HTTP_REQUESTS_H_

#include "absl/strings/string_view.h"

namespace rhumb::testing {

// Hands the bytes to a server as one connection sends them, to the live page of a controller that
// steers a small network. Aborts unless it answers in HTTP, never with an internal error, hangs up,
// and goes on serving others.
void RunHttp(absl::string_view bytes);

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_HTTP_REQUESTS_H_
