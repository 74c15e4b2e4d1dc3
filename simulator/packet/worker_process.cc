#include "simulator/packet/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

extern char** environ;

namespace rhumb {
namespace {

constexpr int kWorkerSocket = 3;
constexpr size_t kMostLastWords = 4096;
constexpr uint32_t kMostResponseBytes = 1u << 30;
constexpr absl::Duration kGraceAtEnd = absl::Seconds(2);
constexpr absl::Duration kLongestWait = absl::Hours(24 * 365);

// Above the numbers that the worker's own descriptors take, so that one never overwrites the other.
int MoveUp(int fd) {
  if (fd < 0) return fd;
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, 16);
  const int error = errno;
  close(fd);
  errno = error;
  return moved;
}

void Close(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

}  // namespace

WorkerProcess::WorkerProcess(std::string path, pid_t pid, int socket, int errors)
    : path_(std::move(path)), pid_(pid), socket_(socket), errors_(errors) {}

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(const std::string& path) {
  if (access(path.c_str(), X_OK) != 0) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be run as the ns-3 worker (",
                                            std::strerror(errno),
                                            "); install the package rhumb-ns3, build the target "
                                            "rhumb-ns3 or point $RHUMB_NS3_WORKER at it"));
  }
  int sockets[2] = {-1, -1}, pipes[2] = {-1, -1};
  const bool opened = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0 &&
                      pipe2(pipes, O_CLOEXEC) == 0;
  if (opened) {
    for (int* fd : {&sockets[0], &sockets[1], &pipes[0], &pipes[1]}) *fd = MoveUp(*fd);
  }
  const auto close_all = [&] {
    for (int* fd : {&sockets[0], &sockets[1], &pipes[0], &pipes[1]}) Close(fd);
  };
  if (!opened || sockets[0] < 0 || sockets[1] < 0 || pipes[0] < 0 || pipes[1] < 0) {
    const std::string reason = std::strerror(errno);
    close_all();
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot open a socket to the ns-3 worker: ", reason));
  }
  fcntl(sockets[0], F_SETFL, O_NONBLOCK);
  fcntl(pipes[0], F_SETFL, O_NONBLOCK);

  SpawnSettings spawn;
  posix_spawn_file_actions_addopen(&spawn.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&spawn.actions, pipes[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&spawn.actions, pipes[1], STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&spawn.actions, sockets[1], kWorkerSocket);
  posix_spawn_file_actions_addclosefrom_np(&spawn.actions, kWorkerSocket + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&spawn.attributes, &none);
  posix_spawnattr_setsigdefault(&spawn.attributes, &all);
  posix_spawnattr_setpgroup(&spawn.attributes, 0);
  posix_spawnattr_setflags(&spawn.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string flag = "--fd", number = absl::StrCat(kWorkerSocket), name = path;
  char* const arguments[] = {name.data(), flag.data(), number.data(), nullptr};
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, path.c_str(), &spawn.actions, &spawn.attributes, arguments, environ);
  Close(&sockets[1]);
  Close(&pipes[1]);
  if (error != 0) {
    close_all();
    return absl::UnavailableError(
        absl::StrCat(path, ": the ns-3 worker does not start: ", std::strerror(error)));
  }
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(path, pid, sockets[0], pipes[0]));
}

WorkerProcess::~WorkerProcess() {
  if (pid_ != 0) Bury(/*kill=*/true);
  Close(&socket_);
  Close(&errors_);
}

absl::Status WorkerProcess::Exchange(const google::protobuf::MessageLite& request,
                                     google::protobuf::MessageLite* response,
                                     absl::Duration timeout) {
  const SteadyPoint deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(std::min(timeout, kLongestWait));
  const size_t size = request.ByteSizeLong();
  buffer_.resize(4);
  for (int i = 0; i < 4; ++i) buffer_[i] = static_cast<char>(size >> (8 * i));
  request.AppendToString(&buffer_);

  unsigned char length[4] = {};
  uint32_t response_bytes = 0;
  Transfer transfer = Send(deadline);
  if (transfer == Transfer::kDone) {
    transfer = Receive(reinterpret_cast<char*>(length), sizeof length, deadline);
  }
  if (transfer == Transfer::kDone) {
    response_bytes = length[0] | length[1] << 8 | length[2] << 16 | uint32_t{length[3]} << 24;
    if (response_bytes > kMostResponseBytes) {
      return absl::DataLossError(
          absl::StrCat(path_, ": the ns-3 worker speaks garbage (a response of ", response_bytes,
                       " bytes); it was killed, the interval is lost; ", Bury(/*kill=*/true)));
    }
    buffer_.resize(response_bytes);
    transfer = Receive(buffer_.data(), response_bytes, deadline);
  }
  switch (transfer) {
    case Transfer::kClosed:
      return absl::UnavailableError(
          absl::StrCat(path_, ": the ns-3 worker ended before it answered, the interval is lost; ",
                       Bury(/*kill=*/false)));
    case Transfer::kLate:
      return absl::DeadlineExceededError(absl::StrCat(
          path_, ": no answer from the ns-3 worker within ", absl::FormatDuration(timeout),
          ", it was killed and the interval is lost; shorten the interval, lower the scale or "
          "raise "
          "the deadline; ",
          Bury(/*kill=*/true)));
    case Transfer::kDone:
      break;
  }
  if (!response->ParseFromString(buffer_)) {
    return absl::DataLossError(
        absl::StrCat(path_, ": the ns-3 worker speaks garbage (", response_bytes,
                     " bytes that are no response); it was killed, the interval is lost; ",
                     Bury(/*kill=*/true)));
  }
  return absl::OkStatus();
}

WorkerProcess::Transfer WorkerProcess::Wait(short events, SteadyPoint deadline) {
  while (true) {
    const absl::Duration left = absl::FromChrono(deadline - std::chrono::steady_clock::now());
    if (left <= absl::ZeroDuration()) return Transfer::kLate;
    pollfd fds[2] = {{socket_, events, 0}, {errors_, POLLIN, 0}};
    const timespec timeout = absl::ToTimespec(std::min(left, absl::Hours(1)));
    const int ready = ppoll(fds, 2, &timeout, nullptr);
    if (ready <= 0) continue;
    if (fds[1].revents != 0) ReadErrors();
    if (fds[0].revents != 0) return Transfer::kDone;
  }
}

WorkerProcess::Transfer WorkerProcess::Send(SteadyPoint deadline) {
  for (size_t sent = 0; sent < buffer_.size();) {
    const ssize_t put =
        send(socket_, buffer_.data() + sent, buffer_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put > 0) {
      sent += static_cast<size_t>(put);
    } else if (errno == EAGAIN) {
      if (Wait(POLLOUT, deadline) == Transfer::kLate) return Transfer::kLate;
    } else if (errno != EINTR) {
      return Transfer::kClosed;
    }
  }
  return Transfer::kDone;
}

WorkerProcess::Transfer WorkerProcess::Receive(char* data, size_t size, SteadyPoint deadline) {
  while (size > 0) {
    if (Wait(POLLIN, deadline) == Transfer::kLate) return Transfer::kLate;
    const ssize_t got = recv(socket_, data, size, MSG_DONTWAIT);
    if (got > 0) {
      data += got;
      size -= static_cast<size_t>(got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      return Transfer::kClosed;
    }
  }
  return Transfer::kDone;
}

void WorkerProcess::ReadErrors() {
  char chunk[1024];
  while (errors_ >= 0) {
    const ssize_t got = read(errors_, chunk, sizeof chunk);
    if (got > 0) {
      last_words_.append(chunk, static_cast<size_t>(got));
      if (last_words_.size() > 2 * kMostLastWords) {
        last_words_.erase(0, last_words_.size() - kMostLastWords);
      }
    } else {
      if (got == 0) Close(&errors_);
      if (got < 0 && errno == EINTR) continue;
      return;
    }
  }
}

std::string WorkerProcess::Bury(bool kill) {
  if (pid_ == 0) return "it is gone";
  int status = 0;
  pid_t ended = 0;
  if (!kill) {
    // The socket closes a moment before the process ends.
    const SteadyPoint until =
        std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(kGraceAtEnd);
    while ((ended = waitpid(pid_, &status, WNOHANG)) == 0 &&
           std::chrono::steady_clock::now() < until) {
      poll(nullptr, 0, 1);
    }
  }
  if (ended == 0) {
    ::kill(-pid_, SIGKILL);
    while ((ended = waitpid(pid_, &status, 0)) < 0 && errno == EINTR) {
    }
  }
  pid_ = 0;
  ReadErrors();
  std::string story = "it ended unobserved";
  if (ended > 0 && WIFEXITED(status)) {
    story = absl::StrCat("exit code ", WEXITSTATUS(status));
  } else if (ended > 0 && WIFSIGNALED(status)) {
    story = absl::StrCat("signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ")");
  }
  if (last_words_.size() > kMostLastWords) {
    last_words_.erase(0, last_words_.size() - kMostLastWords);
  }
  const absl::string_view words = absl::StripAsciiWhitespace(last_words_);
  absl::StrAppend(&story, words.empty() ? ", nothing on stderr" : ", last on stderr: ", words);
  return story;
}

}  // namespace rhumb
