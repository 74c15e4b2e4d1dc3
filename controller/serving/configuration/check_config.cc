#include "controller/serving/configuration/check_config.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/serving/access/token_file.h"
#include "controller/serving/configuration/certificate_files.h"
#include "controller/serving/rpc/listen_address.h"

namespace rhumb {
namespace {

class Checker {
 public:
  Checker(const ReadConfig& read, const PolicyFactory& policies)
      : read_(read), c_(read.config), policies_(policies), faults_(read.faults) {}

  std::vector<std::string> Check() {
    CheckServer();
    CheckSecurity();
    CheckLimits();
    CheckDecision();
    CheckGuard();
    CheckStore();
    CheckMetrics();
    CheckHttp();
    if (spdlog::level::from_str(c_.log.level) == spdlog::level::off && c_.log.level != "off") {
      Fault("log.level", absl::StrFormat("\"%s\" is not one of trace, debug, info, warning, error, "
                                         "critical, off",
                                         c_.log.level));
    }
    return std::move(faults_);
  }

 private:
  void Fault(const std::string& key, absl::string_view what) {
    const auto line = read_.lines.find(key);
    faults_.push_back(absl::StrCat(read_.where,
                                   line == read_.lines.end() ? "" : absl::StrCat(":", line->second),
                                   ": ", key, ": ", what));
  }
  void Fault(const std::string& key, const absl::Status& status) {
    if (!status.ok()) Fault(key, status.message());
  }
  void AtLeast(const std::string& key, double value, double least, double most = 1e9) {
    if (value >= least && value <= most) return;
    Fault(key, absl::StrFormat("%g; give %g to %g", value, least, most));
  }
  void Lasts(const std::string& key, absl::Duration value, absl::Duration least,
             absl::Duration most = absl::Hours(24)) {
    if (value >= least && value <= most) return;
    Fault(key, absl::StrFormat("%s; give %s to %s", absl::FormatDuration(value),
                               absl::FormatDuration(least), absl::FormatDuration(most)));
  }
  // Absent after a fault.
  std::optional<ListenAddress> CheckAddress(const std::string& key, const std::string& text) {
    const auto address = ParseListenAddress(text);
    if (address.ok()) return *address;
    Fault(key, address.status());
    return std::nullopt;
  }
  // That a file may be made in the directory of `path`.
  void CheckMakable(const std::string& key, const std::string& path) {
    const std::filesystem::path directory = std::filesystem::absolute(path).parent_path();
    if (access(directory.c_str(), W_OK | X_OK) == 0) return;
    Fault(key,
          absl::StrFormat("cannot make files in %s: %s", directory.string(), std::strerror(errno)));
  }

  void CheckServer() {
    if (c_.server.listen.empty() && c_.server.unix_socket.empty()) {
      Fault("server.listen", "is empty, and so is server.unix_socket; give at least one");
    }
    if (!c_.server.listen.empty()) listen_ = CheckAddress("server.listen", c_.server.listen);
    // sockaddr_un holds 108 bytes.
    if (c_.server.unix_socket.size() > 107) {
      Fault("server.unix_socket", "the path is longer than 107 bytes");
    } else if (!c_.server.unix_socket.empty()) {
      CheckMakable("server.unix_socket", c_.server.unix_socket);
    }
    if (!c_.server.ports_file.empty()) CheckMakable("server.ports_file", c_.server.ports_file);
    Lasts("server.keepalive_time", c_.server.keepalive_time, absl::Seconds(1));
    Lasts("server.keepalive_timeout", c_.server.keepalive_timeout, absl::Seconds(1));
    Lasts("server.drain_time", c_.server.drain_time, absl::ZeroDuration(), absl::Minutes(10));
  }

  void CheckSecurity() {
    const auto& s = c_.security;
    const bool tls = !s.certificate.empty() || !s.key.empty();
    if (s.certificate.empty() != s.key.empty()) {
      Fault(s.key.empty() ? "security.key" : "security.certificate",
            "is empty; TLS needs certificate and key");
    } else if (tls) {
      Fault("security.certificate", CheckCertificateAndKey(s.certificate, s.key));
    }
    if (!s.client_authorities.empty()) {
      if (!tls) Fault("security.client_authorities", "needs security.certificate and security.key");
      Fault("security.client_authorities", CheckAuthorities(s.client_authorities));
    }
    Lasts("security.refresh", s.refresh, absl::Seconds(1));
    if (!s.tokens.empty()) Fault("security.tokens", TokenTable::Load(s.tokens).status());
    if (listen_) CheckReach("server.listen", *listen_, c_.server.listen);
  }

  // What other machines reach must be encrypted and ask who calls, or be wanted otherwise.
  void CheckReach(const std::string& key, const ListenAddress& address, const std::string& text) {
    if (address.loopback()) return;
    const auto& s = c_.security;
    if (s.certificate.empty() && s.key.empty() && !s.allow_plaintext) {
      Fault(key, absl::StrFormat("%s can be reached from other machines, and what they send could "
                                 "be read on the way; set security.certificate and security.key, "
                                 "or listen on 127.0.0.1, or set security.allow_plaintext = true",
                                 text));
    }
    if (s.tokens.empty() && !s.allow_anonymous) {
      Fault(key, absl::StrFormat("%s can be reached from other machines, and without "
                                 "security.tokens everybody who does is an operator; make tokens "
                                 "with `rhumb token add`, or set security.allow_anonymous = true",
                                 text));
    }
  }

  void CheckHttp() {
    AtLeast("http.connections", c_.http.connections, 8, 1e6);
    if (c_.http.listen.empty()) return;
    const auto address = CheckAddress("http.listen", c_.http.listen);
    if (address) CheckReach("http.listen", *address, c_.http.listen);
  }

  void CheckMetrics() {
    if (c_.metrics.listen.empty()) return;
    const auto address = CheckAddress("metrics.listen", c_.metrics.listen);
    if (!address || address->loopback() || c_.metrics.allow_remote) return;
    Fault("metrics.listen",
          absl::StrFormat("%s can be reached from other machines, and the metrics have no access "
                          "control; listen on 127.0.0.1, or set metrics.allow_remote = true",
                          c_.metrics.listen));
  }

  void CheckLimits() {
    const auto& l = c_.limits;
    const CoreOptions& core = c_.steering.core;
    AtLeast("limits.message_bytes", l.message_bytes, 4096);
    AtLeast("limits.streams", c_.gate.streams, 1, 1e6);
    AtLeast("limits.streams_per_peer", c_.gate.streams_per_peer, 1, 1e6);
    AtLeast("limits.connections", c_.gate.connections, 1, 1e6);
    AtLeast("limits.stranger_connections", c_.gate.stranger_connections, 1, 1e6);
    AtLeast("limits.calls_per_second", c_.gate.calls_per_second, 0.1);
    AtLeast("limits.call_burst", c_.gate.call_burst, 1);
    AtLeast("limits.nodes", core.topology_limits.max_nodes, 2, 1e5);
    AtLeast("limits.links", core.topology_limits.max_links, 1, 1e6);
    AtLeast("limits.telemetry_sources", core.max_telemetry_sources, 1, 1e6);
    AtLeast("limits.queue", c_.steering.queue_capacity, 16, 1e6);
    AtLeast("limits.compute_threads", l.compute_threads, 0, 1024);
    AtLeast("limits.compute_queue", l.compute_queue, 1, 1e6);
  }

  void CheckDecision() {
    const CoreOptions& d = c_.steering.core;
    const CandidatePathOptions& paths = c_.steering.paths;
    Lasts("decision.interval", d.interval, absl::Milliseconds(100));
    Lasts("decision.deadline", d.deadline, absl::Milliseconds(10));
    Lasts("decision.hold_after", d.hold_after, absl::Milliseconds(100));
    Lasts("decision.fall_back_after", d.fall_back_after, absl::Milliseconds(100));
    if (d.fall_back_after < d.hold_after) {
      Fault("decision.fall_back_after", absl::StrFormat("%s is before decision.hold_after, %s",
                                                        absl::FormatDuration(d.fall_back_after),
                                                        absl::FormatDuration(d.hold_after)));
    }
    AtLeast("decision.kept_plans", d.kept_plans, 1, 10'000);
    AtLeast("decision.traffic_history", d.traffic_history, 1, 1000);
    AtLeast("decision.max_paths", paths.max_paths, 1, 32);
    if (!(paths.max_stretch >= 1)) {
      Fault("decision.max_stretch",
            absl::StrFormat("%g; give 0 (no limit) or at least 1", paths.max_stretch));
    }
    AtLeast("decision.smallest_share", d.smallest_share, 0, 0.5);
    Fault("decision.policy", policies_(d.policy).status());
  }

  void CheckGuard() {
    const GuardOptions& g = c_.steering.core.guard;
    AtLeast("guard.mlu_tolerance", g.mlu_tolerance, 0, 10);
    if (!(g.max_moved_share > 0 && g.max_moved_share <= 1)) {
      Fault("guard.max_moved_share",
            absl::StrFormat("%g; give a share in (0, 1]", g.max_moved_share));
    }
    AtLeast("guard.hysteresis", g.hysteresis, 0, 1);
    AtLeast("guard.matrices", g.matrices, 1, 1000);
  }

  void CheckStore() {
    AtLeast("store.kept_audit", c_.store.kept_audit, 1);
    if (c_.store.kind == "etcd") return CheckEtcd();
    if (c_.store.kind != "sqlite") {
      Fault("store.kind", absl::StrFormat("\"%s\"; give \"sqlite\" or \"etcd\"", c_.store.kind));
    }
    if (!c_.store.path.empty()) CheckMakable("store.path", c_.store.path);
    if (!c_.etcd.endpoints.empty()) Fault("store.endpoints", "needs store.kind = \"etcd\"");
  }

  void CheckEtcd() {
    const EtcdOptions& e = c_.etcd;
    if (!c_.store.path.empty()) {
      Fault("store.path", "is SQLite's; leave it empty with store.kind = \"etcd\"");
    }
    if (e.endpoints.empty()) {
      Fault("store.endpoints", "is empty; give HOST:PORT of every member of etcd");
    }
    bool remote = false;
    for (const std::string& endpoint : e.endpoints) {
      const auto address = CheckAddress("store.endpoints", endpoint);
      if (address && address->port == 0) Fault("store.endpoints", endpoint + " has no port");
      remote |= address && !address->loopback();
    }
    if (e.prefix.size() < 2 || e.prefix.front() != '/' || e.prefix.back() == '/') {
      Fault("store.prefix",
            absl::StrFormat("\"%s\"; give a path such as \"/rhumb\", without a slash at its end",
                            e.prefix));
    }
    Lasts("store.lease", e.lease, absl::Seconds(2), absl::Minutes(1));
    if (absl::Trunc(e.lease, absl::Seconds(1)) != e.lease) {
      Fault("store.lease", "etcd counts leases in whole seconds");
    }
    if (e.certificate.empty() != e.key.empty()) {
      Fault(e.key.empty() ? "store.key" : "store.certificate",
            "is empty; a certificate and its key belong together");
    } else if (!e.certificate.empty()) {
      Fault("store.certificate", CheckCertificateAndKey(e.certificate, e.key));
    }
    if (!e.authorities.empty()) {
      Fault("store.authorities", CheckAuthorities(e.authorities));
    } else if (!e.certificate.empty()) {
      Fault("store.authorities", "is empty; TLS to etcd needs its authorities");
    } else if (remote && !c_.security.allow_plaintext) {
      Fault("store.endpoints",
            "are on other machines, and what is kept could be read and changed on the way; set "
            "store.authorities, or security.allow_plaintext = true");
    }
    CheckAdvertised();
  }

  void CheckAdvertised() {
    const std::string& advertise = c_.etcd.advertise;
    if (!advertise.empty()) {
      const auto address = CheckAddress("store.advertise", advertise);
      if (address && address->port == 0) Fault("store.advertise", "has no port");
      return;
    }
    if (!listen_ || listen_->any()) {
      Fault("store.advertise",
            "is empty, and server.listen is no address that clients could call; give HOST:PORT");
    }
  }

  const ReadConfig& read_;
  const ServeConfig& c_;
  const PolicyFactory& policies_;
  std::optional<ListenAddress> listen_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> CheckServeConfig(const ReadConfig& read, const PolicyFactory& policies) {
  return Checker(read, policies).Check();
}

}  // namespace rhumb
