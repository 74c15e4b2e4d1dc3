#include "controller/serving/server/grpc_credentials.h"

#include <grpc/grpc_security_constants.h>

namespace rhumb {
namespace {

constexpr char kAuthorization[] = "authorization";
constexpr char kLeaderOnly[] = "rhumb-leader-only";

// PEM, the client's own first; empty without one.
std::string CertificateOf(const grpc::ServerContextBase& context) {
  std::string chain;
  const auto identity = context.auth_context();
  if (identity == nullptr) return chain;
  for (const char* property :
       {GRPC_X509_PEM_CERT_PROPERTY_NAME, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME}) {
    for (const grpc::string_ref& pem : identity->FindPropertyValues(property)) {
      chain.append(pem.data(), pem.size());
    }
  }
  return chain;
}

}  // namespace

Credentials CredentialsOf(const grpc::ServerContextBase& context) {
  Credentials credentials;
  const auto& metadata = context.client_metadata();
  if (const auto it = metadata.find(kAuthorization); it != metadata.end()) {
    credentials.authorization = absl::string_view(it->second.data(), it->second.size());
  }
  credentials.address = context.peer();
  credentials.certificate = CertificateOf(context);
  credentials.leader_only = metadata.count(kLeaderOnly) > 0;
  return credentials;
}

absl::StatusOr<Caller> AdmitCall(ServiceParts& parts, const grpc::ServerContextBase& context,
                                 Role needed) {
  const Credentials credentials = CredentialsOf(context);
  auto caller = parts.gate.Admit(credentials, needed);
  if (caller.ok()) parts.connections.Know(credentials.address);
  return caller;
}

}  // namespace rhumb
