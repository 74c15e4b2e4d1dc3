#include "controller/serving/http/http_connection.h"

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "controller/serving/http/tls_session.h"

namespace rhumb {

struct HttpReply::Target {
  virtual ~Target() = default;
  virtual void Send(HttpResponse head, std::shared_ptr<HttpStream> stream) = 0;
  virtual bool wanted() const = 0;
};

void HttpReply::Send(HttpResponse response) const { target_->Send(std::move(response), nullptr); }
void HttpReply::Stream(HttpResponse head, std::unique_ptr<HttpStream> stream) const {
  target_->Send(std::move(head), std::move(stream));
}
bool HttpReply::wanted() const { return target_->wanted(); }

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Error = boost::system::error_code;

// What is read, and thrown away, of a peer that is being told that it sent too much.
constexpr size_t kLinger = 256 * 1024;

std::chrono::nanoseconds Chrono(absl::Duration time) { return absl::ToChronoNanoseconds(time); }

std::string AddressOf(const tcp::socket& socket) {
  Error error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  const bool internet =
      !error && (peer.data()->sa_family == AF_INET || peer.data()->sa_family == AF_INET6);
  if (!internet) return "unix:";
  return peer.address().is_v6()
             ? absl::StrFormat("ipv6:[%s]:%d", peer.address().to_string(), peer.port())
             : absl::StrFormat("ipv4:%s:%d", peer.address().to_string(), peer.port());
}

// One connection, over TCP or TLS on it: requests one after the other, or one stream.
template <typename Stream>
class Connection final : public Peer, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <typename... Made>
  explicit Connection(HttpHome& home, std::shared_ptr<asio::ssl::context> tls, Made&&... made)
      : home_(home), tls_(std::move(tls)), stream_(std::forward<Made>(made)...) {}

  void Start() {
    place_ = home_.peers.Add(Self());
    address_ = AddressOf(Tcp().socket());
    if constexpr (kTls) {
      Tcp().expires_after(Chrono(home_.options.request_time));
      stream_.async_handshake(asio::ssl::stream_base::server, Then([this] {
                                certificate_ = CertificateOf(stream_.native_handle());
                                ReadHead(home_.options.request_time);
                              }));
    } else {
      ReadHead(home_.options.request_time);
    }
  }

  void Close() override {
    if (std::exchange(closed_, true)) return;
    const auto self = Self();  // the table may hold the last one
    home_.peers.Remove(place_, known_);
    source_.reset();
    Tcp().close();
  }

  void Wake() override {
    if (source_ != nullptr && !writing_) WriteNext();
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;

  // A request is answered from any thread; its first answer counts.
  struct Answer final : HttpReply::Target {
    Answer(std::weak_ptr<Connection> owner, std::shared_ptr<asio::io_context> owners_io)
        : connection(std::move(owner)), io(std::move(owners_io)) {}
    void Send(HttpResponse head, std::shared_ptr<HttpStream> stream) override {
      if (answered.exchange(true)) return;
      asio::post(*io, [owner = connection, head = std::move(head), stream]() mutable {
        const auto self = owner.lock();
        if (self == nullptr || self->closed_) return;
        if (stream == nullptr) return self->Respond(std::move(head), self->keep_);
        self->Open(head, std::move(stream));
      });
    }
    bool wanted() const override { return !connection.expired(); }

    const std::weak_ptr<Connection> connection;
    const std::shared_ptr<asio::io_context> io;
    std::atomic<bool> answered{false};
  };

  std::shared_ptr<Connection> Self() { return this->shared_from_this(); }
  beast::tcp_stream& Tcp() { return beast::get_lowest_layer(stream_); }

  // Goes on with `next` unless the connection is closed or broken.
  template <typename Next>
  auto Then(Next next) {
    return [self = Self(), next](Error error, size_t = 0) {
      if (self->closed_) return;
      if (error) return self->Close();
      next();
    };
  }

  void ReadHead(absl::Duration time) {
    Tcp().expires_after(Chrono(time));
    request_ = {};
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(home_.options.header_bytes));
    // Until the head says whose it is. (1.74 takes boost::none for a limit below every length.)
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    http::async_read_header(stream_, buffer_, *parser_, [self = Self()](Error error, size_t) {
      if (self->closed_) return;
      if (error == http::error::header_limit) {
        return self->Refuse(TextResponse(431, "the head of the request is too long\n"));
      }
      if (error == http::error::end_of_stream || !self->IsFault(error)) {
        return error ? self->Close() : self->TakeHead();
      }
      self->Refuse(TextResponse(400, "this is no request of HTTP/1.1\n"));
    });
  }

  // Of what was sent, not of the connection.
  static bool IsFault(Error error) {
    return error && error.category() == http::make_error_code(http::error::bad_method).category();
  }

  void TakeHead() {
    const auto& message = parser_->get();
    request_.method = std::string(message.method_string());
    const absl::string_view target(message.target().data(), message.target().size());
    const size_t question = target.find('?');
    request_.path = std::string(target.substr(0, question));
    if (question != absl::string_view::npos) {
      request_.query = std::string(target.substr(question + 1));
    }
    for (const auto& field : message) {
      request_.headers.emplace_back(field.name_string(), field.value());
    }
    head_only_ = request_.method == "HEAD";
    request_.address = address_;
    request_.certificate = certificate_;
    request_.tls = kTls;
    HttpHandler::Admission admission = home_.handler.Admit(request_);
    request_.admitted = std::move(admission.admitted);
    if (admission.known && !std::exchange(known_, true)) home_.peers.Know(place_);
    if (admission.refusal) {
      if (parser_->is_done()) return Respond(*std::move(admission.refusal), parser_->keep_alive());
      return Refuse(*std::move(admission.refusal));
    }
    if (parser_->content_length().value_or(0) > admission.body_bytes) return RefuseBody();
    if (parser_->is_done()) return Handle();
    parser_->body_limit(admission.body_bytes);
    Tcp().expires_after(Chrono(home_.options.request_time));
    if (const auto expected = request_.Header("Expect");
        expected && absl::EqualsIgnoreCase(*expected, "100-continue")) {
      head_ = "HTTP/1.1 100 Continue\r\n\r\n";
      return asio::async_write(stream_, asio::buffer(head_), Then([this] { ReadBody(); }));
    }
    ReadBody();
  }

  void ReadBody() {
    http::async_read(stream_, buffer_, *parser_, [self = Self()](Error error, size_t) {
      if (self->closed_) return;
      if (error == http::error::body_limit) return self->RefuseBody();
      if (self->IsFault(error) && error != http::error::partial_message) {
        return self->Refuse(TextResponse(400, "the body of the request is broken\n"));
      }
      if (error) return self->Close();
      self->request_.body = std::move(self->parser_->get().body());
      self->Handle();
    });
  }

  void Handle() {
    Tcp().expires_never();
    keep_ = parser_->keep_alive();
    home_.handler.Handle(std::move(request_),
                         HttpReply(std::make_shared<Answer>(Self(), home_.io)));
  }

  void RefuseBody() { Refuse(TextResponse(413, "the body of the request is too long\n")); }
  // What the peer goes on sending is not read.
  void Refuse(HttpResponse response) { Respond(std::move(response), false); }

  void Respond(HttpResponse response, bool keep) {
    keep_ = keep;
    body_ = head_only_ ? nullptr : response.body;
    head_ = HeadText(response, home_.common, response.body ? response.body->size() : 0, keep);
    head_only_ = false;
    Tcp().expires_after(Chrono(home_.options.write_time));
    const std::array<asio::const_buffer, 2> parts = {
        asio::buffer(head_), body_ ? asio::buffer(*body_) : asio::const_buffer()};
    asio::async_write(stream_, parts, Then([this] {
                        body_.reset();
                        if (keep_) return ReadHead(home_.options.idle_time);
                        Linger();
                      }));
  }

  // Closing while there is something unread would take the answer away from the peer.
  void Linger() {
    Error ignored;
    if (!kTls) Tcp().socket().shutdown(tcp::socket::shutdown_send, ignored);
    Tcp().expires_after(std::chrono::seconds(1));
    ReadAway();
  }
  void ReadAway() {
    stream_.async_read_some(asio::buffer(scratch_), [self = Self()](Error error, size_t size) {
      if (self->closed_) return;
      self->lingered_ += size;
      if (error || self->lingered_ > kLinger) return self->Close();
      self->ReadAway();
    });
  }

  void Open(const HttpResponse& head, std::shared_ptr<HttpStream> source) {
    source_ = std::move(source);
    head_ = HeadText(head, home_.common, std::nullopt, false);
    // Nothing is to come: it only says when the peer is gone.
    Tcp().expires_never();
    stream_.async_read_some(asio::buffer(scratch_),
                            [self = Self()](Error, size_t) { self->Close(); });
    Write(asio::buffer(head_));
  }

  void WriteNext() {
    HttpStream::Part part = source_->Next();
    last_ = part.end;
    body_ = std::move(part.bytes);
    if (body_ != nullptr) return Write(asio::buffer(*body_));
    if (last_) Close();
  }

  void Write(asio::const_buffer bytes) {
    writing_ = true;
    Tcp().expires_after(Chrono(home_.options.write_time));
    asio::async_write(stream_, bytes, Then([this] {
                        writing_ = false;
                        body_.reset();
                        if (last_) return Close();
                        WriteNext();
                      }));
  }

  HttpHome& home_;
  const std::shared_ptr<asio::ssl::context> tls_;  // before the stream that uses it
  Stream stream_;
  PeerTable::Place place_;
  std::string address_, certificate_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  HttpRequest request_;
  std::string head_;                         // on its way
  std::shared_ptr<const std::string> body_;  // on its way
  std::shared_ptr<HttpStream> source_;       // of an open stream
  std::array<char, 4096> scratch_;
  size_t lingered_ = 0;
  bool known_ = false, closed_ = false, keep_ = false, head_only_ = false;
  bool writing_ = false, last_ = false;
};

}  // namespace

void StartConnection(HttpHome& home, tcp::socket socket, std::shared_ptr<asio::ssl::context> tls) {
  if (tls == nullptr) {
    std::make_shared<Connection<beast::tcp_stream>>(home, nullptr, std::move(socket))->Start();
    return;
  }
  std::make_shared<Connection<beast::ssl_stream<beast::tcp_stream>>>(home, tls, std::move(socket),
                                                                     *tls)
      ->Start();
}

}  // namespace rhumb
