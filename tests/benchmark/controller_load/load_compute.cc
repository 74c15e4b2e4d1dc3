#include <atomic>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include "tests/benchmark/controller_load/load_network.h"
#include "tests/benchmark/controller_load/load_report.h"
#include "tests/benchmark/controller_load/load_scenarios.h"

namespace rhumb::benchmark {
namespace {

constexpr int kConnections = 4;

// One request on its way at a time, sent again as soon as it is answered.
struct Asker {
  Asker(const Connection& used, const rhumb::v1::ComputeRoutesRequest& question,
        const LoadOptions& options)
      : connection(used), request(question), until(absl::Now() + options.time) {}

  void Ask() {
    context = std::make_unique<grpc::ClientContext>();
    connection.Prepare(context.get());
    context->set_deadline(absl::ToChronoTime(absl::Now() + connection.timeout()));
    sent = absl::Now();
    stub->async()->ComputeRoutes(context.get(), &request, &response,
                                 [this](grpc::Status status) { Answered(status); });
  }
  void Answered(const grpc::Status& status) {
    if (status.ok()) {
      latency_s.push_back(absl::ToDoubleSeconds(absl::Now() - sent));
    } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      ++refused;
      refused_s.push_back(absl::ToDoubleSeconds(absl::Now() - sent));
    } else {
      ++failed;
      fault = status.error_message();
    }
    if (absl::Now() < until) {
      // What the server asks of those it refuses.
      if (!status.ok()) absl::SleepFor(absl::Milliseconds(1));
      return Ask();
    }
    absl::MutexLock lock(&mutex);
    done = true;
  }

  const Connection connection;
  const rhumb::v1::ComputeRoutesRequest& request;
  const absl::Time until;
  std::unique_ptr<rhumb::v1::North::Stub> stub = rhumb::v1::North::NewStub(connection.channel());
  std::unique_ptr<grpc::ClientContext> context;
  rhumb::v1::ComputeRoutesResponse response;
  absl::Time sent;
  std::vector<double> latency_s, refused_s;
  int refused = 0, failed = 0;
  std::string fault;
  absl::Mutex mutex;
  bool done ABSL_GUARDED_BY(mutex) = false;
};

}  // namespace

absl::Status MeasureCompute(const Connection& connection, const LoadOptions& options) {
  const auto network = LoadNetwork::Make(connection, options.topology);
  if (!network.ok()) return network.status();
  const rhumb::v1::ComputeRoutesRequest question = (*network)->Question(options.policy);
  const auto stub = rhumb::v1::North::NewStub(connection.channel());
  // Loads the policy, and says at once when that is impossible.
  const auto first = Call(connection, *stub, &rhumb::v1::North::Stub::ComputeRoutes, question);
  if (!first.ok()) return first.status();

  std::vector<Connection> connections;
  for (int i = 0; i < kConnections; ++i) connections.push_back(connection.Another());
  const double cpu_before = options.cpu_seconds ? options.cpu_seconds() : 0;
  const absl::Time begin = absl::Now();
  std::vector<std::unique_ptr<Asker>> askers;
  for (int i = 0; i < options.outstanding; ++i) {
    askers.push_back(std::make_unique<Asker>(connections[i % kConnections], question, options));
    askers.back()->Ask();
  }
  std::vector<double> latency_s, refused_s;
  int refused = 0, failed = 0;
  std::string fault;
  for (const auto& asker : askers) {
    absl::MutexLock lock(&asker->mutex);
    asker->mutex.Await(absl::Condition(&asker->done));
    latency_s.insert(latency_s.end(), asker->latency_s.begin(), asker->latency_s.end());
    refused_s.insert(refused_s.end(), asker->refused_s.begin(), asker->refused_s.end());
    refused += asker->refused;
    failed += asker->failed;
    if (!asker->fault.empty()) fault = asker->fault;
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  std::cout << absl::StrFormat(
      "compute: %s on %s (%d demands, %d bytes a request), %d on their way at a time\n"
      "  %.0f answers a second; refused with RESOURCE_EXHAUSTED %.0f a second; failed %d%s%s\n",
      options.policy, options.topology, question.demands_size(), question.ByteSizeLong(),
      options.outstanding, latency_s.size() / seconds, refused / seconds, failed,
      fault.empty() ? "" : ": ", fault);
  std::cout << "  answers   " << Milliseconds(latency_s) << "\n";
  if (refused > 0) std::cout << "  refusals  " << Milliseconds(refused_s) << "\n";
  if (options.cpu_seconds) {
    std::cout << absl::StrFormat(
        "  server: %.1f ms of processor time an answer, %.1f MB\n",
        1e3 * (options.cpu_seconds() - cpu_before) / std::max<size_t>(1, latency_s.size()),
        options.resident_bytes() / 1e6);
  }
  return absl::OkStatus();
}

}  // namespace rhumb::benchmark
