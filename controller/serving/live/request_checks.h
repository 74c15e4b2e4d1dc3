// Whether a request was made by a page of ours, or by another one in the same browser.
#ifndef RHUMB_CONTROLLER_SERVING_LIVE_REQUEST_CHECKS_H_
#define RHUMB_CONTROLLER_SERVING_LIVE_REQUEST_CHECKS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "controller/serving/http/http_message.h"

namespace rhumb {

// The header without which nothing is changed: a page of another origin cannot send it unasked.
inline constexpr char kOwnRequestHeader[] = "X-Rhumb-Request";

// OK when the Host is an address, localhost, or one of `names`. A name that somebody else gave to
// this machine's address (DNS rebinding) makes a page of theirs one of the same origin.
absl::Status CheckHost(const HttpRequest& request, const std::vector<std::string>& names);

// For requests that change something or log in. PermissionDenied, saying what is missing, when a
// browser says that it comes from another origin, or the request is not one that only our own page
// or a program can make.
absl::Status CheckOwnRequest(const HttpRequest& request);

// The value of a cookie; nothing when it is absent, empty or there twice.
std::optional<std::string> CookieOf(const HttpRequest& request, absl::string_view name);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_LIVE_REQUEST_CHECKS_H_
