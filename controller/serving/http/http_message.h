// A request of HTTP and its answer, without the library that reads and writes them.
#ifndef RHUMB_CONTROLLER_SERVING_HTTP_HTTP_MESSAGE_H_
#define RHUMB_CONTROLLER_SERVING_HTTP_HTTP_MESSAGE_H_

#include <any>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace rhumb {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // from "/" up to "?", as it was sent
  std::string query;   // behind the "?"
  HttpHeaders headers;
  std::string body;
  std::string address;      // of the peer, as gRPC spells it: "ipv4:10.0.0.1:4711"
  std::string certificate;  // PEM, the client's own first; empty without one
  bool tls = false;
  std::any admitted;  // the handler's own, of Admission

  // Nothing when there is none of this name, or more than one: what two say is not known.
  std::optional<absl::string_view> Header(absl::string_view name) const {
    std::optional<absl::string_view> found;
    for (const auto& [key, value] : headers) {
      if (!absl::EqualsIgnoreCase(key, name)) continue;
      if (found) return std::nullopt;
      found = value;
    }
    return found;
  }
};

struct HttpResponse {
  int status = 200;
  // Beside Content-Length and Connection. Values hold no line breaks.
  HttpHeaders headers;
  std::shared_ptr<const std::string> body;  // null: empty; shared by all who are sent the same
};

inline HttpResponse TextResponse(int status, std::string text,
                                 std::string type = "text/plain; charset=utf-8") {
  return {status,
          {{"Content-Type", std::move(type)}},
          std::make_shared<const std::string>(std::move(text))};
}

// "OK" for 200; empty for what this server never sends.
absl::string_view HttpReason(int status);

// The first line and the headers of an answer, `common` before its own, with the empty line behind
// them. Without a length its body ends with the connection.
std::string HeadText(const HttpResponse& response, const HttpHeaders& common,
                     std::optional<size_t> length, bool keep);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_HTTP_HTTP_MESSAGE_H_
