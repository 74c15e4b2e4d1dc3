// TLS for the gRPC server.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_TLS_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_TLS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "controller/serving/configuration/certificate_keeper.h"

namespace rhumb {

// Every connection is made with the certificates that `keeper` holds at that moment; it outlives
// the server. Clients must show one when it has authorities. Null: plaintext.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const CertificateKeeper* keeper);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_TLS_H_
