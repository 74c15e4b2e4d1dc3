// The TCP port: takes connections in, hands them to gRPC, and closes those that the table gives up.
// gRPC of this release listens without any bound on connections.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_CONNECTION_DOOR_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_CONNECTION_DOOR_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "controller/serving/server/connection_table.h"
#include "controller/steering/metrics/metrics.h"

namespace rhumb {

// Runs on a thread of its own, which does nothing but wait for connections and their ends.
class ConnectionDoor {
 public:
  // Listens on "HOST:PORT" with every address that the name has; nobody is taken in yet. `table`
  // and `metrics` outlive it. Unavailable when a port is taken or the name has no address.
  static absl::StatusOr<std::unique_ptr<ConnectionDoor>> Open(const std::string& address,
                                                              ConnectionTable* table,
                                                              Metrics* metrics);
  ~ConnectionDoor();
  ConnectionDoor(const ConnectionDoor&) = delete;
  ConnectionDoor& operator=(const ConnectionDoor&) = delete;

  int port() const { return port_; }
  // Takes connections in from now on; each is handed over as a file that the receiver closes.
  void Serve(std::function<void(int listener, int connection)> hand_over);
  // Takes no more in. Those that are open stay.
  void Close();

 private:
  class Loop;
  ConnectionDoor(std::unique_ptr<Loop> loop, int port);

  std::unique_ptr<Loop> loop_;
  int port_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_CONNECTION_DOOR_H_
