#include "controller/serving/http/http_server.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <limits>
#include <list>
#include <thread>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/serving/rpc/listen_address.h"

namespace rhumb {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Error = boost::system::error_code;

// What the kernel may hold of a peer that does not read.
constexpr int kSendBuffer = 64 * 1024;
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

std::string PemOf(X509* certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) return "";
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);  // NOLINT: OpenSSL's type
  return std::string(bytes, size);
}

// PEM, the peer's own certificate first.
std::string CertificateOf(SSL* ssl) {
  const std::unique_ptr<X509, decltype(&X509_free)> own(SSL_get_peer_certificate(ssl), &X509_free);
  if (own == nullptr) return "";
  std::string chain = PemOf(own.get());
  const STACK_OF(X509)* others = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; others != nullptr && i < sk_X509_num(others); ++i) {
    chain += PemOf(sk_X509_value(others, i));
  }
  return chain;
}

absl::StatusOr<std::shared_ptr<asio::ssl::context>> MakeContext(const Certificates& held) {
  using asio::ssl::context;
  auto made = std::make_shared<context>(context::tls_server);
  SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
  // No session goes on: whoever comes back shows its certificate again.
  SSL_CTX_set_session_cache_mode(made->native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(made->native_handle(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  Error error;
  made->use_certificate_chain(asio::buffer(held.certificate), error);
  if (!error) made->use_private_key(asio::buffer(held.key), context::pem, error);
  if (!error && !held.authorities.empty()) {
    made->add_certificate_authority(asio::buffer(held.authorities), error);
    made->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  }
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("security.certificate: TLS does not take it: ", error.message()));
  }
  return made;
}

std::string HeadText(const HttpResponse& response, const HttpHeaders& common,
                     std::optional<size_t> length, bool keep) {
  std::string text =
      absl::StrFormat("HTTP/1.1 %d %s\r\n", response.status, HttpReason(response.status));
  for (const HttpHeaders* headers : {&common, &response.headers}) {
    for (const auto& [name, value] : *headers) absl::StrAppend(&text, name, ": ", value, "\r\n");
  }
  if (length) absl::StrAppend(&text, "Content-Length: ", *length, "\r\n");
  absl::StrAppend(&text, "Connection: ", keep ? "keep-alive" : "close", "\r\n\r\n");
  return text;
}

// A connection as the loop sees it.
class Peer {
 public:
  virtual ~Peer() = default;
  // At once: nothing more is read or written.
  virtual void Close() = 0;
  virtual void Wake() = 0;
};

using Peers = std::list<std::shared_ptr<Peer>>;

}  // namespace

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

// Everything that the server's thread owns.
struct HttpLoop {
  HttpLoop(HttpServerOptions loop_options, HttpHandler* loop_handler)
      : options(std::move(loop_options)), handler(*loop_handler), common(handler.CommonHeaders()) {}

  absl::Status Listen();
  void Accept();
  void Take(tcp::socket socket);
  void CloseAll();
  // Null when the certificates cannot be used.
  std::shared_ptr<asio::ssl::context> Tls();

  const HttpServerOptions options;
  HttpHandler& handler;
  const HttpHeaders common;
  // Shared with answers that come when all else is gone.
  const std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
  tcp::acceptor acceptor{*io};
  asio::steady_timer retry{*io};
  Peers strangers, known;  // the oldest first
  bool closed = false;
  std::shared_ptr<asio::ssl::context> tls;
  uint64_t tls_generation = 0;
  int port = 0;
  std::thread thread;
};

namespace {

// One connection, over TCP or TLS on it: requests one after the other, or one stream.
template <typename Stream>
class Connection final : public Peer, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <typename... Made>
  explicit Connection(HttpLoop& loop, std::shared_ptr<asio::ssl::context> tls, Made&&... made)
      : loop_(loop), tls_(std::move(tls)), stream_(std::forward<Made>(made)...) {}

  void Start() {
    place_ = loop_.strangers.insert(loop_.strangers.end(), Self());
    address_ = AddressOf(Tcp().socket());
    if constexpr (kTls) {
      Tcp().expires_after(Chrono(loop_.options.request_time));
      stream_.async_handshake(asio::ssl::stream_base::server, Then([this] {
                                certificate_ = CertificateOf(stream_.native_handle());
                                ReadHead(loop_.options.request_time);
                              }));
    } else {
      ReadHead(loop_.options.request_time);
    }
  }

  void Close() override {
    if (std::exchange(closed_, true)) return;
    const auto self = Self();  // the list may hold the last one
    (known_ ? loop_.known : loop_.strangers).erase(place_);
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
    parser_->header_limit(static_cast<std::uint32_t>(loop_.options.header_bytes));
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
    HttpHandler::Admission admission = loop_.handler.Admit(request_);
    request_.admitted = std::move(admission.admitted);
    if (admission.known && !std::exchange(known_, true)) {
      loop_.known.splice(loop_.known.end(), loop_.strangers, place_);
    }
    if (admission.refusal) {
      if (parser_->is_done()) return Respond(*std::move(admission.refusal), parser_->keep_alive());
      return Refuse(*std::move(admission.refusal));
    }
    if (parser_->content_length().value_or(0) > admission.body_bytes) return RefuseBody();
    if (parser_->is_done()) return Handle();
    parser_->body_limit(admission.body_bytes);
    Tcp().expires_after(Chrono(loop_.options.request_time));
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
    loop_.handler.Handle(std::move(request_),
                         HttpReply(std::make_shared<Answer>(Self(), loop_.io)));
  }

  void RefuseBody() { Refuse(TextResponse(413, "the body of the request is too long\n")); }
  // What the peer goes on sending is not read.
  void Refuse(HttpResponse response) { Respond(std::move(response), false); }

  void Respond(HttpResponse response, bool keep) {
    keep_ = keep;
    body_ = head_only_ ? nullptr : response.body;
    head_ = HeadText(response, loop_.common, response.body ? response.body->size() : 0, keep);
    head_only_ = false;
    Tcp().expires_after(Chrono(loop_.options.write_time));
    const std::array<asio::const_buffer, 2> parts = {
        asio::buffer(head_), body_ ? asio::buffer(*body_) : asio::const_buffer()};
    asio::async_write(stream_, parts, Then([this] {
                        body_.reset();
                        if (keep_) return ReadHead(loop_.options.idle_time);
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
    head_ = HeadText(head, loop_.common, std::nullopt, false);
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
    Tcp().expires_after(Chrono(loop_.options.write_time));
    asio::async_write(stream_, bytes, Then([this] {
                        writing_ = false;
                        body_.reset();
                        if (last_) return Close();
                        WriteNext();
                      }));
  }

  HttpLoop& loop_;
  const std::shared_ptr<asio::ssl::context> tls_;  // before the stream that uses it
  Stream stream_;
  Peers::iterator place_;
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

absl::Status HttpLoop::Listen() {
  const auto address = ParseListenAddress(options.listen);
  if (!address.ok()) return address.status();
  Error error;
  const auto found = tcp::resolver(*io).resolve(address->host, absl::StrCat(address->port),
                                                tcp::resolver::numeric_service, error);
  if (!error && found.empty()) error = asio::error::host_not_found;
  if (!error) {
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrFormat("%s: cannot listen on %s (%s); choose another port", options.key,
                        options.listen, error.message()));
  }
  port = acceptor.local_endpoint().port();
  return absl::OkStatus();
}

void HttpLoop::Accept() {
  acceptor.async_accept([this](Error error, tcp::socket socket) {
    if (closed) return;
    if (!error) {
      Take(std::move(socket));
      return Accept();
    }
    // No more files, or a connection that is gone already: others go on, and end.
    retry.expires_after(std::chrono::milliseconds(100));
    retry.async_wait([this](Error cancelled) {
      if (!cancelled && !closed) Accept();
    });
  });
}

void HttpLoop::Take(tcp::socket socket) {
  const bool full = strangers.size() + known.size() >= static_cast<size_t>(options.connections);
  if (full || strangers.size() >= static_cast<size_t>(options.strangers)) {
    if (strangers.empty()) return;  // all are known; the new one is closed
    const std::shared_ptr<Peer> oldest = strangers.front();
    oldest->Close();
  }
  Error ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::send_buffer_size(kSendBuffer), ignored);
  if (options.certificates == nullptr) {
    return std::make_shared<Connection<beast::tcp_stream>>(*this, nullptr, std::move(socket))
        ->Start();
  }
  const auto context = Tls();
  if (context == nullptr) return;
  std::make_shared<Connection<beast::ssl_stream<beast::tcp_stream>>>(*this, context,
                                                                     std::move(socket), *context)
      ->Start();
}

std::shared_ptr<asio::ssl::context> HttpLoop::Tls() {
  const uint64_t generation = options.certificates->generation();
  if (generation == tls_generation) return tls;
  const auto made = MakeContext(*options.certificates->current());
  tls_generation = generation;
  if (made.ok()) tls = *made;
  return tls;
}

void HttpLoop::CloseAll() {
  closed = true;
  Error ignored;
  acceptor.close(ignored);
  retry.cancel();
  for (Peers* peers : {&strangers, &known}) {
    while (!peers->empty()) {
      const std::shared_ptr<Peer> peer = peers->front();
      peer->Close();
    }
  }
}

HttpServer::HttpServer(std::unique_ptr<HttpLoop> loop) : loop_(std::move(loop)) {}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options,
                                                              HttpHandler* handler) {
  auto loop = std::make_unique<HttpLoop>(std::move(options), handler);
  if (!loop->options.listen.empty()) {
    if (auto status = loop->Listen(); !status.ok()) return status;
    loop->Accept();
  }
  HttpLoop* const running = loop.get();
  running->thread = std::thread([running] {
    LowerThreadPriority(running->options.lower_priority_by);
    const auto work = asio::make_work_guard(*running->io);
    running->io->run();
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(loop)));
}

HttpServer::~HttpServer() {
  HttpLoop* const loop = loop_.get();
  asio::post(*loop->io, [loop] {
    loop->CloseAll();
    // What was under way ends with an error, which says nothing to a connection that is closed.
    asio::post(*loop->io, [loop] { loop->io->stop(); });
  });
  loop->thread.join();
}

int HttpServer::port() const { return loop_->port; }

void HttpServer::Wake() {
  HttpLoop* const loop = loop_.get();
  asio::post(*loop->io, [loop] {
    for (Peers* peers : {&loop->strangers, &loop->known}) {
      for (auto at = peers->begin(); at != peers->end();) {
        const std::shared_ptr<Peer> peer = *at++;  // it may leave the list
        peer->Wake();
      }
    }
  });
}

void HttpServer::Adopt(int file) {
  HttpLoop* const loop = loop_.get();
  asio::post(*loop->io, [loop, file] {
    tcp::socket socket(*loop->io);
    Error error;
    socket.assign(tcp::v4(), file, error);
    if (!error) loop->Take(std::move(socket));
  });
}

absl::string_view HttpReason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";
  }
}

}  // namespace rhumb
