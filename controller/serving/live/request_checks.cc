#include "controller/serving/live/request_checks.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

absl::Status Refuse(absl::string_view message) {
  return RequestError(absl::StatusCode::kPermissionDenied, rhumb::v1::ERROR_REASON_ACCESS, message);
}

// "[::1]:8433" -> "::1", "example.net:8433" -> "example.net"; empty for anything odd.
std::string NameOfHost(absl::string_view host) {
  absl::string_view name = host, port;
  if (absl::StartsWith(host, "[")) {
    const size_t end = host.find(']');
    if (end == absl::string_view::npos) return "";
    name = host.substr(1, end - 1);
    port = host.substr(end + 1);
    if (!port.empty() && !absl::ConsumePrefix(&port, ":")) return "";
  } else if (const size_t colon = host.find(':'); colon != absl::string_view::npos) {
    name = host.substr(0, colon);
    port = host.substr(colon + 1);
  }
  const bool digits = std::all_of(port.begin(), port.end(), absl::ascii_isdigit);
  return digits ? absl::AsciiStrToLower(name) : "";
}

bool IsAddress(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

}  // namespace

absl::Status CheckHost(const HttpRequest& request, const std::vector<std::string>& names) {
  const std::string name = NameOfHost(request.Header("Host").value_or(""));
  if (name == "localhost" || IsAddress(name)) return absl::OkStatus();
  for (const std::string& known : names) {
    if (!name.empty() && absl::EqualsIgnoreCase(known, name)) return absl::OkStatus();
  }
  return Refuse(absl::StrCat("this server is not known as \"", name.substr(0, 100),
                             "\"; use its address, or add the name to http.host_names"));
}

absl::Status CheckOwnRequest(const HttpRequest& request) {
  if (const auto site = request.Header("Sec-Fetch-Site");
      site && *site != "same-origin" && *site != "none") {
    return Refuse("the request comes from a page of another origin");
  }
  if (const auto origin = request.Header("Origin")) {
    const std::string own =
        absl::StrCat(request.tls ? "https://" : "http://", request.Header("Host").value_or(""));
    if (!absl::EqualsIgnoreCase(*origin, own)) {
      return Refuse("the request comes from a page of another origin");
    }
  } else if (request.Header("Cookie")) {
    return Refuse("a request with a cookie must have an Origin");
  }
  if (!request.Header(kOwnRequestHeader)) {
    return Refuse(absl::StrCat("send the header \"", kOwnRequestHeader, ": 1\""));
  }
  const absl::string_view type = request.Header("Content-Type").value_or("");
  const absl::string_view essence =
      absl::StripAsciiWhitespace(type.substr(0, std::min(type.find(';'), type.size())));
  if (!absl::EqualsIgnoreCase(essence, "application/json")) {
    return Refuse("send the header \"Content-Type: application/json\"");
  }
  return absl::OkStatus();
}

std::optional<std::string> CookieOf(const HttpRequest& request, absl::string_view name) {
  const auto header = request.Header("Cookie");
  if (!header) return std::nullopt;
  std::optional<std::string> found;
  for (absl::string_view part : absl::StrSplit(*header, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (!absl::ConsumePrefix(&part, name) || !absl::ConsumePrefix(&part, "=")) continue;
    if (found || part.empty()) return std::nullopt;
    found = std::string(part);
  }
  return found;
}

}  // namespace rhumb
