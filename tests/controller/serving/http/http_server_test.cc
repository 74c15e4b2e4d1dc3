// The HTTP server by itself, over sockets.
#include "controller/serving/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "tests/controller/serving/http/http_client.h"

namespace rhumb::testing {
namespace {

using ::testing::HasSubstr;

// Gives each reader the latest number, and ends at 99.
struct Numbers {
  absl::Mutex mutex;
  int latest = 1;
  void Set(int number) {
    absl::MutexLock lock(&mutex);
    latest = number;
  }
};

class NumberStream final : public HttpStream {
 public:
  explicit NumberStream(std::shared_ptr<Numbers> numbers) : numbers_(std::move(numbers)) {}
  Part Next() override {
    absl::MutexLock lock(&numbers_->mutex);
    if (numbers_->latest == 99) return {nullptr, true};
    if (numbers_->latest == sent_) return {};
    sent_ = numbers_->latest;
    return {std::make_shared<const std::string>(absl::StrCat("data: ", sent_, "\n\n")), false};
  }

 private:
  const std::shared_ptr<Numbers> numbers_;
  int sent_ = 0;
};

// Echoes bodies of at most 100 bytes, streams at /stream, and refuses /forbidden by its head.
class EchoHandler final : public HttpHandler {
 public:
  Admission Admit(const HttpRequest& head) override {
    Admission admission;
    admission.body_bytes = 100;
    admission.known = head.Header("X-Known").has_value();
    if (head.path == "/forbidden") admission.refusal = TextResponse(403, "no\n");
    return admission;
  }
  void Handle(HttpRequest request, HttpReply reply) override {
    if (request.path == "/stream") {
      HttpResponse head;
      head.headers.emplace_back("Content-Type", "text/event-stream");
      return reply.Stream(std::move(head), std::make_unique<NumberStream>(numbers));
    }
    if (request.path == "/never") {
      unanswered.push_back(reply);
      return;
    }
    reply.Send(TextResponse(200, absl::StrCat(request.method, " ", request.path, " ", request.query,
                                              " ", request.body)));
  }
  HttpHeaders CommonHeaders() const override { return {{"X-Common", "yes"}}; }

  std::shared_ptr<Numbers> numbers = std::make_shared<Numbers>();
  std::vector<HttpReply> unanswered;
};

class HttpServerTest : public ::testing::Test {
 protected:
  int Start(HttpServerOptions options = {}) {
    options.key = "http.listen";
    options.listen = "127.0.0.1:0";
    auto server = HttpServer::Start(std::move(options), &handler_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    return server_->port();
  }
  EchoHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, OneConnectionAnswersOneRequestAfterTheOther) {
  HttpClient client(Start());
  const HttpAnswer first = client.Request("GET", "/a?x=1");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "GET /a x=1 ");
  EXPECT_EQ(first.Header("X-Common"), "yes");
  EXPECT_EQ(client.Request("POST", "/b", {}, "hello").body, "POST /b  hello");
  const HttpAnswer head = client.Request("HEAD", "/c");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(client.Request("GET", "/d").body, "GET /d  ");
}

TEST_F(HttpServerTest, RequestsThatComeTogetherAreAnsweredInOrder) {
  HttpClient client(Start());
  client.Send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().body, "GET /1  ");
  EXPECT_EQ(client.ReadAnswer().body, "GET /2  ");
}

TEST_F(HttpServerTest, WhatIsNoRequestIsRefusedAndTheConnectionEnds) {
  const int port = Start();
  for (const char* text :
       {"\x16\x03\x01 hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n", "GET / HTTP/1.1\r\nBad Header\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    SCOPED_TRACE(text);
    HttpClient client(port);
    client.Send(text);
    EXPECT_EQ(client.ReadAnswer().status, 400);
    EXPECT_TRUE(client.WaitForEnd());
  }
}

TEST_F(HttpServerTest, LongHeadsAndBodiesAreRefused) {
  const int port = Start();
  EXPECT_EQ(Fetch(port, "GET", "/", {"X-Long: " + std::string(20'000, 'x')}).status, 431);
  EXPECT_EQ(Fetch(port, "POST", "/", {}, std::string(101, 'x')).status, 413);
  EXPECT_EQ(Fetch(port, "POST", "/", {}, std::string(100, 'x')).status, 200);
  HttpClient chunked(port);
  chunked.Send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n" +
               std::string(200, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.ReadAnswer().status, 413);
}

TEST_F(HttpServerTest, ARefusalByTheHeadDoesNotWaitForTheBody) {
  HttpClient client(Start());
  client.Send("POST /forbidden HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 403);
  EXPECT_TRUE(client.WaitForEnd());
}

TEST_F(HttpServerTest, BodiesThatWaitToBeWantedAreAskedFor) {
  HttpClient client(Start());
  client.Send("POST /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 100);
  client.Send("hi");
  EXPECT_EQ(client.ReadAnswer().body, "POST /b  hi");
}

TEST_F(HttpServerTest, SlowRequestsDoNotHoldUpOthers) {
  const int port = Start();
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<HttpClient>(port));
    slow.back()->Send("GET /slow HTTP/1.1\r\nHost:");
  }
  EXPECT_EQ(Fetch(port, "GET", "/").status, 200);
  slow[7]->Send(" a\r\n\r\n");
  EXPECT_EQ(slow[7]->ReadAnswer().status, 200);
}

TEST_F(HttpServerTest, ARequestThatTakesTooLongIsEnded) {
  HttpServerOptions options;
  options.request_time = absl::Milliseconds(50);
  HttpClient client(Start(std::move(options)));
  client.Send("GET / HTTP/1.1\r\n");
  EXPECT_TRUE(client.WaitForEnd());
}

TEST_F(HttpServerTest, TheOldestStrangerMakesRoomAndWhoIsKnownStays) {
  HttpServerOptions options;
  options.strangers = 4;
  const int port = Start(std::move(options));
  HttpClient known(port);
  EXPECT_EQ(known.Request("GET", "/", {"X-Known: 1"}).status, 200);
  std::vector<std::unique_ptr<HttpClient>> strangers;
  for (int i = 0; i < 5; ++i) {
    strangers.push_back(std::make_unique<HttpClient>(port));
    strangers.back()->Send("GET / HTTP");
  }
  EXPECT_TRUE(strangers[0]->WaitForEnd());
  strangers[4]->Send("/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(strangers[4]->ReadAnswer().status, 200);
  EXPECT_EQ(known.Request("GET", "/").status, 200);
}

TEST_F(HttpServerTest, AStreamSendsWhatIsLatestWhenItIsWoken) {
  HttpClient client(Start());
  const HttpAnswer head = client.Request("GET", "/stream");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Type"), "text/event-stream");
  EXPECT_EQ(client.ReadUntil("data: 1"), "data: 1\n\n");
  handler_.numbers->Set(2);
  server_->Wake();
  EXPECT_EQ(client.ReadUntil("data: 2"), "data: 2\n\n");
  handler_.numbers->Set(99);
  server_->Wake();
  EXPECT_TRUE(client.WaitForEnd());
}

TEST_F(HttpServerTest, AReplyOutlivesItsConnectionAndItsServer) {
  const int port = Start();
  auto client = std::make_unique<HttpClient>(port);
  client->Send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Fetch(port, "GET", "/").status, 200);  // the other has been handled before
  ASSERT_EQ(handler_.unanswered.size(), 1u);
  EXPECT_TRUE(handler_.unanswered[0].wanted());
  server_.reset();
  EXPECT_TRUE(client->WaitForEnd());
  EXPECT_FALSE(handler_.unanswered[0].wanted());
  handler_.unanswered[0].Send(TextResponse(200, "late"));
}

TEST_F(HttpServerTest, APortThatIsTakenIsSaidByTheKeyOfTheConfiguration) {
  HttpServerOptions options;
  options.key = "http.listen";
  options.listen = absl::StrCat("127.0.0.1:", Start());
  const auto second = HttpServer::Start(options, &handler_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("http.listen: cannot listen"));
}

}  // namespace
}  // namespace rhumb::testing
