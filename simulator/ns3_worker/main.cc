// SPDX-License-Identifier: GPL-2.0-only
// rhumb-ns3: plays packets for the simulator that started it and that holds the other end of a
// socket. Not for use by hand.
#include <malloc.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "episode.h"
#include "message_channel.h"
#include "worker.pb.h"

namespace {

// The worker ends with its parent, also in the middle of a simulation. A signal on the parent's
// death would come when the parent's *thread* ends, so the socket tells.
void EndWithParent(int fd) {
  pollfd parent{fd, POLLRDHUP, 0};
  while (poll(&parent, 1, -1) < 0) {
  }
  _exit(0);
}

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  using rhumb_ns3::Episode;
  if (argc != 3 || std::strcmp(argv[1], "--fd") != 0) {
    std::cerr << "rhumb-ns3 is started by the packet simulator: rhumb-ns3 --fd SOCKET\n";
    return 2;
  }
  const int fd = std::atoi(argv[2]);
  std::thread(EndWithParent, fd).detach();
  // Memory that one interval gives back is needed by the next one.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most it takes
  mallopt(M_TRIM_THRESHOLD, 512 << 20);

  rhumb_ns3::MessageChannel channel(fd);
  std::unique_ptr<Episode> episode;
  rhumb::worker::Request request;
  while (channel.Read(&request)) {
    rhumb::worker::Response response;
    std::string fault;
    switch (request.kind_case()) {
      case rhumb::worker::Request::kReset: {
        const double start_s = CpuSeconds();
        episode.reset();
        episode = Episode::Create(request.reset(), &fault);
        if (episode != nullptr) response.mutable_ready()->set_cpu_s(CpuSeconds() - start_s);
        break;
      }
      case rhumb::worker::Request::kPlay:
        fault = episode == nullptr ? "there is no episode"
                                   : episode->Play(request.play(), response.mutable_result());
        break;
      case rhumb::worker::Request::KIND_NOT_SET:
        fault = "the request is empty";
        break;
    }
    if (!fault.empty()) response.mutable_error()->set_message(fault);
    if (!channel.Write(response)) break;
  }
  if (!channel.fault().empty()) {
    std::cerr << "rhumb-ns3: " << channel.fault() << "\n";
    return 1;
  }
  _exit(0);  // the parent is gone; nothing is worth tearing down
}
