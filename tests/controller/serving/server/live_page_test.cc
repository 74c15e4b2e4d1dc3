// The live page's server side on a real server: login, roles, the feed, calls as JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/serving/access/token_file.h"
#include "tests/controller/serving/http/http_client.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/certificates.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class LivePageTest : public ::testing::Test {
 protected:
  LivePageTest() { config_.http.listen = "127.0.0.1:0"; }
  std::string AddRole(const std::string& name, Role role) {
    if (config_.security.tokens.empty()) config_.security.tokens = TestPath("tokens");
    const std::string token = NewToken();
    EXPECT_TRUE(AddToken(config_.security.tokens, name, role, token).ok());
    return token;
  }
  void Start() { server_ = std::make_unique<LiveServer>(config_); }
  int port() { return server_->server().http_port(); }
  std::string origin() { return absl::StrCat("Origin: http://127.0.0.1:", port()); }

  static std::vector<std::string> Own() {
    return {"Content-Type: application/json", "X-Rhumb-Request: 1"};
  }
  static std::vector<std::string> Own(std::vector<std::string> more) {
    for (std::string& header : Own()) more.push_back(header);
    return more;
  }
  HttpAnswer Post(const std::string& path, const std::vector<std::string>& headers,
                  const std::string& body) {
    return Fetch(port(), "POST", path, headers, body);
  }
  // The cookie as a browser sends it.
  std::string LogIn(const std::string& token) {
    const HttpAnswer answer = Post("/api/v1/login", Own({origin()}), Json{{"token", token}}.dump());
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string cookie = answer.Header("Set-Cookie");
    return "Cookie: " + cookie.substr(0, cookie.find(';'));
  }
  // "" for who is not known.
  std::string RoleOf(const std::vector<std::string>& headers) {
    const HttpAnswer answer = Fetch(port(), "GET", "/api/v1/session", headers);
    EXPECT_EQ(answer.status, 200);
    return Json::parse(answer.body)["role"];
  }
  static std::string Bearer(const std::string& token) { return "Authorization: Bearer " + token; }

  ServeConfig config_ = TestConfig();
  std::unique_ptr<LiveServer> server_;
};

TEST_F(LivePageTest, EveryAnswerForbidsWhatThePageDoesNotNeed) {
  Start();
  for (const char* path : {"/", "/nothing", "/api/v1/session"}) {
    const HttpAnswer answer = Fetch(port(), "GET", path);
    EXPECT_THAT(answer.Header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(answer.Header("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(answer.Header("Content-Security-Policy"), Not(HasSubstr("unsafe")));
    EXPECT_EQ(answer.Header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.Header("Cache-Control"), "no-store");
  }
  EXPECT_EQ(Fetch(port(), "GET", "/nothing").status, 404);
  EXPECT_EQ(Fetch(port(), "POST", "/", Own(), "{}").status, 405);
  EXPECT_EQ(Fetch(port(), "GET", "/api/v1/drain").status, 405);
}

TEST_F(LivePageTest, ATokenIsPostedOnceAndACookieStandsForIt) {
  const std::string token = AddRole("vera", Role::kViewer);
  Start();
  EXPECT_EQ(RoleOf({}), "");
  EXPECT_EQ(Fetch(port(), "GET", "/live/v1").status, 401);
  const HttpAnswer login = Post("/api/v1/login", Own({origin()}), Json{{"token", token}}.dump());
  ASSERT_EQ(login.status, 200);
  const std::string cookie = login.Header("Set-Cookie");
  EXPECT_THAT(cookie, HasSubstr("; HttpOnly"));
  EXPECT_THAT(cookie, HasSubstr("; SameSite=Strict"));
  EXPECT_THAT(cookie, HasSubstr("; Max-Age=1800"));
  EXPECT_THAT(cookie, Not(HasSubstr(token)));
  EXPECT_THAT(login.body, Not(HasSubstr(token)));
  const std::string shown = "Cookie: " + cookie.substr(0, cookie.find(';'));
  const HttpAnswer session = Fetch(port(), "GET", "/api/v1/session", {shown});
  EXPECT_EQ(session.status, 200);
  EXPECT_EQ(Json::parse(session.body)["name"], "vera");
  EXPECT_EQ(Json::parse(session.body)["role"], "viewer");
  EXPECT_EQ(Post("/api/v1/logout", Own({origin(), shown}), "{}").status, 200);
  EXPECT_EQ(RoleOf({shown}), "");
  EXPECT_EQ(Fetch(port(), "GET", "/live/v1", {shown}).status, 401);
}

TEST_F(LivePageTest, WhatIsNoTokenLogsNobodyIn) {
  AddRole("vera", Role::kViewer);
  Start();
  for (const std::string& body :
       {std::string("{}"), std::string("[]"), std::string("\"x\""), std::string("{\"token\":1}"),
        std::string("{\"token\":\""), Json{{"token", NewToken()}}.dump(), std::string()}) {
    const HttpAnswer answer = Post("/api/v1/login", Own({origin()}), body);
    EXPECT_THAT(answer.status, ::testing::AnyOf(400, 401)) << body;
    EXPECT_EQ(answer.Header("Set-Cookie"), "");
  }
}

TEST_F(LivePageTest, AViewerLooksAndAnOperatorActsAndIsNamedInTheAudit) {
  const std::string vera = AddRole("vera", Role::kViewer);
  const std::string ada = AddRole("ada", Role::kAdapter);
  const std::string otto = AddRole("otto", Role::kOperator);
  Start();
  Caller adapter(server_->Connect(), ada);
  ASSERT_TRUE(adapter.SetTopology(Diamond()).ok());
  const std::string viewer = LogIn(vera), op = LogIn(otto);
  const std::string drain = R"({"link":"A-B","comment":"fibre"})";

  const HttpAnswer refused = Post("/api/v1/drain", Own({origin(), viewer}), drain);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(Json::parse(refused.body)["reason"], "ERROR_REASON_ACCESS");
  EXPECT_EQ(Post("/api/v1/evaluate", Own({origin(), viewer}), R"({"drainedLinks":["A-B"]})").status,
            200);
  EXPECT_EQ(Caller(server_->Connect(), vera).Status().drained_links_size(), 0);

  const HttpAnswer done = Post("/api/v1/drain", Own({origin(), op}), drain);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(Json::parse(done.body)["changed"], true);
  EXPECT_EQ(Caller(server_->Connect(), vera).Status().drained_links_size(), 2);
  const HttpAnswer audit = Post("/api/v1/audit", Own({origin(), op}), R"({"limit":1})");
  const Json record = Json::parse(audit.body)["records"][0];
  EXPECT_EQ(record["who"], "otto");
  EXPECT_EQ(record["action"], "DrainLink");
  EXPECT_THAT(record["detail"].get<std::string>(), HasSubstr("fibre"));
  EXPECT_EQ(Post("/api/v1/audit", Own({origin(), viewer}), "{}").status, 403);
}

TEST_F(LivePageTest, PagesOfOthersReachNothing) {
  const std::string otto = AddRole("otto", Role::kOperator);
  Start();
  const std::string op = LogIn(otto);
  const std::string body = R"({"link":"A-B"})";
  EXPECT_EQ(Post("/api/v1/drain", Own({"Origin: http://evil.example", op}), body).status, 403);
  EXPECT_EQ(Post("/api/v1/drain", Own({op}), body).status, 403);
  EXPECT_EQ(Post("/api/v1/drain", {origin(), op, "Content-Type: text/plain"}, body).status, 403);
  EXPECT_EQ(Post("/api/v1/login", Own({"Origin: null"}), Json{{"token", otto}}.dump()).status, 403);
  for (const char* host : {"evil.example", "127.evil.example", "127.0.0.1.evil.example"}) {
    const std::string header = absl::StrCat("Host: ", host, ":", port());
    EXPECT_EQ(Fetch(port(), "GET", "/", {header}).status, 421) << host;
    EXPECT_EQ(Fetch(port(), "GET", "/live/v1", {header, op}).status, 421) << host;
  }
  // What was refused did not happen; this is the same call from our own page.
  EXPECT_EQ(Post("/api/v1/drain", Own({origin(), op}), body).status, 400);  // no topology yet
}

TEST_F(LivePageTest, AFailedLinkIsInTheFeedAtOnce) {
  Start();
  Caller caller(server_->Connect());
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  HttpClient viewer(port());
  ASSERT_EQ(viewer.Request("GET", "/live/v1").status, 200);
  const std::string first = viewer.ReadUntil("event: links");
  EXPECT_THAT(first, ::testing::StartsWith("id: "));
  EXPECT_THAT(first, HasSubstr("event: hello"));
  EXPECT_THAT(first, HasSubstr("event: topology"));
  ASSERT_TRUE(caller.SetLink("A>B", false).ok());
  const std::string then = viewer.ReadUntil("event: links");
  EXPECT_THAT(then, Not(HasSubstr("hello")));
  EXPECT_THAT(then, HasSubstr("\"failed\":[0]"));
}

std::string LastId(const std::string& events) {
  const size_t at = events.rfind("id: ");
  return events.substr(at + 4, events.find('\n', at) - at - 4);
}

TEST_F(LivePageTest, WhoComesBackHearsWhatIsMissingAndNothingTwice) {
  Start();
  Caller caller(server_->Connect());
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  auto viewer = std::make_unique<HttpClient>(port());
  viewer->Request("GET", "/live/v1");
  const std::string last = LastId(viewer->ReadUntil("event: links"));
  viewer.reset();
  ASSERT_TRUE(caller.SetLink("A>B", false).ok());
  HttpClient again(port());
  again.Request("GET", "/live/v1", {"Last-Event-ID: " + last});
  const std::string missed = again.ReadUntil("event: links");
  EXPECT_THAT(missed, Not(HasSubstr("event: hello")));
  EXPECT_THAT(missed, Not(HasSubstr("event: topology")));
  EXPECT_THAT(missed, HasSubstr("\"what\":\"link-down\""));
}

TEST_F(LivePageTest, AfterARestartAViewerBeginsAnewInsteadOfGoingOnWithOldData) {
  Start();
  Caller caller(server_->Connect());
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  HttpClient viewer(port());
  viewer.Request("GET", "/live/v1");
  const std::string last = LastId(viewer.ReadUntil("event: links"));
  config_.http.listen = absl::StrCat("127.0.0.1:", port());
  server_.reset();
  EXPECT_TRUE(viewer.WaitForEnd());
  Start();
  HttpClient again(port());
  again.Request("GET", "/live/v1", {"Last-Event-ID: " + last});
  EXPECT_THAT(again.ReadUntil("event: hello"), HasSubstr("event: hello"));
}

TEST_F(LivePageTest, AStreamEndsWhenItsTokenIsTakenAway) {
  const std::string vera = AddRole("vera", Role::kViewer);
  AddRole("otto", Role::kOperator);
  Start();
  HttpClient by_token(port()), by_cookie(port());
  ASSERT_EQ(by_token.Request("GET", "/live/v1", {Bearer(vera)}).status, 200);
  const std::string cookie = LogIn(vera);
  ASSERT_EQ(by_cookie.Request("GET", "/live/v1", {cookie}).status, 200);
  ASSERT_TRUE(RemoveToken(config_.security.tokens, "vera").ok());
  EXPECT_TRUE(by_token.WaitForEnd());
  EXPECT_TRUE(by_cookie.WaitForEnd());
  EXPECT_EQ(RoleOf({cookie}), "");
}

TEST_F(LivePageTest, CallsAndStreamsHaveTheLimitsOfTheirPeer) {
  const std::string vera = AddRole("vera", Role::kViewer);
  config_.gate.streams_per_peer = 1;
  config_.gate.calls_per_second = 0.1;
  config_.gate.call_burst = 3;
  Start();
  HttpClient one(port());
  EXPECT_EQ(one.Request("GET", "/live/v1", {Bearer(vera)}).status, 200);
  EXPECT_EQ(Fetch(port(), "GET", "/live/v1", {Bearer(vera)}).status, 429);
  EXPECT_EQ(Fetch(port(), "GET", "/api/v1/session", {Bearer(vera)}).status, 200);
  const HttpAnswer refused = Fetch(port(), "GET", "/api/v1/session", {Bearer(vera)});
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(Json::parse(refused.body)["reason"], "ERROR_REASON_LIMIT");
}

TEST_F(LivePageTest, ABodyOfAStrangerIsNotWaitedFor) {
  AddRole("otto", Role::kOperator);
  Start();
  HttpClient stranger(port());
  stranger.Send(absl::StrCat("POST /api/v1/routes HTTP/1.1\r\nHost: 127.0.0.1:", port(),
                             "\r\nContent-Type: application/json\r\nX-Rhumb-Request: 1\r\n"
                             "Content-Length: 16000000\r\n\r\n{"));
  EXPECT_EQ(stranger.ReadAnswer().status, 401);
}

TEST_F(LivePageTest, BrokenRequestsNameWhatIsWrong) {
  Start();
  Caller caller(server_->Connect());
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  for (const char* body : {"{", "[]", R"({"links":"A-B"})", R"({"link":7})", "\xff\xfe"}) {
    const HttpAnswer answer = Post("/api/v1/drain", Own(), body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(Json::parse(answer.body)["reason"], "ERROR_REASON_BAD_FIELD") << body;
  }
  const HttpAnswer unknown = Post("/api/v1/drain", Own(), R"({"link":"A-Z"})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(Json::parse(unknown.body)["field"], "link");
}

TEST_F(LivePageTest, MetricsAreForKnownCallersHereAndNameThisPagesCalls) {
  const std::string vera = AddRole("vera", Role::kViewer);
  Start();
  EXPECT_EQ(Fetch(port(), "GET", "/metrics").status, 401);
  EXPECT_EQ(Post("/api/v1/status", Own({Bearer(vera)}), "{}").status, 200);
  const HttpAnswer scraped = Fetch(port(), "GET", "/metrics", {Bearer(vera)});
  EXPECT_EQ(scraped.status, 200);
  EXPECT_THAT(scraped.body, HasSubstr("rhumb_calls_total{code=\"OK\",method=\"GetStatus\"} 1"));
}

TEST_F(LivePageTest, FortySlowScrapesDoNotHoldUpOthers) {
  config_.metrics.listen = "127.0.0.1:0";
  Start();
  const int metrics = server_->server().metrics_port();
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<HttpClient>(metrics));
    slow.back()->Send("GET /metrics HTTP/1.1\r\nHost:");
  }
  const HttpAnswer scraped = Fetch(metrics, "GET", "/metrics");
  EXPECT_EQ(scraped.status, 200);
  EXPECT_THAT(scraped.Header("Content-Type"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(scraped.body, HasSubstr("rhumb_ready"));
  EXPECT_EQ(Fetch(metrics, "GET", "/").status, 404);
  EXPECT_EQ(Fetch(metrics, "POST", "/metrics").status, 405);
}

// Over TLS; empty when the server does not shake hands.
std::string TlsFetch(int port, const std::string& request, const KeyPair& own = {}) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const auto bio_of = [](const std::string& pem) {
    return std::unique_ptr<BIO, decltype(&BIO_free)>(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  };
  if (!own.certificate.empty()) {
    const auto certificate_bio = bio_of(own.certificate), key_bio = bio_of(own.key);
    X509* certificate = PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context.get(), certificate);
    SSL_CTX_use_PrivateKey(context.get(), key);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  BIO* connection = BIO_new_ssl_connect(context.get());
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> owner(connection, &BIO_free_all);
  BIO_set_conn_hostname(connection, absl::StrCat("127.0.0.1:", port).c_str());
  std::string answer;
  if (BIO_do_handshake(connection) != 1) return answer;
  BIO_write(connection, request.data(), static_cast<int>(request.size()));
  char part[4096];
  int size;
  while ((size = BIO_read(connection, part, sizeof(part))) > 0) answer.append(part, size);
  return answer;
}

TEST_F(LivePageTest, WithCertificatesThePageIsServedOverTlsAndItsCookieStaysThere) {
  const std::string vera = AddRole("vera", Role::kViewer);
  const Authority servers("servers"), clients("clients");
  const KeyPair pair = servers.Issue("localhost", 3600);
  config_.security.certificate = TestPath("certificate.pem");
  config_.security.key = TestPath("key.pem");
  WritePrivate(config_.security.certificate, pair.certificate);
  WritePrivate(config_.security.key, pair.key);
  Start();
  const std::string body = Json{{"token", vera}}.dump();
  const std::string login = absl::StrCat(
      "POST /api/v1/login HTTP/1.1\r\nHost: 127.0.0.1:", port(),
      "\r\nOrigin: https://127.0.0.1:", port(),
      "\r\nContent-Type: application/json\r\nX-Rhumb-Request: 1\r\nConnection: close\r\n",
      "Content-Length: ", body.size(), "\r\n\r\n", body);
  const std::string answer = TlsFetch(port(), login);
  EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Set-Cookie: __Host-rhumb="));
  EXPECT_THAT(answer, HasSubstr("; Secure"));
  // In plain text there is no page.
  EXPECT_EQ(Fetch(port(), "GET", "/").status, 0);

  config_.security.client_authorities = TestPath("clients.pem");
  WritePrivate(config_.security.client_authorities, clients.certificate());
  server_.reset();
  Start();
  const std::string ask =
      absl::StrCat("GET / HTTP/1.1\r\nHost: 127.0.0.1:", port(), "\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(TlsFetch(port(), ask), "");
  EXPECT_EQ(TlsFetch(port(), ask, servers.Issue("stranger", 3600)), "");
  EXPECT_THAT(TlsFetch(port(), ask, clients.Issue("browser", 3600)),
              ::testing::StartsWith("HTTP/1.1 200"));
}

}  // namespace
}  // namespace rhumb::testing
