#include "agents/training/surrogate_player.h"

#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rhumb::training {
namespace {

bool IsWorkerDeath(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsDataLoss(status) || absl::IsInternal(status);
}

// Simulators of one thread, by the size of segments, made when they are needed.
class Simulators {
 public:
  Simulators(const SurrogateConfig& config, const PacketSimulatorFactory& make)
      : config_(config), make_(make) {}

  absl::StatusOr<SurrogateTruth> Play(const SurrogateEpisode& episode) {
    SurrogateTruth truth;
    for (int attempt = 0; attempt < 2; ++attempt) {
      std::unique_ptr<NetworkSimulator>& simulator = by_segment_[episode.segment_bytes];
      if (simulator == nullptr) {
        PacketSimulatorOptions options;
        options.segment_bytes = episode.segment_bytes;
        options.deadline = config_.deadline;
        auto made = make_(options);
        if (!made.ok()) return made.status();
        simulator = *std::move(made);
      }
      auto measured = PlaySurrogateEpisode(episode, simulator.get());
      if (measured.ok()) {
        truth.measured = *std::move(measured);
        truth.measured.links.clear();
        return truth;
      }
      if (!IsWorkerDeath(measured.status())) return measured.status();
      simulator = nullptr;
    }
    truth.lost = true;
    return truth;
  }

 private:
  const SurrogateConfig& config_;
  const PacketSimulatorFactory& make_;
  std::map<int, std::unique_ptr<NetworkSimulator>> by_segment_;
};

// Networks that threads take, play and hand over, which come out in order.
class Player {
 public:
  Player(const SurrogateConfig& config, const PacketSimulatorFactory& make, int first)
      : config_(config), make_(make), next_(first), next_out_(first) {}

  void Work() {
    Simulators simulators(config_, make_);
    for (int network = Take(); network >= 0; network = Take()) {
      absl::StatusOr<std::vector<SurrogateTruth>> played = PlayNetwork(network, &simulators);
      const absl::MutexLock lock(&mutex_);
      if (played.ok()) {
        finished_.emplace(network, *std::move(played));
      } else if (error_.ok()) {
        error_ = played.status();
      }
    }
    const absl::MutexLock lock(&mutex_);
    ++ended_;
  }

  // The next network in order; empty when all threads have ended without it.
  absl::StatusOr<std::vector<SurrogateTruth>> Next(int workers) {
    const absl::MutexLock lock(&mutex_);
    const auto ready = [this, workers]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !error_.ok() || finished_.count(next_out_) > 0 || ended_ == workers;
    };
    mutex_.Await(absl::Condition(&ready));
    if (!error_.ok()) return error_;
    const auto found = finished_.find(next_out_);
    if (found == finished_.end()) return std::vector<SurrogateTruth>();
    std::vector<SurrogateTruth> truths = std::move(found->second);
    finished_.erase(found);
    ++next_out_;
    return truths;
  }

  void Stop() {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }

 private:
  int Take() {
    const absl::MutexLock lock(&mutex_);
    const bool over =
        stopping_ || !error_.ok() || next_ >= config_.networks + config_.test_networks;
    return over ? -1 : next_++;
  }

  absl::StatusOr<std::vector<SurrogateTruth>> PlayNetwork(int network, Simulators* simulators) {
    const auto episodes = DrawSurrogateEpisodes(config_, network);
    if (!episodes.ok()) return episodes.status();
    std::vector<SurrogateTruth> truths;
    for (const SurrogateEpisode& episode : *episodes) {
      auto truth = simulators->Play(episode);
      if (!truth.ok()) return truth.status();
      truths.push_back(*std::move(truth));
    }
    return truths;
  }

  const SurrogateConfig& config_;
  const PacketSimulatorFactory& make_;
  absl::Mutex mutex_;
  int next_ ABSL_GUARDED_BY(mutex_);
  int next_out_ ABSL_GUARDED_BY(mutex_);
  int ended_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
  std::map<int, std::vector<SurrogateTruth>> finished_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<Measurements> PlaySurrogateEpisode(const SurrogateEpisode& episode,
                                                  NetworkSimulator* simulator) {
  if (absl::Status status = simulator->Reset(episode.episode); !status.ok()) return status;
  return simulator->Play(episode.plan, episode.interval);
}

absl::Status PlaySurrogateNetworks(const SurrogateConfig& config, int workers,
                                   const PacketSimulatorFactory& make_simulator,
                                   const std::function<bool()>& stop,
                                   const std::function<absl::Status()>& saved,
                                   std::vector<std::vector<SurrogateTruth>>* truths) {
  Player player(config, make_simulator, static_cast<int>(truths->size()));
  std::vector<std::thread> threads;
  for (int i = 0; i < workers; ++i) threads.emplace_back([&player] { player.Work(); });
  absl::Status status;
  while (true) {
    auto next = player.Next(workers);
    status = next.status();
    if (!status.ok() || next->empty()) break;
    truths->push_back(*std::move(next));
    status = saved();
    if (!status.ok()) break;
    if (stop()) player.Stop();
  }
  player.Stop();
  for (std::thread& thread : threads) thread.join();
  return status;
}

}  // namespace rhumb::training
