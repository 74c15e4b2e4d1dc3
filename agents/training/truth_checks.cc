#include "agents/training/truth_checks.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/neural/byte_stream.h"
#include "agents/training/surrogate_episodes.h"

namespace rhumb::training {
namespace {

constexpr int kLeastNetworks = 24;      // to fit a correction to
constexpr double kGrowthToRefit = 1.3;  // in networks
constexpr int kFolds = 6;
constexpr size_t kLatest = 24;       // pairs by which the simulators are judged
constexpr size_t kLeastLatest = 12;  // of them, to judge at all

// A shared pointer to what lives as long as the program.
std::shared_ptr<const surrogate::Correction> Shipped() {
  return {std::shared_ptr<void>(), &surrogate::ShippedCorrection()};
}

double DoubtOf(const Trajectory& trajectory) {
  double most = 0;
  for (const Transition& transition : trajectory) most = std::max(most, transition.doubt);
  return most;
}

double RewardOf(const Trajectory& trajectory) {
  double sum = 0;
  for (const Transition& transition : trajectory) sum += transition.reward;
  return sum / static_cast<double>(trajectory.size());
}

}  // namespace

TruthChecks::TruthChecks(const TruthRules& rules) : rules_(rules), correction_(Shipped()) {}

std::shared_ptr<const surrogate::Correction> TruthChecks::correction() const {
  const absl::MutexLock lock(&mutex_);
  return correction_;
}

void TruthChecks::Tell(PairedMeasurements paired) {
  const absl::MutexLock lock(&mutex_);
  told_[paired.seed].push_back(std::move(paired));
}

bool TruthChecks::Due(int64_t updates) const {
  return rules_.minutes > 0 && !parted_ && updates % rules_.every == 0 &&
         hop_packets_ < rules_.minutes * kHopPacketsPerMinute;
}

std::vector<RolloutJob> TruthChecks::Choose(const std::vector<RolloutGroup>& groups) const {
  struct Candidate {
    double doubt = 0;
    const RolloutGroup* group = nullptr;
    int repeat = 0;
  };
  std::vector<Candidate> candidates;
  for (const RolloutGroup& group : groups) {
    Candidate candidate;
    for (size_t r = 0; r < group.trajectories.size(); ++r) {
      const double doubt = DoubtOf(group.trajectories[r]);
      if (candidate.group == nullptr || doubt > candidate.doubt) {
        candidate = {doubt, &group, static_cast<int>(r)};
      }
    }
    if (candidate.group != nullptr) candidates.push_back(candidate);
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.doubt > b.doubt; });
  candidates.resize(std::min<size_t>(candidates.size(), rules_.episodes));
  std::vector<RolloutJob> jobs;
  for (const Candidate& candidate : candidates) {
    RolloutJob job = candidate.group->job;
    job.first_repeat = candidate.repeat;
    job.repeats = 1;
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::optional<TruthPair> TruthChecks::Take(const std::vector<RolloutGroup>& groups,
                                           const std::vector<RolloutJob>& jobs,
                                           std::vector<RolloutGroup> played, uint64_t hop_packets) {
  hop_packets_ += static_cast<double>(hop_packets);
  std::map<uint64_t, std::vector<PairedMeasurements>> told;
  {
    const absl::MutexLock lock(&mutex_);
    told.swap(told_);
  }
  TruthPair mean;
  int count = 0;
  for (size_t i = 0; i < jobs.size() && i < played.size(); ++i) {
    if (played[i].trajectories.empty()) continue;
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const RolloutGroup& other) {
      return other.job.seed == jobs[i].seed && !other.trajectories.empty();
    });
    const TruthPair pair{RewardOf(group->trajectories[jobs[i].first_repeat]),
                         RewardOf(played[i].trajectories[0])};
    pairs_.push_back(pair);
    mean.predicted += pair.predicted;
    mean.measured += pair.measured;
    ++count;
    std::vector<PairedMeasurements>& both = told[jobs[i].seed];
    // A worker that died has left what it told before: the reference and the plan are the last two.
    const size_t first = both.size() > 2 ? both.size() - 2 : 0;
    for (size_t k = first; k < both.size(); ++k) {
      both[k].fluid.links.clear();
      both[k].truth.links.clear();
      both[k].fluid.cost = both[k].truth.cost = {};  // differs from run to run
      samples_.push_back({networks_, "", std::move(both[k].features), std::move(both[k].fluid),
                          std::move(both[k].truth)});
    }
    if (!both.empty()) ++networks_;
  }
  if (count == 0) return std::nullopt;
  mean.predicted /= count;
  mean.measured /= count;
  const Estimate gap = difference();
  parted_ = static_cast<size_t>(num_latest()) >= kLeastLatest &&
            (gap.low > rules_.tolerance || gap.high < -rules_.tolerance);
  if (networks_ >= std::max<double>(kLeastNetworks, kGrowthToRefit * fitted_networks_)) {
    FitTo(samples_.size());
    fitted_networks_ = networks_;
    ++num_fits_;
  }
  return mean;
}

void TruthChecks::FitTo(size_t samples) {
  fitted_to_ = samples;
  auto fitted = std::make_shared<surrogate::Correction>(FitCorrection(
      {samples_.begin(), samples_.begin() + static_cast<ptrdiff_t>(samples)}, kFolds));
  fitted->about = absl::StrFormat("%d episodes of a run", samples);
  const absl::MutexLock lock(&mutex_);
  correction_ = std::move(fitted);
}

int TruthChecks::num_latest() const { return static_cast<int>(std::min(kLatest, pairs_.size())); }

Estimate TruthChecks::difference() const {
  std::vector<double> differences;
  for (size_t i = pairs_.size() - num_latest(); i < pairs_.size(); ++i) {
    differences.push_back(pairs_[i].measured - pairs_[i].predicted);
  }
  return MeanWithInterval(differences);
}

std::string TruthChecks::Serialize() const {
  neural::ByteWriter writer;
  std::vector<std::vector<SurrogateTruth>> measured;
  writer.Number(static_cast<uint32_t>(samples_.size()));
  for (const SurrogateSample& sample : samples_) {
    writer.Number(static_cast<int32_t>(sample.network));
    for (const double x : sample.features.network) writer.Number(x);
    writer.Number(static_cast<uint32_t>(sample.features.demands.size()));
    for (const surrogate::DemandFeatures& demand : sample.features.demands) {
      for (const double x : demand) writer.Number(x);
    }
    measured.push_back({{false, sample.fluid}, {false, sample.truth}});
  }
  writer.Text(SerializeTruths(measured));
  writer.Number(static_cast<uint32_t>(pairs_.size()));
  for (const TruthPair& pair : pairs_) {
    writer.Number(pair.predicted);
    writer.Number(pair.measured);
  }
  writer.Number(static_cast<int32_t>(networks_));
  writer.Number(static_cast<uint64_t>(fitted_to_));
  writer.Number(static_cast<int32_t>(fitted_networks_));
  writer.Number(static_cast<int32_t>(num_fits_));
  writer.Number(hop_packets_);
  writer.Number(static_cast<uint8_t>(parted_));
  return std::move(writer.bytes());
}

absl::Status TruthChecks::Parse(absl::string_view bytes, absl::string_view name) {
  neural::ByteReader reader(bytes);
  samples_.clear();
  pairs_.clear();
  const uint32_t samples = reader.Number<uint32_t>();
  for (uint32_t i = 0; i < samples && reader.ok(); ++i) {
    SurrogateSample& sample = samples_.emplace_back();
    sample.network = reader.Number<int32_t>();
    for (double& x : sample.features.network) x = reader.Number<double>();
    const uint32_t demands = reader.Number<uint32_t>();
    for (uint32_t d = 0; d < demands && reader.ok(); ++d) {
      for (double& x : sample.features.demands.emplace_back()) x = reader.Number<double>();
    }
  }
  auto measured = ParseTruths(reader.Text(), name);
  if (!measured.ok()) return measured.status();
  const uint32_t pairs = reader.Number<uint32_t>();
  for (uint32_t i = 0; i < pairs && reader.ok(); ++i) {
    TruthPair& pair = pairs_.emplace_back();
    pair.predicted = reader.Number<double>();
    pair.measured = reader.Number<double>();
  }
  networks_ = reader.Number<int32_t>();
  const uint64_t fitted_to = reader.Number<uint64_t>();
  fitted_networks_ = reader.Number<int32_t>();
  num_fits_ = reader.Number<int32_t>();
  hop_packets_ = reader.Number<double>();
  parted_ = reader.Number<uint8_t>() != 0;
  bool whole = reader.ok() && reader.at_end() && measured->size() == samples_.size() &&
               fitted_to <= samples_.size();
  for (size_t i = 0; i < samples_.size() && whole; ++i) {
    whole = (*measured)[i].size() == 2;
    if (!whole) break;
    samples_[i].fluid = std::move((*measured)[i][0].measured);
    samples_[i].truth = std::move((*measured)[i][1].measured);
  }
  if (!whole) {
    return absl::DataLossError(
        absl::StrFormat("%s: what ns-3 measured is torn; start again", name));
  }
  // The fit is a function of its samples, so it is made again instead of kept.
  if (fitted_to > 0) FitTo(fitted_to);
  return absl::OkStatus();
}

}  // namespace rhumb::training
