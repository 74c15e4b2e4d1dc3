#include "tests/fuzz/http_requests.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agents/registry/policy_registry.h"
#include "controller/serving/calls/call_gate.h"
#include "controller/serving/calls/control_slot.h"
#include "controller/serving/calls/north_calls.h"
#include "controller/serving/http/http_server.h"
#include "controller/serving/live/live_site.h"
#include "controller/steering/store/memory_store.h"
#include "rhumb/v1/south.pb.h"
#include "tests/fuzz/promise.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb::testing {
namespace {

GateLimits NoLimits() {
  GateLimits limits;
  limits.calls_per_second = limits.call_burst = 1e9;
  return limits;
}

ControlOptions Quiet() {
  ControlOptions options;
  options.core.policy = "ecmp";
  options.core.interval = absl::Hours(1);
  return options;
}

// Lives as long as the process.
class Served {
 public:
  Served() {
    spdlog::set_level(spdlog::level::off);
    control_.Set(std::make_shared<ControlThread>(
        Quiet(), MakePolicy, std::make_unique<MemoryStore>(),
        ControlThread::Listeners{[](LivePlanPtr) {}, [] {}}, &metrics_));
    control_.Call<rhumb::v1::SetTopologyResponse>(
        [](ControllerCore& core) {
          rhumb::v1::SetTopologyRequest request;
          *request.mutable_topology() = ToProto(Diamond());
          return core.south().SetTopology(request, "fuzz");
        },
        [](absl::StatusOr<rhumb::v1::SetTopologyResponse> answer) {
          Require(answer.ok(), answer.status().ToString());
        });
    log_.Append({{"topology", "{}", true}});
    HttpServerOptions options;
    options.key = "fuzz";
    options.lower_priority_by = 0;
    server_ = std::move(HttpServer::Start(std::move(options), &site_)).value();
  }

  // What the server answers before it hangs up.
  std::string Exchange(absl::string_view bytes) {
    int files[2];
    Require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, files) == 0, "no sockets are left");
    server_->Adopt(files[1]);
    // It may hang up before all is sent.
    static_cast<void>(send(files[0], bytes.data(), bytes.size(), MSG_NOSIGNAL));
    shutdown(files[0], SHUT_WR);
    std::string answer;
    char part[4096];
    for (;;) {
      pollfd polled = {files[0], POLLIN, 0};
      const int ready = poll(&polled, 1, 20'000);
      if (ready < 0 && errno == EINTR) continue;  // the fuzzer's clock
      Require(ready == 1, "the server neither answers nor hangs up");
      const ssize_t size = recv(files[0], part, sizeof(part), 0);
      if (size <= 0) break;
      answer.append(part, size);
    }
    close(files[0]);
    return answer;
  }

 private:
  AccessControl access_{""};
  CallGate gate_{access_, nullptr, nullptr, NoLimits()};
  NoMetrics metrics_;
  ControlSlot control_;
  ComputePool pool_{1, 64, MakePolicy};
  NorthCalls calls_{{control_, pool_, pool_, metrics_, TopologyLimits{16, 64}, "fuzz",
                     [] { return LivePlanPtr(); }, nullptr}};
  EventLog log_{"fuzz", 10};
  LiveSite site_{{gate_,
                  calls_,
                  metrics_,
                  log_,
                  [] { return TextResponse(200, "metrics"); },
                  {},
                  false,
                  false,
                  1 << 16,
                  {{"/", "text/html", "page"}}}};
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

void RunHttp(absl::string_view bytes) {
  static auto& served = *new Served;
  const std::string answer = served.Exchange(bytes);
  if (!answer.empty()) {
    Require(absl::StartsWith(answer, "HTTP/1.1 "), "what was answered is not HTTP");
    int status = 0;
    Require(absl::SimpleAtoi(absl::string_view(answer).substr(9, 3), &status) && status != 500,
            absl::StrCat("answered ", answer.substr(0, 200)));
  }
  static int count = 0;
  if (++count % 8 != 0) return;
  Require(absl::StartsWith(served.Exchange("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                           "HTTP/1.1 200 "),
          "others are not served any more");
}

}  // namespace rhumb::testing
