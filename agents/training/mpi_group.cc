#include "agents/training/mpi_group.h"

#include <mpi.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb::training {
namespace {

constexpr double kPatienceS = 1800;
// An answer that is about to come is polled for; one that takes longer is slept for.
constexpr int kPolls = 200;
constexpr long kFirstNapNs = 20'000, kLongestNapNs = 1'000'000;
// Marks a status that all ranks hold together.
constexpr char kAgreed[] = "rhumb/agreed";

// For the signal handler: changed only while it is not installed.
char last_words[1024];
size_t last_words_size = 0;

extern "C" void SayLastWords(int /*signal*/) {
  if (write(STDERR_FILENO, last_words, last_words_size) < 0) _exit(1);
  _exit(1);
}

absl::StatusOr<double> Patience() {
  const char* text = std::getenv("RHUMB_PEER_PATIENCE_S");
  if (text == nullptr) return kPatienceS;
  double seconds = 0;
  if (absl::SimpleAtod(text, &seconds) && seconds > 0) return seconds;
  return absl::FailedPreconditionError(absl::StrFormat(
      "RHUMB_PEER_PATIENCE_S is \"%s\"; give seconds, such as 1800, or leave it unset", text));
}

absl::Status Agreed(absl::Status status) {
  status.SetPayload(kAgreed, absl::Cord());
  return status;
}

class MpiGroup : public ReplicaGroup {
 public:
  explicit MpiGroup(double patience_s) : patience_s_(patience_s) {
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  absl::Status Average(absl::Span<float> values, double weight) override {
    // The weights travel with the values: one exchange an update.
    sums_.resize(values.size() + 1);
    for (size_t i = 0; i < values.size(); ++i) sums_[i] = weight * values[i];
    sums_.back() = weight;
    MPI_Request request;
    const int error = MPI_Iallreduce(MPI_IN_PLACE, sums_.data(), static_cast<int>(sums_.size()),
                                     MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD, &request);
    if (absl::Status status = Wait(error, &request, "average"); !status.ok()) return status;
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(sums_[i] / sums_.back());
    }
    return absl::OkStatus();
  }

  absl::Status Broadcast(std::string* bytes) override {
    const absl::StatusOr<uint64_t> size = OfFirst(bytes->size());
    if (!size.ok()) return size.status();
    bytes->resize(*size);
    MPI_Request request;
    const int error =
        MPI_Ibcast(bytes->data(), static_cast<int>(*size), MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    return Wait(error, &request, "broadcast");
  }

  absl::StatusOr<uint64_t> OfFirst(uint64_t value) override {
    MPI_Request request;
    const int error = MPI_Ibcast(&value, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
    if (absl::Status status = Wait(error, &request, "broadcast"); !status.ok()) return status;
    return value;
  }

  absl::Status RequireSame(absl::Span<const float> values) override {
    const uint64_t checksum =
        crc32_z(0, reinterpret_cast<const Bytef*>(values.data()), values.size() * sizeof(float));
    // The smallest of both, negated to learn the largest in the same exchange.
    int64_t ends[2] = {static_cast<int64_t>(checksum), -static_cast<int64_t>(checksum)};
    MPI_Request request;
    const int error =
        MPI_Iallreduce(MPI_IN_PLACE, ends, 2, MPI_INT64_T, MPI_MIN, MPI_COMM_WORLD, &request);
    if (absl::Status status = Wait(error, &request, "comparison"); !status.ok()) return status;
    if (ends[0] == -ends[1]) return absl::OkStatus();
    return absl::DataLossError(absl::StrFormat(
        "the ranks' parameters are no longer the same (CRC-32 from %08x to %08x, here %08x); run "
        "the same program on the same kind of processor on all ranks",
        ends[0], -ends[1], checksum));
  }

  absl::Status RequireAllOk(const absl::Status& mine) override {
    int64_t failed = mine.ok() ? size_ : rank_;
    MPI_Request request;
    const int error =
        MPI_Iallreduce(MPI_IN_PLACE, &failed, 1, MPI_INT64_T, MPI_MIN, MPI_COMM_WORLD, &request);
    if (absl::Status status = Wait(error, &request, "check"); !status.ok()) return status;
    if (failed == size_) return absl::OkStatus();
    return Agreed(failed == rank_ ? mine : absl::CancelledError());
  }

  void SetLastWords(const std::string& message) override {
    if (!first()) return;
    const std::string line = absl::StrCat("rhumb train: ", message, "\n");
    // A signal that comes while the words change would say half of each.
    std::signal(SIGTERM, SIG_IGN);
    last_words_size = line.copy(last_words, sizeof(last_words));
    std::signal(SIGTERM, SayLastWords);
  }

  absl::Status Leave(const absl::Status& status) override {
    if (!status.ok() && !status.GetPayload(kAgreed).has_value()) {
      std::signal(SIGTERM, SIG_DFL);
      std::fprintf(stderr, "rhumb train: rank %d of %d: %s\n", rank_, size_,
                   std::string(status.message()).c_str());
      std::fflush(stderr);
      MPI_Abort(MPI_COMM_WORLD, 1);
    }
    // From here on ending is what is meant to happen.
    std::signal(SIGTERM, SIG_DFL);
    MPI_Finalize();
    return status;
  }

 private:
  // MPI's own wait spins, which starves workers on the same core, and knows no end.
  absl::Status Wait(int error, MPI_Request* request, const char* what) {
    const double start = MPI_Wtime();
    timespec nap{0, kFirstNapNs};
    for (int poll = 0, done = 0; error == MPI_SUCCESS; ++poll) {
      error = MPI_Test(request, &done, MPI_STATUS_IGNORE);
      if (error != MPI_SUCCESS) break;
      if (done != 0) return absl::OkStatus();
      if (poll < kPolls) continue;
      if (MPI_Wtime() - start > patience_s_) {
        return absl::UnavailableError(
            absl::StrFormat("waited %.0f s for the other ranks (%s): one of them hangs or is gone; "
                            "RHUMB_PEER_PATIENCE_S sets how long to wait",
                            patience_s_, what));
      }
      nanosleep(&nap, nullptr);
      nap.tv_nsec = std::min(2 * nap.tv_nsec, kLongestNapNs);
    }
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    MPI_Error_string(error, text, &length);
    return absl::UnavailableError(absl::StrFormat("MPI (%s): %s", what, std::string(text, length)));
  }

  const double patience_s_;
  int rank_ = 0, size_ = 1;
  std::vector<double> sums_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ReplicaGroup>> JoinMpiGroup() {
  const absl::StatusOr<double> patience = Patience();
  if (!patience.ok()) return patience.status();
  int provided = 0;
  // Only the run's own thread calls MPI.
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  return std::make_unique<MpiGroup>(*patience);
}

}  // namespace rhumb::training
