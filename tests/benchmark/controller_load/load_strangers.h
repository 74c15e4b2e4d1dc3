// Callers without a token who take what they can get: connections, streams, and room for requests.
#ifndef RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STRANGERS_H_
#define RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STRANGERS_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rhumb::benchmark {

// Begun by its constructor, over when it is destroyed. Threads of its own:
// one keeps 5,000 connections that say nothing, and makes a thousand anew a second at most of those
// that the server closes; four send SetTopology with 16 MB, one after the other; 10,000 watches of
// health are opened on twenty connections and never read.
class LoadStrangers {
 public:
  // `server` is 127.0.0.1:PORT.
  explicit LoadStrangers(const std::string& server);
  ~LoadStrangers();
  LoadStrangers(const LoadStrangers&) = delete;
  LoadStrangers& operator=(const LoadStrangers&) = delete;

  // What came of it, in a line.
  std::string Summary() const;

 private:
  class Watch;
  void KeepConnections(int port);
  void SendLargeRequests(const std::string& server);
  void OpenWatches(const std::string& server);

  std::atomic<bool> stop_{false};
  std::atomic<int> connections_{0}, closed_{0}, requests_{0}, taken_requests_{0};
  std::atomic<int> watches_{0}, ended_watches_{0};
  std::vector<std::shared_ptr<grpc::Channel>> channels_;  // of the watches
  std::vector<std::unique_ptr<Watch>> open_;
  std::vector<std::thread> threads_;
};

}  // namespace rhumb::benchmark

#endif  // RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STRANGERS_H_
