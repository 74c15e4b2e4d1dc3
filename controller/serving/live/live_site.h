// What a browser reaches: the live page, its feed, and the calls of operators as JSON. The gate,
// the roles, the limits and the implementation of every call are those of gRPC (../calls).
//
//   GET  /                      the page, and the files beside it
//   POST /api/v1/login          {"token": "..."}: a cookie that stands for the token
//   POST /api/v1/logout
//   GET  /api/v1/session        who asks, and what they may: the role "" for who is not known
//   GET  /live/v1               server-sent events (event_log.h, live_story.h)
//   POST /api/v1/NAME           a call of rhumb.v1.North, request and answer in protobuf JSON
//   GET  /metrics               for Prometheus, with a token
//
// A caller shows the cookie, or "Authorization: Bearer TOKEN" as gRPC has it.
#ifndef RHUMB_CONTROLLER_SERVING_LIVE_LIVE_SITE_H_
#define RHUMB_CONTROLLER_SERVING_LIVE_LIVE_SITE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "controller/serving/calls/call_gate.h"
#include "controller/serving/calls/north_calls.h"
#include "controller/serving/http/http_server.h"
#include "controller/serving/live/event_log.h"
#include "controller/serving/live/session_table.h"

namespace rhumb {

// A file of the page, compiled into the program.
struct SiteFile {
  std::string path;  // "/" is the page
  std::string type;
  absl::string_view bytes;
};

// Its methods are called on the thread of the HTTP server.
class LiveSite final : public HttpHandler {
 public:
  struct Parts {
    CallGate& gate;
    NorthCalls& calls;
    Metrics& metrics;
    EventLog& log;
    std::function<HttpResponse()> scrape;  // what /metrics answers
    std::vector<std::string> host_names;
    bool tokens = false;  // callers must show one
    bool tls = false;
    size_t message_bytes = 1 << 20;
    std::vector<SiteFile> files;  // empty: built without pages
  };
  explicit LiveSite(Parts parts);

  Admission Admit(const HttpRequest& head) override;
  void Handle(HttpRequest request, HttpReply reply) override;
  HttpHeaders CommonHeaders() const override;

  // Name of the cookie, by whether it may only travel over TLS.
  static const char* CookieName(bool tls) { return tls ? "__Host-rhumb" : "rhumb"; }

 private:
  struct Route;
  struct Admitted;
  static const std::vector<Route>& Routes();

  template <typename Request>
  void Call(const HttpRequest& request, const Caller& caller, const HttpReply& reply);
  void Login(const HttpRequest& request, const Caller& caller, const HttpReply& reply);
  void Logout(const HttpRequest& request, const Caller& caller, const HttpReply& reply);
  void Session(const HttpRequest& request, const Caller& caller, const HttpReply& reply);
  void Feed(const HttpRequest& request, const Caller& caller, const HttpReply& reply);
  void Scrape(const HttpRequest& request, const Caller& caller, const HttpReply& reply);

  const SiteFile* FileAt(const std::string& path) const;
  // Whom the gate lets in, by what they show.
  absl::StatusOr<Caller> Identify(const HttpRequest& head, Role needed);
  std::string Cookie(const std::string& secret, absl::Duration lifetime) const;

  Parts parts_;
  SessionTable sessions_;
};

// What HTTP says for a canonical code, as google.api.http maps them.
int HttpStatusOf(absl::StatusCode code);
// {"code", "message", "reason", "field"}.
HttpResponse ErrorResponse(const absl::Status& status);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_LIVE_LIVE_SITE_H_
