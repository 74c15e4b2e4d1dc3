#include "agents/training/surrogate_run.h"

#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "agents/neural/checkpoint.h"
#include "agents/training/run_directory.h"
#include "agents/training/state_file.h"
#include "agents/training/surrogate_config.h"
#include "agents/training/surrogate_episodes.h"
#include "agents/training/surrogate_fit.h"
#include "agents/training/surrogate_player.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/surrogate/correction.h"
#include "simulator/surrogate/features.h"

namespace rhumb::training {
namespace {

constexpr char kMagic[] = "RHUMBSD1";
constexpr double kSaveEveryS = 20;
constexpr size_t kLeastSamples = 8;

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
      return absl::CancelledError(absl::StrFormat("%s holds %d of %d networks; go on with --resume",
                                                  request_.out, truths_.size(), Networks()));
    }
    return Learn();
  }

 private:
  // The fluid simulator is played anew every time: it is fast, and it changes.
  absl::Status Learn() {
    std::vector<SurrogateSample> training, test;
    for (size_t network = 0; network < truths_.size(); ++network) {
      const bool held_out = network >= static_cast<size_t>(config_.networks);
      absl::Status status = AddSamples(static_cast<int>(network), held_out ? &test : &training);
      if (!status.ok()) return status;
    }
    if (training.size() < kLeastSamples) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "%s: only %d episodes with flows are there to learn from; give it more networks, or a "
          "longer deadline for ns-3",
          request_.out, training.size()));
    }
    surrogate::Correction correction = FitCorrection(training, config_.folds);
    correction.about =
        absl::StrFormat("%d episodes on %d random networks of %d to %d nodes, seed %d, rhumb %s",
                        training.size(), config_.networks, config_.episodes.networks.min_nodes,
                        config_.episodes.networks.max_nodes, config_.seed, RHUMB_VERSION);
    absl::Status status =
        neural::WriteFileAtomically(request_.out + "/surrogate.txt", surrogate::ToText(correction));
    if (!status.ok()) return status;
    Tell(correction, training, test);
    return absl::OkStatus();
  }

  absl::Status AddSamples(int network, std::vector<SurrogateSample>* samples) {
    const auto episodes = DrawSurrogateEpisodes(config_, network);
    if (!episodes.ok()) return episodes.status();
    for (size_t i = 0; i < episodes->size(); ++i) {
      const SurrogateEpisode& episode = (*episodes)[i];
      const SurrogateTruth& truth = truths_[network][i];
      if (truth.lost || !truth.measured.flows || truth.measured.flows->started == 0) continue;
      FluidSimulatorOptions options;
      options.segment_bytes = episode.segment_bytes;
      auto simulator = MakeFluidSimulator(options);
      if (!simulator.ok()) return simulator.status();
      auto measured = PlaySurrogateEpisode(episode, simulator->get());
      if (!measured.ok()) return measured.status();
      const std::string& name = episode.episode.topology.name();
      samples->push_back({network, name.substr(0, name.rfind('-')),
                          surrogate::ComputeFeatures(episode.episode, episode.segment_bytes,
                                                     episode.plan, episode.interval, *measured),
                          *std::move(measured), truth.measured});
    }
    return absl::OkStatus();
  }

  void Tell(const surrogate::Correction& correction, const std::vector<SurrogateSample>& training,
            const std::vector<SurrogateSample>& test) const {
    if (!request_.result) return;
    if (!test.empty()) {
      const SurrogateScores scores = ScoreCorrection(correction, test);
      request_.result(absl::StrFormat(
          "%d episodes of %d held-out networks, %.1f %% of them far; errors in %% (loss and on "
          "time: points)",
          test.size(), config_.test_networks, 100 * scores.far));
      request_.result(absl::StrFormat("  %-16s %18s %18s %9s %9s", "", "error raw, corr.",
                                      "bias raw, corr.", "covered", "+-"));
      for (const SurrogateScore& score : scores.quantities) {
        request_.result(absl::StrFormat("  %-16s %8.2f  %8.2f %+8.2f  %+8.2f %8.1f%% %8.2f",
                                        score.quantity, 100 * score.raw_error, 100 * score.error,
                                        100 * score.raw_bias, 100 * score.bias, 100 * score.covered,
                                        100 * score.half));
      }
    }
    TellFamilies(training, test);
  }

  // Every family in turn left out of the fit: how many of its episodes are far, and whether their
  // ranges hold.
  void TellFamilies(const std::vector<SurrogateSample>& training,
                    const std::vector<SurrogateSample>& test) const {
    std::set<std::string> families;
    for (const SurrogateSample& sample : training) families.insert(sample.family);
    if (families.size() < 2) return;
    for (const std::string& family : families) {
      std::vector<SurrogateSample> others, left_out;
      for (const std::vector<SurrogateSample>* samples : {&training, &test}) {
        for (const SurrogateSample& sample : *samples) {
          if (sample.family == family) {
            left_out.push_back(sample);
          } else if (samples == &training) {
            others.push_back(sample);
          }
        }
      }
      if (others.size() < kLeastSamples) continue;
      const SurrogateScores scores =
          ScoreCorrection(FitCorrection(others, config_.folds), left_out);
      const SurrogateScore& fct = scores.quantities[kPredictedFct];
      const SurrogateScore& loss = scores.quantities[kPredictedLoss];
      request_.result(absl::StrFormat(
          "  without %-12s %3d episodes, %5.1f %% far; mean FCT %.2f -> %.2f %%, covered %.1f %%; "
          "loss covered %.1f %%",
          family + ":", left_out.size(), 100 * scores.far, 100 * fct.raw_error, 100 * fct.error,
          100 * fct.covered, 100 * loss.covered));
    }
  }

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
        StatePath(request_.out), WrapState(kMagic, request_.config_toml, SerializeTruths(truths_)));
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
