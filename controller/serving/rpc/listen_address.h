// "HOST:PORT" as the configuration gives it.
#ifndef RHUMB_CONTROLLER_SERVING_RPC_LISTEN_ADDRESS_H_
#define RHUMB_CONTROLLER_SERVING_RPC_LISTEN_ADDRESS_H_

#include <arpa/inet.h>
#include <netinet/in.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace rhumb {

struct ListenAddress {
  std::string host;  // a name, IPv4, or IPv6 without brackets
  int port = 0;      // 0: the system chooses

  // Only this machine can reach it. A name that merely begins with 127 is a name.
  bool loopback() const {
    in_addr v4;
    if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
    in6_addr v6;
    if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
    return host == "localhost";
  }
  // Every address of the machine, so that it is none to call.
  bool any() const { return host == "0.0.0.0" || host == "::"; }
  std::string text() const {
    return host.find(':') == std::string::npos ? absl::StrFormat("%s:%d", host, port)
                                               : absl::StrFormat("[%s]:%d", host, port);
  }
};

// InvalidArgument, saying what is expected, for anything else.
inline absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  ListenAddress address;
  absl::string_view host = colon == absl::string_view::npos ? "" : text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != absl::string_view::npos) {
    host = "";
  }
  address.host = std::string(host);
  if (host.empty() || !absl::SimpleAtoi(text.substr(colon + 1), &address.port) ||
      address.port < 0 || address.port > 65535) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "\"%s\" is not HOST:PORT, as in \"127.0.0.1:7433\" or \"[::1]:7433\"", text));
  }
  return address;
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_RPC_LISTEN_ADDRESS_H_
