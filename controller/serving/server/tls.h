// How connections are secured.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_TLS_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_TLS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "controller/serving/configuration/serve_config.h"

namespace rhumb {

// TLS with the configured files, which are read again when they change: new connections get the new
// certificate, open ones stay. With client authorities every client must show a certificate of
// theirs that holds now. Without a certificate: plaintext.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const ServeConfig& config);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_TLS_H_
