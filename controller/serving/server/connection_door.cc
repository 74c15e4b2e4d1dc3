#include "controller/serving/server/connection_door.h"

#include <fcntl.h>
#include <netdb.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/serving/rpc/listen_address.h"

namespace rhumb {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Until the system may have files again for another connection.
constexpr std::chrono::milliseconds kPause{100};

// As gRPC names a peer.
std::string PeerOf(const tcp::endpoint& endpoint) {
  const asio::ip::address address = endpoint.address();
  if (address.is_v4()) return absl::StrFormat("ipv4:%s:%d", address.to_string(), endpoint.port());
  if (address.to_v6().is_v4_mapped()) {
    const auto v4 = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return absl::StrFormat("ipv4:%s:%d", v4.to_string(), endpoint.port());
  }
  return absl::StrFormat("ipv6:%%5B%s%%5D:%d", address.to_string(), endpoint.port());
}

absl::Status CannotListen(const std::string& address, const std::string& why) {
  return absl::UnavailableError(
      absl::StrFormat("server.listen: cannot listen on %s: %s", address, why));
}

}  // namespace

class ConnectionDoor::Loop {
 public:
  Loop(ConnectionTable* table, Metrics* metrics)
      : table_(*table), metrics_(*metrics), pause_(io_), work_(asio::make_work_guard(io_)) {}
  ~Loop() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  // Returns the port.
  absl::StatusOr<int> Listen(const std::string& address) {
    const auto parsed = ParseListenAddress(address);
    if (!parsed.ok()) return CannotListen(address, std::string(parsed.status().message()));
    boost::system::error_code error;
    tcp::resolver resolver(io_);
    const auto found =
        resolver.resolve(parsed->host, absl::StrCat(parsed->port),
                         tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return CannotListen(address, error.message());
    int port = parsed->port;
    for (const auto& entry : found) {
      tcp::endpoint endpoint = entry.endpoint();
      endpoint.port(static_cast<uint16_t>(port));  // the second address gets the first one's
      tcp::acceptor acceptor(io_);
      acceptor.open(endpoint.protocol(), error);
      // A machine without IPv6 resolves names to it all the same.
      if (error && found.size() > 1) continue;
      if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
      if (!error && endpoint.address().is_v6()) {
        // Every address of the machine means IPv4 too; one address means what it says.
        const bool all = endpoint.address().is_unspecified();
        acceptor.set_option(asio::ip::v6_only(!all), error);
      }
      if (!error) acceptor.bind(endpoint, error);
      if (error == boost::system::errc::address_not_available && found.size() > 1) continue;
      if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
      if (error == asio::error::address_in_use) {
        return CannotListen(address, "is another program using the port?");
      }
      if (error) return CannotListen(address, error.message());
      port = acceptor.local_endpoint().port();
      acceptors_.push_back(std::move(acceptor));
    }
    if (acceptors_.empty()) return CannotListen(address, "the name has no address here");
    return port;
  }

  void Serve(std::function<void(int, int)> hand_over) {
    hand_over_ = std::move(hand_over);
    for (tcp::acceptor& acceptor : acceptors_) Accept(&acceptor);
    thread_ = std::thread([this] { io_.run(); });
  }

  void Close() {
    // Afterwards nothing is handed over any more.
    if (!thread_.joinable()) return;
    std::promise<void> closed;
    asio::post(io_, [this, &closed] {
      for (tcp::acceptor& acceptor : acceptors_) acceptor.close();
      pause_.cancel();
      closed.set_value();
    });
    closed.get_future().wait();
  }

 private:
  void Accept(tcp::acceptor* acceptor) {
    acceptor->async_accept(
        [this, acceptor](const boost::system::error_code& error, tcp::socket socket) {
          if (!acceptor->is_open()) return;
          if (!error) {
            TakeIn(acceptor->native_handle(), std::move(socket));
          } else if (error != asio::error::connection_aborted) {
            spdlog::warn("a connection could not be taken error=\"{}\"", error.message());
            pause_.expires_after(kPause);
            pause_.async_wait([this, acceptor](const boost::system::error_code&) {
              if (acceptor->is_open()) Accept(acceptor);
            });
            return;
          }
          Accept(acceptor);
        });
  }

  void TakeIn(int listener, tcp::socket socket) {
    boost::system::error_code error;
    const tcp::endpoint endpoint = socket.remote_endpoint(error);
    if (error) return;  // gone already
    socket.set_option(tcp::no_delay(true), error);
    socket.native_non_blocking(true, error);
    // gRPC closes what it is given; this handle onto the same connection stays until the
    // connection is over, so that its end is seen and it can be ended from here.
    const int watched = fcntl(socket.native_handle(), F_DUPFD_CLOEXEC, 0);
    if (watched < 0) {
      spdlog::warn("a connection was turned away: no more files may be open");
      return;
    }
    const std::string peer = PeerOf(endpoint);
    watched_.erase(peer);
    bool welcome = true;
    for (const std::string& given_up : table_.Add(peer)) {
      metrics_.CountEvent(Event::kConnectionGivenUp);
      if (given_up == peer) {
        welcome = false;
      } else if (const auto found = watched_.find(given_up); found != watched_.end()) {
        shutdown(found->second.native_handle(), SHUT_RDWR);  // gRPC sees it end
        watched_.erase(found);
      }
    }
    if (!welcome) {
      close(watched);
      return;
    }
    const auto [place, added] =
        watched_.emplace(peer, asio::posix::stream_descriptor(io_, watched));
    place->second.async_wait(asio::posix::stream_descriptor::wait_error,
                             [this, peer](const boost::system::error_code& ended) {
                               if (ended == asio::error::operation_aborted) return;
                               table_.Remove(peer);
                               watched_.erase(peer);
                             });
    hand_over_(listener, socket.release());
  }

  ConnectionTable& table_;
  Metrics& metrics_;
  asio::io_context io_{1};
  std::vector<tcp::acceptor> acceptors_;
  asio::steady_timer pause_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  absl::flat_hash_map<std::string, asio::posix::stream_descriptor> watched_;  // by peer
  std::function<void(int, int)> hand_over_;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<ConnectionDoor>> ConnectionDoor::Open(const std::string& address,
                                                                     ConnectionTable* table,
                                                                     Metrics* metrics) {
  auto loop = std::make_unique<Loop>(table, metrics);
  const auto port = loop->Listen(address);
  if (!port.ok()) return port.status();
  return std::unique_ptr<ConnectionDoor>(new ConnectionDoor(std::move(loop), *port));
}

ConnectionDoor::ConnectionDoor(std::unique_ptr<Loop> loop, int port)
    : loop_(std::move(loop)), port_(port) {}

ConnectionDoor::~ConnectionDoor() = default;

void ConnectionDoor::Serve(std::function<void(int listener, int connection)> hand_over) {
  loop_->Serve(std::move(hand_over));
}

void ConnectionDoor::Close() { loop_->Close(); }

}  // namespace rhumb
