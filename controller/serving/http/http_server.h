// An HTTP/1.1 server for a page, an API and streams of events: one thread, many connections, none
// of which can hold up another, and a bound on everything that a peer can make it keep.
//
// Boost.Beast reads and writes; its headers are in http_connection.cc alone.
#ifndef RHUMB_CONTROLLER_SERVING_HTTP_HTTP_SERVER_H_
#define RHUMB_CONTROLLER_SERVING_HTTP_HTTP_SERVER_H_

#include <any>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/serving/configuration/certificate_keeper.h"
#include "controller/serving/http/http_message.h"
#include "controller/steering/threads/thread_priority.h"

namespace rhumb {

// What a response sends on and on. Called on the server's thread.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  struct Part {
    std::shared_ptr<const std::string> bytes;  // null: nothing now
    bool end = false;                          // close after it
  };
  // Asked when what was given last has been written, and at every Wake until there is something. So
  // a peer that stops reading holds one part, and is given what is latest when it reads again.
  virtual Part Next() = 0;
};

// Answers one request, once. Copies answer the same one. Safe to call from any thread, also when
// connection and server are gone.
class HttpReply {
 public:
  struct Target;
  explicit HttpReply(std::shared_ptr<Target> target) : target_(std::move(target)) {}

  void Send(HttpResponse response) const;
  // Status and headers of `head`, then what `stream` gives until either side ends it.
  void Stream(HttpResponse head, std::unique_ptr<HttpStream> stream) const;
  // Somebody still waits for the answer.
  bool wanted() const;

 private:
  std::shared_ptr<Target> target_;
};

// Called on the server's thread; must not block.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // What the head of a request, read before its body, is worth.
  struct Admission {
    std::optional<HttpResponse> refusal;  // sent without reading on
    size_t body_bytes = 0;                // a longer body is refused
    // The caller is known: its connection is not among those that make room for others.
    bool known = false;
    std::any admitted;  // what was found out, for Handle: the request has it
  };
  virtual Admission Admit(const HttpRequest& head) = 0;
  virtual void Handle(HttpRequest request, HttpReply reply) = 0;
  // Headers that every answer carries, also those that the server gives by itself.
  virtual HttpHeaders CommonHeaders() const { return {}; }
};

struct HttpServerOptions {
  std::string key;     // of the configuration, for messages
  std::string listen;  // HOST:PORT; port 0 lets the system choose. Empty: only what is adopted
  // Null: plaintext. Clients must show a certificate when it has authorities. Outlives the server.
  const CertificateKeeper* certificates = nullptr;
  // Open at once. Beyond it, and beyond `strangers` of those whose caller is not known, the oldest
  // of those makes room for the new one: whoever only holds connections never shuts the door.
  int connections = 4096;
  int strangers = 512;
  // To shake hands, and to send head and body; also to end.
  absl::Duration request_time = absl::Seconds(10);
  // Between requests.
  absl::Duration idle_time = absl::Seconds(60);
  // For one part of an answer.
  absl::Duration write_time = absl::Seconds(20);
  size_t header_bytes = 16 * 1024;
  // The priority of its thread, by so much: plans for the network come first.
  int lower_priority_by = kQuestionPriority;
};

struct HttpLoop;

class HttpServer {
 public:
  // Unavailable when the port is taken. `handler` outlives the server.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpServerOptions options,
                                                           HttpHandler* handler);
  // Closes all connections.
  ~HttpServer();

  int port() const;
  // From any thread: asks streams that wait for what comes next.
  void Wake();
  // A connection that somebody else accepted, of TCP or of a socket pair. For tests.
  void Adopt(int file);

 private:
  explicit HttpServer(std::unique_ptr<HttpLoop> loop);
  const std::unique_ptr<HttpLoop> loop_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_HTTP_HTTP_SERVER_H_
