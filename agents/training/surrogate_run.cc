#include "agents/training/surrogate_run.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "agents/neural/checkpoint.h"
#include "agents/training/run_directory.h"
#include "agents/training/state_file.h"
#include "agents/training/surrogate_config.h"
#include "agents/training/surrogate_episodes.h"
#include "agents/training/surrogate_player.h"

namespace rhumb::training {
namespace {

constexpr char kMagic[] = "RHUMBSD1";
constexpr double kSaveEveryS = 20;

class SurrogateRun {
 public:
  SurrogateRun(const TrainRequest& request, const SurrogateConfig& config)
      : request_(request), config_(config), started_(std::chrono::steady_clock::now()) {}

  absl::Status Run() {
    if (absl::Status status = OpenRunDirectory(request_.out, request_.resume); !status.ok()) {
      return status;
    }
    if (absl::Status status = request_.resume ? Load() : Save(); !status.ok()) return status;
    first_ = truths_.size();
    const absl::Status played = PlaySurrogateNetworks(
        config_, request_.workers, request_.make_packet_simulator, [this] { return TimeIsUp(); },
        [this] { return Played(); }, &truths_);
    if (absl::Status saved = Save(); !saved.ok()) return saved;
    if (!played.ok()) return played;
    if (truths_.size() < Networks()) {
      return absl::CancelledError(
          absl::StrFormat("%s holds %d of %d networks; go on with --resume", request_.out,
                          truths_.size(), Networks()));
    }
    return absl::OkStatus();
  }

 private:
  size_t Networks() const {
    return static_cast<size_t>(config_.networks) + static_cast<size_t>(config_.test_networks);
  }
  double Elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  }
  bool TimeIsUp() const { return request_.minutes > 0 && Elapsed() >= 60 * request_.minutes; }

  absl::Status Load() {
    const std::string path = StatePath(request_.out);
    auto bytes = neural::ReadWholeFile(path);
    if (!bytes.ok()) return bytes.status();
    auto content = UnwrapState(kMagic, *bytes, request_.config_toml, path);
    if (!content.ok()) return content.status();
    auto truths = ParseTruths(*content, path);
    if (truths.ok()) truths_ = *std::move(truths);
    return truths.status();
  }

  absl::Status Save() {
    saved_s_ = Elapsed();
    return neural::WriteFileAtomically(
        StatePath(request_.out),
        WrapState(kMagic, request_.config_toml, SerializeTruths(truths_)));
  }

  absl::Status Played() {
    if (request_.report) {
      TrainProgress progress;
      progress.updates = static_cast<int64_t>(truths_.size());
      progress.total_updates = static_cast<int64_t>(Networks());
      progress.elapsed_s = Elapsed();
      progress.left_s = progress.elapsed_s / static_cast<double>(truths_.size() - first_) *
                        static_cast<double>(Networks() - truths_.size());
      request_.report(progress);
    }
    return Elapsed() - saved_s_ >= kSaveEveryS ? Save() : absl::OkStatus();
  }

  const TrainRequest& request_;
  const SurrogateConfig config_;
  const std::chrono::steady_clock::time_point started_;
  double saved_s_ = 0;
  size_t first_ = 0;
  std::vector<std::vector<SurrogateTruth>> truths_;
};

}  // namespace

absl::Status RunSurrogateTraining(const TrainRequest& request, ReplicaGroup* group) {
  if (group->size() > 1) {
    return absl::FailedPreconditionError(
        "the surrogate stage runs in one process; leave mpirun out and give --workers");
  }
  const auto config = ParseSurrogateConfig(request.config_toml, request.config_name);
  if (!config.ok()) return config.status();
  SurrogateRun run(request, *config);
  return run.Run();
}

}  // namespace rhumb::training
