// The live page's server as a whole: feed, site and the port that they are reached by.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_WEB_SERVER_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_WEB_SERVER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "controller/serving/configuration/serve_config.h"
#include "controller/serving/http/http_server.h"
#include "controller/serving/live/live_feed.h"
#include "controller/serving/live/live_site.h"
#include "controller/serving/server/fan_out.h"

namespace rhumb {

// Serves from Start until it is destroyed. All that it is handed outlives it.
class WebServer {
 public:
  struct Parts {
    const ServeConfig& config;
    const CertificateKeeper* certificates;  // null: plaintext
    ControlSlot& control;
    RecentMetrics& recent;
    CallGate& gate;
    NorthCalls& calls;
    FanOut& fan_out;
    uint64_t reader;  // its name among the readers of plans
    std::function<HttpResponse()> scrape;
    std::string version;  // of the program
  };
  // Unavailable when the port is taken.
  static absl::StatusOr<std::unique_ptr<WebServer>> Start(Parts parts);
  ~WebServer();

  int port() const { return http_->port(); }

 private:
  explicit WebServer(Parts parts);

  Parts parts_;
  EventLog log_;
  LiveSite site_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<LiveFeed> feed_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_WEB_SERVER_H_
