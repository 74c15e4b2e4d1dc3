#include "controller/serving/live/live_site.h"

#include <google/protobuf/util/json_util.h>

#include <any>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/live/request_checks.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLoginBytes = 4096;
// After it nobody is taken to wait for an answer.
constexpr absl::Duration kPatience = absl::Seconds(30);
// How often a stream asks whether its caller would still be let in.
constexpr absl::Duration kCheckEvery = absl::Seconds(1);

HttpResponse JsonResponse(int status, std::string text) {
  return TextResponse(status, std::move(text), "application/json");
}

std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// One viewer of the feed. Holds a place among the streams, and no message but the one on its way.
class Viewer final : public HttpStream {
 public:
  Viewer(EventLog& log, CallGate& gate, Metrics& metrics, Caller caller,
         std::unique_ptr<CallGate::Place> place, std::function<bool()> session_holds,
         uint64_t heard)
      : log_(log),
        gate_(gate),
        metrics_(metrics),
        caller_(std::move(caller)),
        place_(std::move(place)),
        session_holds_(std::move(session_holds)),
        heard_(heard) {}
  ~Viewer() override { metrics_.CountCall(CallMethod::kLiveFeed, ended_); }

  Part Next() override {
    if (gate_.closed()) return End(absl::StatusCode::kUnavailable);
    if (const SteadyTime now = SteadyNow(); now >= check_at_) {
      check_at_ = now + kCheckEvery;
      if (const auto status = gate_.StillAdmits(caller_, Role::kViewer); !status.ok()) {
        return End(status.code());
      }
      if (!session_holds_()) return End(absl::StatusCode::kUnauthenticated);
    }
    const EventLog::Message message = log_.After(heard_);
    heard_ = message.heard;
    return {message.bytes, false};
  }

 private:
  Part End(absl::StatusCode code) {
    ended_ = code;
    return {nullptr, true};
  }

  EventLog& log_;
  CallGate& gate_;
  Metrics& metrics_;
  const Caller caller_;
  const std::unique_ptr<CallGate::Place> place_;
  const std::function<bool()> session_holds_;
  uint64_t heard_;
  SteadyTime check_at_;
  absl::StatusCode ended_ = absl::StatusCode::kCancelled;  // unless it says otherwise
};

}  // namespace

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

HttpResponse ErrorResponse(const absl::Status& status) {
  Json json = {{"code", absl::StatusCodeToString(status.code())},
               {"message", Shortened(status.message())},
               {"reason", rhumb::v1::ErrorReason_Name(ReasonOf(status))}};
  if (const std::string field = FieldOf(status); !field.empty()) json["field"] = field;
  return JsonResponse(HttpStatusOf(status.code()), Line(json));
}

// A path with its method, and who may use it.
struct LiveSite::Route {
  const char* method;
  const char* path;
  std::optional<Role> role;  // none: anybody
  size_t body_bytes;         // 0: as much as any message
  void (LiveSite::*handle)(const HttpRequest&, const Caller&, const HttpReply&);
  std::optional<CallMethod> counted;
};

// What Admit found, for Handle.
struct LiveSite::Admitted {
  const Route* route = nullptr;
  const SiteFile* file = nullptr;
  Caller caller;
};

const std::vector<LiveSite::Route>& LiveSite::Routes() {
  using namespace rhumb::v1;  // NOLINT: a table of their names
  static const auto* const kRoutes = new std::vector<Route>{
      {"POST", "/api/v1/login", std::nullopt, kLoginBytes, &LiveSite::Login, {}},
      {"POST", "/api/v1/logout", std::nullopt, kLoginBytes, &LiveSite::Logout, {}},
      {"GET", "/api/v1/session", std::nullopt, 1, &LiveSite::Session, {}},
      {"GET", "/live/v1", Role::kViewer, 1, &LiveSite::Feed, CallMethod::kLiveFeed},
      {"GET", "/metrics", Role::kViewer, 1, &LiveSite::Scrape, {}},
#define RHUMB_CALL(name, Request)                               \
  {"POST", "/api/v1/" name,          NorthCall<Request>::kRole, \
   0,      &LiveSite::Call<Request>, NorthCall<Request>::kMethod}
      RHUMB_CALL("routes", ComputeRoutesRequest),
      RHUMB_CALL("evaluate", EvaluatePlanRequest),
      RHUMB_CALL("explain", ExplainDecisionRequest),
      RHUMB_CALL("drain", DrainLinkRequest),
      RHUMB_CALL("undrain", UndrainLinkRequest),
      RHUMB_CALL("policy", SetPolicyRequest),
      RHUMB_CALL("pin", PinDemandRequest),
      RHUMB_CALL("rollback", RollbackPlanRequest),
      RHUMB_CALL("confirm", ConfirmRollbackRequest),
      RHUMB_CALL("status", GetStatusRequest),
      RHUMB_CALL("plan", GetPlanRequest),
      RHUMB_CALL("audit", ListAuditRequest),
#undef RHUMB_CALL
  };
  return *kRoutes;
}

LiveSite::LiveSite(Parts parts) : parts_(std::move(parts)) {}

HttpHeaders LiveSite::CommonHeaders() const {
  return {{"Content-Security-Policy",
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
           "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
           "frame-ancestors 'none'"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Cache-Control", "no-store"}};
}

const SiteFile* LiveSite::FileAt(const std::string& path) const {
  for (const SiteFile& file : parts_.files) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

absl::StatusOr<Caller> LiveSite::Identify(const HttpRequest& head, Role needed) {
  const auto authorization = head.Header("Authorization");
  if (parts_.tokens && !authorization) {
    if (const auto cookie = CookieOf(head, CookieName(parts_.tls))) {
      const auto caller = sessions_.Find(*cookie, SteadyNow());
      if (!caller) {
        return RequestError(absl::StatusCode::kUnauthenticated, rhumb::v1::ERROR_REASON_ACCESS,
                            "the session is over; log in again");
      }
      if (auto status = parts_.gate.AdmitAgain(*caller, needed); !status.ok()) return status;
      return *caller;
    }
  }
  return parts_.gate.Admit({authorization, head.address, head.certificate}, needed);
}

HttpHandler::Admission LiveSite::Admit(const HttpRequest& head) {
  Admission admission;
  const auto refuse = [&admission](HttpResponse response) {
    admission.refusal = std::move(response);
    return admission;
  };
  if (auto status = CheckHost(head, parts_.host_names); !status.ok()) {
    return refuse(TextResponse(421, absl::StrCat(status.message(), "\n")));
  }
  auto admitted = std::make_shared<Admitted>();
  const bool get = head.method == "GET" || head.method == "HEAD";
  std::string allowed;
  for (const Route& route : Routes()) {
    if (head.path != route.path) continue;
    allowed = route.method;
    if (head.method == route.method) admitted->route = &route;
  }
  if (const SiteFile* file = FileAt(head.path)) {
    allowed = "GET, HEAD";
    if (get) admitted->file = file;
  }
  const bool no_page = head.path == "/" && parts_.files.empty();
  if (admitted->route == nullptr && admitted->file == nullptr && !no_page) {
    if (allowed.empty()) return refuse(TextResponse(404, "there is nothing here\n"));
    HttpResponse response = TextResponse(405, absl::StrCat("use ", allowed, "\n"));
    response.headers.emplace_back("Allow", allowed);
    return refuse(std::move(response));
  }
  if (head.method == "POST") {
    if (auto status = CheckOwnRequest(head); !status.ok()) return refuse(ErrorResponse(status));
  }
  const Route* route = admitted->route;
  auto caller = route != nullptr && route->role ? Identify(head, *route->role)
                                                : parts_.gate.AdmitAnybody(head.address);
  if (!caller.ok()) {
    if (route != nullptr && route->counted) {
      parts_.metrics.CountCall(*route->counted, caller.status().code());
    }
    return refuse(ErrorResponse(caller.status()));
  }
  admission.known = route != nullptr && route->role.has_value();
  if (route != nullptr) {
    admission.body_bytes = route->body_bytes > 0 ? route->body_bytes : parts_.message_bytes;
  }
  admitted->caller = *std::move(caller);
  admission.admitted = std::move(admitted);
  return admission;
}

void LiveSite::Handle(HttpRequest request, HttpReply reply) {
  const auto* admitted = std::any_cast<std::shared_ptr<Admitted>>(&request.admitted)->get();
  if (admitted->route != nullptr) {
    return (this->*admitted->route->handle)(request, admitted->caller, reply);
  }
  if (admitted->file != nullptr) {
    return reply.Send(TextResponse(200, std::string(admitted->file->bytes), admitted->file->type));
  }
  reply.Send(TextResponse(
      200, "this rhumb was built without pages (RHUMB_WEB=OFF); /live/v1 and /api/v1 work\n"));
}

std::string LiveSite::Cookie(const std::string& secret, absl::Duration lifetime) const {
  return absl::StrCat(CookieName(parts_.tls), "=", secret,
                      "; Path=/; Max-Age=", absl::ToInt64Seconds(lifetime),
                      "; HttpOnly; SameSite=Strict", parts_.tls ? "; Secure" : "");
}

void LiveSite::Login(const HttpRequest& request, const Caller&, const HttpReply& reply) {
  const Json body = Json::parse(request.body, nullptr, false);
  const auto token = body.is_object() ? body.find("token") : body.end();
  if (!body.is_object() || token == body.end() || !token->is_string()) {
    return reply.Send(ErrorResponse(FieldError("token", "send {\"token\": \"...\"}")));
  }
  const std::string authorization = absl::StrCat("Bearer ", token->get<std::string>());
  auto caller =
      parts_.gate.Admit({authorization, request.address, request.certificate}, Role::kViewer);
  if (!caller.ok()) return reply.Send(ErrorResponse(caller.status()));
  const std::string secret = sessions_.Open(*caller, SteadyNow());
  HttpResponse response = JsonResponse(200, Line({{"name", caller->name},
                                                  {"role", std::string(RoleName(caller->role))},
                                                  {"tokens", true}}));
  response.headers.emplace_back("Set-Cookie", Cookie(secret, SessionTable::kLifetime));
  reply.Send(std::move(response));
}

void LiveSite::Logout(const HttpRequest& request, const Caller&, const HttpReply& reply) {
  if (const auto cookie = CookieOf(request, CookieName(parts_.tls))) sessions_.Close(*cookie);
  HttpResponse response = JsonResponse(200, "{}");
  response.headers.emplace_back("Set-Cookie", Cookie("", absl::ZeroDuration()));
  reply.Send(std::move(response));
}

void LiveSite::Session(const HttpRequest& request, const Caller&, const HttpReply& reply) {
  const auto caller = Identify(request, Role::kViewer);
  const bool known = caller.ok();
  // Not to be known is an answer, not a fault: a page asks this to find out whether to log in.
  if (!known && caller.status().code() != absl::StatusCode::kUnauthenticated) {
    return reply.Send(ErrorResponse(caller.status()));
  }
  HttpResponse response =
      JsonResponse(200, Line({{"name", known && parts_.tokens ? caller->name : ""},
                              {"role", known ? std::string(RoleName(caller->role)) : ""},
                              {"tokens", parts_.tokens}}));
  // The cookie lives as long as the session, which this request has renewed.
  const auto cookie = CookieOf(request, CookieName(parts_.tls));
  if (known && parts_.tokens && cookie && !request.Header("Authorization")) {
    response.headers.emplace_back("Set-Cookie", Cookie(*cookie, SessionTable::kLifetime));
  }
  reply.Send(std::move(response));
}

void LiveSite::Feed(const HttpRequest& request, const Caller& caller, const HttpReply& reply) {
  auto place = parts_.gate.TakePlace(caller, false);
  if (!place.ok()) {
    parts_.metrics.CountCall(CallMethod::kLiveFeed, place.status().code());
    return reply.Send(ErrorResponse(place.status()));
  }
  std::function<bool()> session_holds = [] { return true; };
  const auto cookie = CookieOf(request, CookieName(parts_.tls));
  if (parts_.tokens && cookie && !request.Header("Authorization")) {
    // Whoever watches is there: the session does not run out meanwhile.
    session_holds = [this, secret = *cookie] {
      return sessions_.Find(secret, SteadyNow()).has_value();
    };
  }
  const uint64_t heard = parts_.log.Resume(request.Header("Last-Event-ID").value_or(""));
  HttpResponse head;
  head.headers.emplace_back("Content-Type", "text/event-stream");
  reply.Stream(std::move(head),
               std::make_unique<Viewer>(parts_.log, parts_.gate, parts_.metrics, caller,
                                        *std::move(place), std::move(session_holds), heard));
}

void LiveSite::Scrape(const HttpRequest&, const Caller&, const HttpReply& reply) {
  reply.Send(parts_.scrape());
}

template <typename Request>
void LiveSite::Call(const HttpRequest& request, const Caller& caller, const HttpReply& reply) {
  using Response = typename NorthCall<Request>::Response;
  const auto answer = [reply, &metrics = parts_.metrics](absl::StatusOr<Response> result) {
    metrics.CountCall(NorthCall<Request>::kMethod, result.status().code());
    if (!result.ok()) return reply.Send(ErrorResponse(result.status()));
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_primitive_fields = true;
    std::string text;
    const auto printed = google::protobuf::util::MessageToJsonString(*result, &text, options);
    if (!printed.ok())
      return reply.Send(ErrorResponse(absl::InternalError("the answer is no JSON")));
    reply.Send(JsonResponse(200, std::move(text)));
  };
  auto message = std::make_shared<Request>();
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      request.body.empty() ? "{}" : request.body, message.get());
  if (!parsed.ok()) {
    return answer(
        RequestError(absl::StatusCode::kInvalidArgument, rhumb::v1::ERROR_REASON_BAD_FIELD,
                     absl::StrCat("the body is not a ", Request::descriptor()->full_name(),
                                  " in JSON: ", std::string(parsed.message()))));
  }
  NorthCalls::Asker asker;
  asker.who = caller.name;
  asker.role = caller.role;
  asker.wanted = [reply, until = SteadyNow() + kPatience]() -> absl::Status {
    if (!reply.wanted()) return absl::CancelledError("the caller is gone");
    if (SteadyNow() < until) return absl::OkStatus();
    return absl::DeadlineExceededError("the call waited too long for its turn");
  };
  parts_.calls.Answer(std::shared_ptr<const Request>(std::move(message)), asker, answer);
}

}  // namespace rhumb
