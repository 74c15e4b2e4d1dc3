#include "controller/client/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

constexpr int64_t kMaxPemBytes = 1 << 20;
constexpr int64_t kMaxTokenBytes = 4096;
// A whole plan of a network of a thousand nodes.
constexpr int kMaxMessageBytes = 256 << 20;
constexpr int kKeepAliveMs = 30'000;
constexpr int kKeepAliveTimeoutMs = 10'000;
constexpr int kReconnectMs = 100, kMaxReconnectMs = 2'000;
// What gRPC calls the least pause is in truth the time that one attempt to connect may take.
constexpr int kConnectMs = 5'000;
// With several servers another one may answer: who is silent is left early.
constexpr int kSilentMs = 1'500;
constexpr absl::Duration kLongestPause = absl::Milliseconds(500);

absl::StatusOr<std::string> ReadOption(const std::string& path, absl::string_view option,
                                       int64_t max_bytes) {
  if (path.empty()) return std::string();
  absl::StatusOr<std::string> content = ReadWholeFile(path, max_bytes);
  if (content.ok()) return content;
  return absl::Status(content.status().code(),
                      absl::StrCat(option, ": ", content.status().message()));
}

// HOST of HOST:PORT; InvalidArgument when that is not what it is.
absl::StatusOr<std::string> HostOf(const std::string& server) {
  const size_t colon = server.rfind(':');
  int port = 0;
  const bool has_port = colon != std::string::npos && colon > 0 &&
                        absl::SimpleAtoi(server.substr(colon + 1), &port) && port > 0 &&
                        port < 65536;
  std::string host = has_port ? server.substr(0, colon) : "";
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (!bracketed && absl::StrContains(host, ':'))) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--server is \"%s\"; give HOST:PORT such as %s, or [::1]:7433", server, kDefaultServer));
  }
  return host;
}

bool IsLoopback(const std::string& host) {
  // A name that merely begins with 127 is a name.
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6;
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

std::vector<std::string> ServersOf(const ClientOptions& options) {
  return absl::StrSplit(options.server, ',');
}

absl::Status CheckServers(const ClientOptions& options, bool tls) {
  for (const std::string& server : ServersOf(options)) {
    if (absl::StartsWith(server, "unix:")) continue;
    const absl::StatusOr<std::string> host = HostOf(server);
    if (!host.ok()) return host.status();
    if (tls || options.plaintext || IsLoopback(*host)) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is on another machine: encrypt with --ca FILE or --tls, or give "
                        "--plaintext to send everything, a token included, in clear",
                        server));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const ClientOptions& options) {
  const bool tls = options.tls || !options.ca_file.empty() || !options.certificate_file.empty() ||
                   !options.key_file.empty();
  if (!tls) {
    if (absl::Status status = CheckServers(options, tls); !status.ok()) return status;
    return grpc::InsecureChannelCredentials();
  }
  if (options.plaintext) {
    return absl::InvalidArgumentError("--plaintext contradicts --tls, --ca and --cert; give one");
  }
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return absl::InvalidArgumentError("--cert and --key belong together; give both or neither");
  }
  if (absl::Status status = CheckServers(options, tls); !status.ok()) return status;
  grpc::SslCredentialsOptions ssl;
  absl::StatusOr<std::string> ca = ReadOption(options.ca_file, "--ca", kMaxPemBytes);
  if (!ca.ok()) return ca.status();
  absl::StatusOr<std::string> certificate =
      ReadOption(options.certificate_file, "--cert", kMaxPemBytes);
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = ReadOption(options.key_file, "--key", kMaxPemBytes);
  if (!key.ok()) return key.status();
  for (const auto& [name, text] : {std::pair("--ca", &*ca), std::pair("--cert", &*certificate)}) {
    if (!text->empty() && !absl::StrContains(*text, "-----BEGIN CERTIFICATE-----")) {
      return absl::InvalidArgumentError(
          absl::StrCat(name,
                       ": the file holds no PEM certificate; give one that begins with "
                       "-----BEGIN CERTIFICATE-----"));
    }
  }
  ssl.pem_root_certs = *std::move(ca);
  ssl.pem_cert_chain = *std::move(certificate);
  ssl.pem_private_key = *std::move(key);
  return grpc::SslCredentials(ssl);
}

absl::StatusOr<std::string> ReadToken(const ClientOptions& options) {
  std::string token;
  std::string origin = "RHUMB_TOKEN";
  if (!options.token_file.empty()) {
    absl::StatusOr<std::string> file =
        ReadOption(options.token_file, "--token-file", kMaxTokenBytes);
    if (!file.ok()) return file.status();
    token = *std::move(file);
    origin = options.token_file;
  } else if (const char* environment = std::getenv("RHUMB_TOKEN")) {
    token = environment;
  }
  absl::StripAsciiWhitespace(&token);
  if (token.empty() && !options.token_file.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(origin, ": the file is empty; put the token on its first line"));
  }
  for (const char c : token) {
    // The fault is named, the token is not.
    if (!absl::ascii_isgraph(c)) {
      return absl::InvalidArgumentError(
          absl::StrCat(origin,
                       ": a token has printable ASCII characters only, without blanks; is this the "
                       "right file?"));
    }
  }
  return token;
}

std::shared_ptr<grpc::Channel> MakeChannel(
    const ClientOptions& options, const std::string& server, bool several,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, several ? kSilentMs : kKeepAliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, several ? kSilentMs : kKeepAliveTimeoutMs);
  // A stream of plans is quiet for long, and is asked all the same.
  if (several) arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, several ? kSilentMs : kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  // Else channels to one address share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!options.server_name.empty()) arguments.SetSslTargetNameOverride(options.server_name);
  return grpc::CreateCustomChannel(server, credentials, arguments);
}

}  // namespace

Connection::Connection(const ClientOptions& options,
                       std::shared_ptr<grpc::ChannelCredentials> credentials, std::string token)
    : options_(options),
      credentials_(std::move(credentials)),
      token_(std::move(token)),
      peers_(std::make_shared<Peers>()) {
  const std::vector<std::string> servers = ServersOf(options_);
  for (const std::string& server : servers) {
    peers_->list.push_back(
        {server, MakeChannel(options_, server, servers.size() > 1, credentials_)});
  }
}

absl::StatusOr<Connection> Connection::Open(const ClientOptions& options) {
  absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = Credentials(options);
  if (!credentials.ok()) return credentials.status();
  absl::StatusOr<std::string> token = ReadToken(options);
  if (!token.ok()) return token.status();
  return Connection(options, *std::move(credentials), *std::move(token));
}

Connection Connection::Another() const { return Connection(options_, credentials_, token_); }

Connection::Target Connection::target() const {
  absl::MutexLock lock(&peers_->mutex);
  return peers_->list[peers_->current];
}

void Connection::Follow(const CallError& error, const std::string& called) const {
  if (servers() == 1) return;
  absl::MutexLock lock(&peers_->mutex);
  const std::vector<Target>& list = peers_->list;
  if (list[peers_->current].server != called) return;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].server != error.leader) continue;
    peers_->current = i;
    return;
  }
  // A stream that was cut here, and not there, says nothing of the server.
  if (error.code == absl::StatusCode::kUnavailable ||
      error.code == absl::StatusCode::kDeadlineExceeded) {
    // A channel that has failed dials by itself, but nobody looks whether that succeeds while calls
    // on it fail at once.
    peers_->list[peers_->current].channel = MakeChannel(options_, called, true, credentials_);
    peers_->current = (peers_->current + 1) % list.size();
  }
}

absl::Duration Connection::attempt_timeout() const {
  return servers() == 1 ? options_.timeout : std::max(options_.timeout / 5, absl::Seconds(1));
}

Backoff Connection::MakeBackoff() const {
  return servers() == 1 ? Backoff() : Backoff(absl::Milliseconds(50), kLongestPause);
}

void Connection::Prepare(grpc::ClientContext* context) const {
  if (servers() > 1) context->AddMetadata("rhumb-leader-only", "1");
  if (!token_.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", token_));
}

}  // namespace rhumb
