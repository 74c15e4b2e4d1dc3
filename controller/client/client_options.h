// How a client reaches a running `rhumb serve`: address, transport security, token, patience.
#ifndef RHUMB_CONTROLLER_CLIENT_CLIENT_OPTIONS_H_
#define RHUMB_CONTROLLER_CLIENT_CLIENT_OPTIONS_H_

#include <string>

#include "absl/time/time.h"

namespace rhumb {

inline constexpr char kDefaultServer[] = "127.0.0.1:7433";

struct ClientOptions {
  // HOST:PORT, [IPV6]:PORT, or unix:PATH; or several of them with commas between, of controllers
  // that share a state: the one that leads is called.
  std::string server = kDefaultServer;
  // TLS is used when it is asked for or any of the files is given.
  bool tls = false;
  std::string ca_file;           // PEM; empty: the certificates that the system trusts
  std::string certificate_file;  // PEM, for mutual TLS; with `key_file`
  std::string key_file;
  std::string server_name;  // what the server's certificate is for, when that is not HOST
  // Without TLS, and the server on another machine: everything crosses the network in clear.
  bool plaintext = false;
  // Holds a bearer token on one line. Empty: the environment's RHUMB_TOKEN, which may be unset.
  std::string token_file;
  // Of one call, with its retries. Streams have none.
  absl::Duration timeout = absl::Seconds(10);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLIENT_CLIENT_OPTIONS_H_
