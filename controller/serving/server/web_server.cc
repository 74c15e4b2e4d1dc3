#include "controller/serving/server/web_server.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "controller/steering/store/store.h"
#include "controller/web/pages.h"

namespace rhumb {
namespace {

// What happened, of each kind, that a viewer who comes later is told.
constexpr size_t kKeptEvents = 600;

// Woken with the readers of plans, so that a failure is on the page with its first answer.
class FeedReader final : public PlanReader {
 public:
  explicit FeedReader(std::function<void()> announce) : announce_(std::move(announce)) {}
  void Wake() override { announce_(); }
  void End(const absl::Status&) override { announce_(); }

 private:
  const std::function<void()> announce_;
};

std::vector<SiteFile> Files() {
  std::vector<SiteFile> files;
  for (const auto& file : LiveFiles()) files.push_back({file.path, file.type, file.bytes});
  return files;
}

LiveSite::Parts SiteParts(const WebServer::Parts& parts, EventLog& log) {
  return {parts.gate,
          parts.calls,
          parts.recent,
          log,
          parts.scrape,
          parts.config.http.host_names,
          !parts.config.security.tokens.empty(),
          parts.certificates != nullptr,
          static_cast<size_t>(parts.config.limits.message_bytes),
          Files()};
}

}  // namespace

WebServer::WebServer(Parts parts)
    : parts_(std::move(parts)),
      // Another one for every process, whatever the store's is: events are not kept.
      log_(absl::StrFormat("%x", NewEpoch()), kKeptEvents),
      site_(SiteParts(parts_, log_)) {}

absl::StatusOr<std::unique_ptr<WebServer>> WebServer::Start(Parts parts) {
  std::unique_ptr<WebServer> live(new WebServer(std::move(parts)));
  HttpServerOptions options;
  options.key = "http.listen";
  options.listen = live->parts_.config.http.listen;
  options.certificates = live->parts_.certificates;
  options.connections = live->parts_.config.http.connections;
  auto http = HttpServer::Start(std::move(options), &live->site_);
  if (!http.ok()) return http.status();
  live->http_ = *std::move(http);
  live->feed_ = std::make_unique<LiveFeed>(
      LiveFeed::Parts{live->parts_.control, live->parts_.recent, live->log_, live->parts_.version,
                      [server = live->http_.get()] { server->Wake(); }});
  live->parts_.fan_out.Add(live->parts_.reader,
                           std::make_shared<FeedReader>(live->feed_->announcer()));
  return live;
}

WebServer::~WebServer() {
  parts_.fan_out.Remove(parts_.reader);
  feed_.reset();
}

}  // namespace rhumb
