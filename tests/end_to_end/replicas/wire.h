// A TCP connection between two programs that a test can cut and slow down: a port that passes
// everything on to another.
#ifndef RHUMB_TESTS_END_TO_END_REPLICAS_WIRE_H_
#define RHUMB_TESTS_END_TO_END_REPLICAS_WIRE_H_

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <list>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"

namespace rhumb::testing {

// Owns a thread. A wire that is cut loses nothing and delivers nothing, new connections too: what a
// network does that drops every packet. Mended, it goes on where it was.
class Wire {
 public:
  // Passes on to 127.0.0.1:`port`.
  explicit Wire(int port) : to_(port) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address = Loopback(0);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    listen(listener_, 64);
    socklen_t size = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~Wire() {
    stop_ = true;
    thread_.join();
    for (Pair& pair : pairs_) Close(pair);
    close(listener_);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  void Cut() { cut_ = true; }
  void Mend() { cut_ = false; }
  // What is sent from now on arrives so much later, each way.
  void Slow(absl::Duration delay) { delay_ms_ = absl::ToInt64Milliseconds(delay); }

 private:
  struct Part {
    SteadyTime due;
    std::string bytes;
  };
  struct Direction {
    int from = -1, to = -1;
    std::deque<Part> waiting;
  };
  struct Pair {
    Direction there, back;
    bool over = false;
  };

  static sockaddr_in Loopback(int port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    return address;
  }
  static void Close(Pair& pair) {
    close(pair.there.from);
    close(pair.there.to);
  }

  void Run() {
    while (!stop_) {
      std::vector<pollfd> files;
      const bool cut = cut_;
      if (!cut) {
        files.push_back({listener_, POLLIN, 0});
        for (const Pair& pair : pairs_) {
          files.push_back({pair.there.from, POLLIN, 0});
          files.push_back({pair.there.to, POLLIN, 0});
        }
      }
      poll(files.data(), files.size(), WaitMs(cut));
      if (cut_) continue;
      Accept();
      for (Pair& pair : pairs_) {
        pair.over = !Pass(pair.there) || !Pass(pair.back);
        if (pair.over) Close(pair);
      }
      pairs_.remove_if([](const Pair& pair) { return pair.over; });
    }
  }
  int WaitMs(bool cut) const {
    constexpr int kLongest = 20;
    SteadyTime first = SteadyTime::Never();
    for (const Pair& pair : pairs_) {
      for (const Direction* direction : {&pair.there, &pair.back}) {
        if (!direction->waiting.empty()) first = std::min(first, direction->waiting.front().due);
      }
    }
    if (cut || first == SteadyTime::Never()) return kLongest;
    return static_cast<int>(
        std::clamp<int64_t>(absl::ToInt64Milliseconds(first - SteadyNow()), 1, kLongest));
  }
  void Accept() {
    for (;;) {
      const int near = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (near < 0) return;
      const int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in address = Loopback(to_);
      if (connect(far, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        close(near);
        close(far);
        continue;
      }
      fcntl(far, F_SETFL, O_NONBLOCK);
      pairs_.push_back({{near, far, {}}, {far, near, {}}, false});
    }
  }
  // False when the connection is over.
  bool Pass(Direction& direction) const {
    char buffer[16384];
    for (;;) {
      const ssize_t got = recv(direction.from, buffer, sizeof(buffer), 0);
      if (got == 0) return false;
      if (got < 0) {
        if (errno != EAGAIN) return false;
        break;
      }
      direction.waiting.push_back(
          {SteadyNow() + absl::Milliseconds(delay_ms_.load()), std::string(buffer, got)});
    }
    while (!direction.waiting.empty() && direction.waiting.front().due <= SteadyNow()) {
      std::string& bytes = direction.waiting.front().bytes;
      const ssize_t sent = send(direction.to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;
      bytes.erase(0, sent);
      if (bytes.empty()) direction.waiting.pop_front();
    }
    return true;
  }

  const int to_;
  int listener_ = -1, port_ = 0;
  std::list<Pair> pairs_;  // the thread's
  std::atomic<bool> cut_ = false, stop_ = false;
  std::atomic<int64_t> delay_ms_ = 0;
  std::thread thread_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_END_TO_END_REPLICAS_WIRE_H_
