#include "tests/benchmark/controller_load/load_viewers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace rhumb::benchmark {

LoadViewers::LoadViewers(int port, int viewers, int slow)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), viewers_(viewers) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request =
      absl::StrCat("GET /live/v1 HTTP/1.1\r\nHost: 127.0.0.1:", port, "\r\n\r\n");
  for (int i = 0; i < viewers; ++i) {
    Viewer& viewer = viewers_[i];
    viewer.file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(viewer.file, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        send(viewer.file, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
      ++ended_;
      continue;
    }
    if (i < slow) continue;
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.ptr = &viewer;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, viewer.file, &event);
  }
  thread_ = std::thread([this] { Run(); });
}

LoadViewers::~LoadViewers() {
  stop_ = true;
  thread_.join();
  for (const Viewer& viewer : viewers_) close(viewer.file);
  close(epoll_);
}

std::vector<double> LoadViewers::TakeLatencies() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(latencies_s_, {});
}

void LoadViewers::Run() {
  epoll_event events[256];
  while (!stop_) {
    const int count = epoll_wait(epoll_, events, 256, 100);
    for (int i = 0; i < count; ++i) Read(static_cast<Viewer*>(events[i].data.ptr));
  }
}

void LoadViewers::Read(Viewer* viewer) {
  char bytes[65536];
  const ssize_t size = recv(viewer->file, bytes, sizeof(bytes), MSG_DONTWAIT);
  if (size < 0) return;
  if (size == 0) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, viewer->file, nullptr);
    ++ended_;
    return;
  }
  const absl::Time now = absl::Now();
  bytes_ += size;
  viewer->rest.append(bytes, size);
  // What a viewer is told at first is as old as it is.
  const bool first = !std::exchange(viewer->open, true);
  open_ += first ? 1 : 0;
  size_t end;
  while ((end = viewer->rest.find("\n\n")) != std::string::npos) {
    const size_t stamp = viewer->rest.find("data: {\"t\":");
    int64_t ms = 0;
    if (!first && stamp < end &&
        absl::SimpleAtoi(
            viewer->rest.substr(stamp + 11, viewer->rest.find_first_of(",}", stamp) - stamp - 11),
            &ms)) {
      absl::MutexLock lock(&mutex_);
      latencies_s_.push_back(absl::ToDoubleSeconds(now - absl::FromUnixMillis(ms)));
    }
    viewer->rest.erase(0, end + 2);
  }
}

}  // namespace rhumb::benchmark
