// The options of every command that calls a running `rhumb serve`.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_CLIENT_FLAGS_H_
#define RHUMB_CONTROLLER_CLI_FRAME_CLIENT_FLAGS_H_

#include "controller/client/client_options.h"

namespace CLI {
class App;
}

namespace rhumb {

// --server, --tls, --ca, --cert, --key, --server-name, --plaintext, --token-file, --timeout, with
// RHUMB_SERVER, RHUMB_CA and RHUMB_TOKEN_FILE as defaults from the environment. `options` must
// outlive the parsing.
void AddClientOptions(CLI::App& app, ClientOptions* options);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_CLIENT_FLAGS_H_
