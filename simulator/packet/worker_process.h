// A worker program and the socket to it: start, exchange of one message for another, and the story
// of its end.
#ifndef RHUMB_SIMULATOR_PACKET_WORKER_PROCESS_H_
#define RHUMB_SIMULATOR_PACKET_WORKER_PROCESS_H_

#include <google/protobuf/message_lite.h>
#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rhumb {

// Owned by one simulator and used from one thread at a time. The destructor kills the worker and
// waits for it.
class WorkerProcess {
 public:
  // posix_spawns `path` in a process group of its own, with nothing open but the socket and its
  // standard streams. NotFound or PermissionDenied when it cannot be started.
  static absl::StatusOr<std::unique_ptr<WorkerProcess>> Start(const std::string& path);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // Sends a request and waits for the response. After an error the worker is dead: Unavailable when
  // it ended, DeadlineExceeded when it was killed for being late, DataLoss for speaking garbage.
  absl::Status Exchange(const google::protobuf::MessageLite& request,
                        google::protobuf::MessageLite* response, absl::Duration deadline);

  pid_t pid() const { return pid_; }

 private:
  WorkerProcess(std::string path, pid_t pid, int socket, int errors);

  using SteadyPoint = std::chrono::steady_clock::time_point;

  enum class Transfer { kDone, kClosed, kLate };
  Transfer Send(SteadyPoint deadline);
  Transfer Receive(char* data, size_t size, SteadyPoint deadline);
  // Waits until the socket is ready for `events`, reading stderr meanwhile.
  Transfer Wait(short events, SteadyPoint deadline);
  void ReadErrors();
  // Kills the worker unless it has ended, and says how it ended and what it said last.
  std::string Bury(bool kill);

  const std::string path_;
  pid_t pid_;  // 0 when it is dead and buried
  int socket_;
  int errors_;
  std::string last_words_;
  std::string buffer_;
};

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_PACKET_WORKER_PROCESS_H_
