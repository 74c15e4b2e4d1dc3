// The live controller as a whole: gRPC in front, the control thread behind, store, metrics and
// health beside them.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_SERVER_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_SERVER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "controller/clock/clocks.h"
#include "controller/serving/configuration/serve_config.h"
#include "controller/steering/decision/decision_worker.h"
#include "controller/steering/store/store.h"

namespace rhumb {

struct ServerOptions {
  ServeConfig config;  // checked before (check_config.h)
  PolicyFactory policies;
  std::string version;           // of the program
  std::unique_ptr<Store> store;  // null: what the configuration says
  std::optional<Clocks> clocks;  // of the core; tests bring their own
};

// Serves from Start until Drain. Its methods are called from one thread.
class Server {
 public:
  // Opens the store, restores what it holds, then listens. Unavailable when a port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);
  // Drains.
  ~Server();

  // Refuses new calls, ends streams with UNAVAILABLE (NOT_READY), lets calls end for the configured
  // time, and returns when all that was acknowledged is in the store. Later calls do nothing.
  void Drain();

  // Reads the tokens again; they are also read when their file changes. The old ones stay after an
  // error, which is logged. Nothing after Drain.
  void ReloadTokens();

  int port() const { return port_; }                  // of gRPC; 0 without one
  int metrics_port() const { return metrics_port_; }  // 0 without one
  int http_port() const { return http_port_; }        // of the live page; 0 without one

 private:
  struct Running;
  explicit Server(std::unique_ptr<Running> running);

  std::unique_ptr<Running> running_;  // until Drain
  const int port_, metrics_port_, http_port_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_SERVER_H_
