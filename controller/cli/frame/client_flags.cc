#include "controller/cli/frame/client_flags.h"

#include <CLI/CLI.hpp>

#include "absl/time/time.h"
#include "topologies/formats/units.h"

namespace rhumb {

void AddClientOptions(CLI::App& app, ClientOptions* options) {
  constexpr char kGroup[] = "Connection";
  app.add_option("--server", options->server,
                 "Address of rhumb serve, or of several that share a state, with commas between")
      ->type_name("HOST:PORT[,HOST:PORT]")
      ->envname("RHUMB_SERVER")
      ->capture_default_str()
      ->group(kGroup);
  app.add_flag("--tls", options->tls, "Encrypt; trust the certificates that the system trusts")
      ->group(kGroup);
  app.add_option("--ca", options->ca_file, "Encrypt; trust the authorities in this PEM file")
      ->type_name("FILE")
      ->envname("RHUMB_CA")
      ->group(kGroup);
  app.add_option("--cert", options->certificate_file, "Own certificate, for mutual TLS (PEM)")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option("--key", options->key_file, "Private key of --cert (PEM)")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option("--server-name", options->server_name,
                 "Name in the server's certificate, where it is not HOST")
      ->type_name("NAME")
      ->group(kGroup);
  app.add_flag("--plaintext", options->plaintext,
               "Do without encryption although the server is on another machine")
      ->group(kGroup);
  app.add_option("--token-file", options->token_file,
                 "File with a bearer token; else RHUMB_TOKEN is used")
      ->type_name("FILE")
      ->envname("RHUMB_TOKEN_FILE")
      ->group(kGroup);
  app.add_option_function<std::string>(
         "--timeout",
         [options](const std::string& text) {
           const auto parsed = ParseDuration(text);
           if (!parsed.ok() || *parsed <= absl::ZeroDuration()) {
             throw CLI::ValidationError("--timeout", "give a time above 0, such as 10s");
           }
           options->timeout = *parsed;
         },
         "Longest wait for an answer, retries included")
      ->type_name("TIME")
      ->default_str(absl::FormatDuration(options->timeout))
      ->group(kGroup);
}

}  // namespace rhumb
