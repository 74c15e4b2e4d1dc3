#include "controller/serving/http/http_server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/serving/http/http_connection.h"
#include "controller/serving/http/tls_session.h"
#include "controller/serving/rpc/listen_address.h"

namespace rhumb {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using Error = boost::system::error_code;

// What the kernel may hold of a peer that does not read.
constexpr int kSendBuffer = 64 * 1024;

}  // namespace

// Everything that the server's thread owns: who listens, and whom it let in.
struct HttpLoop {
  HttpLoop(HttpServerOptions loop_options, HttpHandler* handler)
      : options(std::move(loop_options)),
        home{options, *handler, handler->CommonHeaders(), io,
             PeerTable(options.connections, options.strangers)} {}

  absl::Status Listen();
  void Accept();
  void Take(tcp::socket socket);
  void CloseAll();
  // Null when the certificates cannot be used.
  std::shared_ptr<asio::ssl::context> Tls();

  const HttpServerOptions options;
  const std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
  HttpHome home;
  tcp::acceptor acceptor{*io};
  asio::steady_timer retry{*io};
  bool closed = false;
  std::shared_ptr<asio::ssl::context> tls;
  uint64_t tls_generation = 0;
  int port = 0;
  std::thread thread;
};

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
  if (!home.peers.MakeRoom()) return;  // the new one is closed
  Error ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::send_buffer_size(kSendBuffer), ignored);
  std::shared_ptr<asio::ssl::context> context;
  if (options.certificates != nullptr && (context = Tls()) == nullptr) return;
  StartConnection(home, std::move(socket), std::move(context));
}

std::shared_ptr<asio::ssl::context> HttpLoop::Tls() {
  const uint64_t generation = options.certificates->generation();
  if (generation == tls_generation) return tls;
  const auto made = MakeTlsContext(*options.certificates->current());
  tls_generation = generation;
  if (made.ok()) tls = *made;
  return tls;
}

void HttpLoop::CloseAll() {
  closed = true;
  Error ignored;
  acceptor.close(ignored);
  retry.cancel();
  home.peers.CloseAll();
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
  asio::post(*loop->io, [loop] { loop->home.peers.WakeAll(); });
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

}  // namespace rhumb
