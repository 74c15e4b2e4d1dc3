// One connection of the HTTP server: requests one after the other, or one stream.
#ifndef RHUMB_CONTROLLER_SERVING_HTTP_HTTP_CONNECTION_H_
#define RHUMB_CONTROLLER_SERVING_HTTP_HTTP_CONNECTION_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "controller/serving/http/http_message.h"
#include "controller/serving/http/http_server.h"
#include "controller/serving/http/peer_table.h"

namespace rhumb {

// What all connections of a server share; outlives them. Used on the server's thread.
struct HttpHome {
  const HttpServerOptions& options;
  HttpHandler& handler;
  const HttpHeaders common;
  // Shared with answers that come when all else is gone.
  const std::shared_ptr<boost::asio::io_context> io;
  PeerTable peers;
};

// Serves whoever is at the other end, until either side or the table of peers closes it: a place
// there and what is under way own the connection. `tls` is null for plaintext.
void StartConnection(HttpHome& home, boost::asio::ip::tcp::socket socket,
                     std::shared_ptr<boost::asio::ssl::context> tls);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_HTTP_HTTP_CONNECTION_H_
