// Real etcd as child processes on loopback: one member, or several that form a cluster.
#ifndef RHUMB_TESTS_ETCD_PROCESS_H_
#define RHUMB_TESTS_ETCD_PROCESS_H_

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

extern char** environ;

namespace rhumb::testing {

// A port that nobody listens on, most likely also in a moment.
inline int FreePort() {
  const int file = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  bind(file, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(file, reinterpret_cast<sockaddr*>(&address), &size);
  close(file);
  return ntohs(address.sin_port);
}

// Owns a directory with all data and logs. Started when made; whoever uses it waits for an answer.
// Debian's package etcd-server has the program; without it every test that needs it fails.
class EtcdCluster {
 public:
  // PEM files. With them clients need TLS, and a certificate of the authority.
  struct Tls {
    std::string authority, certificate, key;
  };

  explicit EtcdCluster(int members, Tls tls = {}) : tls_(std::move(tls)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "rhumb_etcd_XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    std::vector<std::string> peers;
    for (int i = 0; i < members; ++i) {
      members_.push_back({-1, FreePort(), FreePort()});
      peers.push_back(absl::StrCat("m", i, "=http://127.0.0.1:", members_[i].peer_port));
    }
    peers_ = absl::StrJoin(peers, ",");
    for (int i = 0; i < members; ++i) Start(i);
  }
  ~EtcdCluster() {
    for (size_t i = 0; i < members_.size(); ++i) Kill(static_cast<int>(i));
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  EtcdCluster(const EtcdCluster&) = delete;
  EtcdCluster& operator=(const EtcdCluster&) = delete;

  std::vector<std::string> endpoints() const {
    std::vector<std::string> list;
    for (const Member& member : members_) {
      list.push_back(absl::StrCat("127.0.0.1:", member.client_port));
    }
    return list;
  }
  // With what it had before.
  void Start(int i) {
    Member& member = members_[i];
    const bool encrypted = !tls_.authority.empty();
    const std::string client =
        absl::StrCat(encrypted ? "https" : "http", "://127.0.0.1:", member.client_port);
    const std::string peer = absl::StrCat("http://127.0.0.1:", member.peer_port);
    std::vector<std::string> words = {"etcd",
                                      absl::StrCat("--name=m", i),
                                      absl::StrCat("--data-dir=", directory_, "/m", i),
                                      absl::StrCat("--listen-client-urls=", client),
                                      absl::StrCat("--advertise-client-urls=", client),
                                      absl::StrCat("--listen-peer-urls=", peer),
                                      absl::StrCat("--initial-advertise-peer-urls=", peer),
                                      absl::StrCat("--initial-cluster=", peers_),
                                      "--logger=zap",
                                      "--log-level=warn"};
    if (encrypted) {
      words.insert(
          words.end(),
          {"--client-cert-auth", absl::StrCat("--trusted-ca-file=", tls_.authority),
           absl::StrCat("--cert-file=", tls_.certificate), absl::StrCat("--key-file=", tls_.key)});
    }
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log_path(i).c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (posix_spawnp(&member.pid, "etcd", &files, nullptr, argv.data(), environ) != 0) {
      member.pid = -1;
    }
    posix_spawn_file_actions_destroy(&files);
  }
  void Signal(int i, int signal) {
    if (members_[i].pid > 0) kill(members_[i].pid, signal);
  }
  void Kill(int i) {
    if (members_[i].pid <= 0) return;
    kill(members_[i].pid, SIGKILL);
    waitpid(members_[i].pid, nullptr, 0);
    members_[i].pid = -1;
  }
  // False where the program is not installed.
  bool running() const { return members_[0].pid > 0; }
  std::string Log(int i) const {
    std::ifstream file(log_path(i));
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

 private:
  struct Member {
    pid_t pid;
    int client_port, peer_port;
  };
  std::string log_path(int i) const { return absl::StrCat(directory_, "/log", i); }

  const Tls tls_;
  std::string directory_, peers_;
  std::vector<Member> members_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_ETCD_PROCESS_H_
