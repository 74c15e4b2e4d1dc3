#include "controller/serving/http/http_message.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {

absl::string_view HttpReason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";
  }
}

std::string HeadText(const HttpResponse& response, const HttpHeaders& common,
                     std::optional<size_t> length, bool keep) {
  std::string text =
      absl::StrFormat("HTTP/1.1 %d %s\r\n", response.status, HttpReason(response.status));
  for (const HttpHeaders* headers : {&common, &response.headers}) {
    for (const auto& [name, value] : *headers) absl::StrAppend(&text, name, ": ", value, "\r\n");
  }
  if (length) absl::StrAppend(&text, "Content-Length: ", *length, "\r\n");
  absl::StrAppend(&text, "Connection: ", keep ? "keep-alive" : "close", "\r\n\r\n");
  return text;
}

}  // namespace rhumb
