#include "agents/training/packet_run.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/torch_network.h"
#include "agents/training/packet_learner.h"
#include "agents/training/packet_log.h"
#include "agents/training/run_directory.h"
#include "agents/training/scenario_scores.h"
#include "simulator/flow/flow_simulator.h"

namespace rhumb::training {
namespace {

// Streams of random numbers that must not meet.
constexpr uint64_t kTrainingStream = 0x5eed1001;
constexpr uint64_t kValidationStream = 0x5eed1002;
constexpr uint64_t kTestStream = 0x5eed1003;

constexpr int kReferences = 500;

std::vector<uint64_t> Seeds(uint64_t stream, int count) {
  Random random(stream);
  std::vector<uint64_t> seeds(count);
  for (uint64_t& seed : seeds) seed = random.Bits();
  return seeds;
}

std::vector<uint64_t> ValidationSeeds(const PacketConfig& config) {
  return Seeds(config.seed ^ kValidationStream, config.validation_scenarios);
}

std::vector<uint64_t> TestSeeds(const PacketConfig& config) {
  return Seeds(config.seed ^ kTestStream, config.test_scenarios);
}

// Validation and test may be at another load than training.
ScenarioSource MakeSource(const PacketConfig& config) {
  std::unordered_set<uint64_t> measured;
  for (uint64_t seed : ValidationSeeds(config)) measured.insert(seed);
  for (uint64_t seed : TestSeeds(config)) measured.insert(seed);
  ScenarioDraw measured_draw = config.episodes;
  measured_draw.min_load = config.validation_min_load;
  measured_draw.max_load = config.validation_max_load;
  return [draw = config.episodes, measured_draw, measured](uint64_t seed) {
    return DrawScenario(measured.count(seed) > 0 ? measured_draw : draw, seed);
  };
}

EnvironmentFactory MakeFactory(const PacketConfig& config, PacketSimulatorFactory make_packets) {
  const ScenarioSource source = MakeSource(config);
  EnvironmentOptions options = config.environment;
  // Enough for all policies of a test to meet the same reference, and for validations in between.
  options.references = std::make_shared<ReferenceCache>(
      std::max(kReferences, config.test_scenarios + config.validation_scenarios));
  return [source, config, options, make_packets]() -> absl::StatusOr<std::unique_ptr<Environment>> {
    if (config.flow_level) return MakeRoutingEnvironment(MakeFlowSimulator(), source, options);
    auto simulator = make_packets(config.simulator);
    if (!simulator.ok()) return simulator.status();
    return MakeRoutingEnvironment(*std::move(simulator), source, options);
  };
}

class Run {
 public:
  Run(const TrainRequest& request, ReplicaGroup* group, const PacketConfig& config)
      : request_(request),
        group_(*group),
        config_(config),
        learner_(config),
        pool_(request.workers, MakeFactory(config, request.make_packet_simulator)),
        state_(neural::InitialPriceHead(config.sigma, config.seed, config.first_prices)),
        started_(absl::Now()) {}

  // The same state on all ranks: fresh, or from files that rank 0 alone reads.
  absl::Status Prepare() {
    const absl::Status opened = group_.first() ? Open() : absl::OkStatus();
    if (absl::Status status = group_.RequireAllOk(opened); !status.ok()) return status;
    group_.SetLastWords(LastWords(request_.out));
    if (absl::Status status = group_.RequireAllOk(Share()); !status.ok()) return status;
    first_update_ = state_.updates;
    return SpreadRandom(&state_.random, &group_);
  }

  absl::Status Train() {
    while (true) {
      const bool done = state_.updates >= config_.updates ||
                        state_.stale_validations >= config_.patience || TimeIsUp();
      const absl::StatusOr<uint64_t> stop = group_.OfFirst(done ? 1 : 0);
      if (!stop.ok()) return stop.status();
      if (*stop != 0) break;
      if (absl::Status status = Update(); !status.ok()) return status;
    }
    return group_.first() ? Test() : absl::OkStatus();
  }

 private:
  std::string Path(const std::string& name) const { return request_.out + "/" + name; }
  double Elapsed() const { return absl::ToDoubleSeconds(absl::Now() - started_); }
  bool TimeIsUp() const { return request_.minutes > 0 && Elapsed() >= 60 * request_.minutes; }

  absl::Status Open() {
    absl::Status status = OpenRunDirectory(request_.out, request_.resume);
    if (status.ok()) status = log_.Open(request_.out);
    if (!status.ok()) return status;
    return request_.resume ? Resume() : Start();
  }

  absl::Status Start() {
    if (request_.init.empty()) {
      const torch::Tensor weights = neural::InitialWeights(config_.seed);
      state_.weights.assign(weights.data_ptr<float>(), weights.data_ptr<float>() + weights.numel());
    } else {
      auto checkpoint = neural::FindCheckpoint(request_.init);
      if (!checkpoint.ok()) return checkpoint.status();
      state_.weights = checkpoint->weights;
      if (!checkpoint->price_head.empty()) state_.price_head = checkpoint->price_head;
    }
    state_.random = Random(config_.seed ^ kTrainingStream);
    state_.metrics = PacketLog::Header();
    // Where training starts from is a candidate too: it may make nothing better. And from the first
    // moment on there is something to resume.
    return ValidateAndSave();
  }

  absl::Status Resume() {
    auto bytes = neural::ReadWholeFile(StatePath(request_.out));
    if (!bytes.ok()) return bytes.status();
    return Take(*bytes, StatePath(request_.out));
  }

  absl::Status Take(const std::string& bytes, const std::string& name) {
    auto state = PacketState::Parse(bytes, request_.config_toml, name);
    if (state.ok()) state_ = *std::move(state);
    return state.status();
  }

  absl::Status Share() {
    if (group_.size() == 1) return absl::OkStatus();
    std::string bytes = state_.Serialize(request_.config_toml);
    if (absl::Status status = group_.Broadcast(&bytes); !status.ok()) return status;
    return Take(bytes, "the state of rank 0");
  }

  RolloutJob AgentJob(const std::vector<float>& price_head, bool explore) const {
    auto agent = std::make_shared<ActingAgent>();
    agent->weights = state_.weights;
    agent->price_head = price_head;
    agent->inference = config_.inference;
    agent->explore = explore;
    RolloutJob job;
    job.repeats = config_.repeats;
    job.agent = std::move(agent);
    return job;
  }

  absl::Status Update() {
    RolloutJob job = AgentJob(state_.price_head, true);
    for (int i = 0; i < config_.scenarios; ++i) {
      job.seed = state_.random.Bits();
      pool_.Submit(job);
    }
    absl::Time start = absl::Now();
    auto groups = pool_.Collect(config_.late_scenarios);
    if (absl::Status status = group_.RequireAllOk(groups.status()); !status.ok()) return status;
    time_.waiting_s += absl::ToDoubleSeconds(absl::Now() - start);
    groups->insert(groups->begin(), std::make_move_iterator(late_.begin()),
                   std::make_move_iterator(late_.end()));
    late_.clear();
    start = absl::Now();
    auto report = learner_.Update(*groups, &state_, &group_);
    if (!report.ok()) return report.status();
    time_.learning_s += absl::ToDoubleSeconds(absl::Now() - start);
    state_.metrics += log_.UpdateRow(state_.updates, *report, pool_.cost(), time_);
    return SaveWhenDue();
  }

  absl::Status SaveWhenDue() {
    const bool due = TimeIsUp() || state_.updates == config_.updates ||
                     state_.updates % config_.validation_every == 0;
    const absl::StatusOr<uint64_t> save = group_.OfFirst(due ? 1 : 0);
    if (!save.ok()) return save.status();
    if (*save != 0) {
      if (group_.first()) {
        if (absl::Status status = ValidateAndSave(); !status.ok()) return status;
        group_.SetLastWords(LastWords(request_.out));
      }
      if (absl::Status status = SpreadRandom(&state_.random, &group_); !status.ok()) return status;
    } else if (group_.first()) {
      // To be read along the way; what a stopped run wrote since its last state is written again.
      if (absl::Status status = WriteMetrics(); !status.ok()) return status;
    }
    if (group_.first()) Report();
    return absl::OkStatus();
  }

  void Report() {
    if (!request_.report) return;
    TrainProgress progress;
    progress.updates = state_.updates;
    progress.total_updates = config_.updates;
    progress.elapsed_s = Elapsed();
    progress.left_s = Elapsed() / static_cast<double>(state_.updates - first_update_) *
                      static_cast<double>(config_.updates - state_.updates);
    if (request_.minutes > 0)
      progress.left_s = std::min(progress.left_s, 60 * request_.minutes - Elapsed());
    progress.validation_reward = validation_.mean;
    progress.outside_share = OutsideShare(pool_.cost(), time_);
    request_.report(progress);
  }

  absl::Status WriteMetrics() const {
    return neural::WriteFileAtomically(Path("metrics.csv"), state_.metrics);
  }

  absl::Status ValidateAndSave() {
    const auto seeds = ValidationSeeds(config_);
    auto scores =
        ScoreScenarios("agent", AgentJob(state_.price_head, false), seeds, &pool_, &late_);
    if (!scores.ok()) return scores.status();
    validation_ = MeanScore(*scores);
    state_.metrics += log_.ValidationRow(state_.updates, validation_);
    if (state_.best_head.empty() || validation_.mean > state_.best_score) {
      state_.best_score = validation_.mean;
      state_.best_head = state_.price_head;
      state_.stale_validations = 0;
    } else {
      ++state_.stale_validations;
    }
    absl::Status status =
        neural::SaveCheckpoint(CheckpointOf(state_.price_head), Path("last.ckpt"));
    if (status.ok())
      status = neural::SaveCheckpoint(CheckpointOf(state_.best_head), Path("best.ckpt"));
    if (status.ok()) status = WriteMetrics();
    // Last, so that a state never claims files that are not there.
    if (status.ok())
      status = neural::WriteFileAtomically(StatePath(request_.out),
                                           state_.Serialize(request_.config_toml));
    return status;
  }

  // The best weights and other policies on networks that neither training nor validation has seen.
  absl::Status Test() {
    if (config_.test_scenarios > 0) {
      const auto seeds = TestSeeds(config_);
      std::string csv = "policy,scenario,reward,completion,on_time,delay,loss,goodput\n";
      const auto record = [&](const ScenarioScores& scores) {
        for (size_t i = 0; i < seeds.size(); ++i) {
          if (scores.valid[i] == 0) continue;
          const RewardTerms& terms = scores.terms[i];
          absl::StrAppendFormat(&csv, "%s,%d,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", scores.name, i,
                                scores.rewards[i], terms.completion, terms.on_time, terms.delay,
                                terms.loss, terms.goodput);
        }
      };
      const auto play = [&](const std::string& name, const RolloutJob& job) {
        auto scores = ScoreScenarios(name, job, seeds, &pool_, &late_);
        if (scores.ok()) record(*scores);
        return scores;
      };
      const auto agent = play("agent", AgentJob(state_.best_head, false));
      if (!agent.ok()) return agent.status();
      std::vector<std::pair<ScenarioScores, bool>> others;
      std::vector<Contender> contenders = Baselines();
      contenders.push_back({"the base plan (all prices 0)", AgentJob({}, false), false});
      if (config_.environment.against_shortest_path &&
          config_.episodes.reference == LinkMetric::kIgp) {
        others.emplace_back(ReferenceScores(contenders.front().name, seeds.size()), true);
        record(others.front().first);
        contenders.erase(contenders.begin());
      }
      if (!config_.test_against_all) contenders.resize(others.empty() ? 1 : 0);
      for (const Contender& contender : contenders) {
        auto scores = play(contender.name, contender.job);
        if (!scores.ok()) return scores.status();
        others.emplace_back(*std::move(scores), contender.shortest_path);
      }
      Say(absl::StrFormat("%d scenarios that were not trained on; mean reward [95 %% interval]",
                          config_.test_scenarios));
      for (const std::string& line : ScoreTable(*agent, others)) Say(line);
      if (absl::Status status = neural::WriteFileAtomically(Path("test.csv"), csv); !status.ok())
        return status;
    }
    Say(CostLine(pool_.cost(), time_, request_.workers, Elapsed()));
    return absl::OkStatus();
  }

  void Say(const std::string& line) const {
    if (request_.result) request_.result(line);
  }

  neural::Checkpoint CheckpointOf(const std::vector<float>& price_head) const {
    neural::Checkpoint checkpoint;
    checkpoint.weights = state_.weights;
    checkpoint.price_head = price_head;
    checkpoint.about["stage"] = "packet";
    checkpoint.about["config"] = request_.config_toml;
    checkpoint.about["init"] = request_.init;
    checkpoint.about["seed"] = absl::StrFormat("%d", config_.seed);
    checkpoint.about["processes"] = absl::StrFormat("%d", group_.size());
    checkpoint.about["updates"] = absl::StrFormat("%d", state_.updates);
    std::string inference;
    if (config_.inference.iterations)
      absl::StrAppendFormat(&inference, "iterations=%d,", *config_.inference.iterations);
    if (config_.inference.refinements)
      absl::StrAppendFormat(&inference, "refinements=%d,", *config_.inference.refinements);
    if (!inference.empty()) checkpoint.about["inference"] = inference;
    checkpoint.about["data"] =
        absl::StrFormat("random networks of %d to %d nodes with generated traffic, played %s",
                        config_.episodes.networks.min_nodes, config_.episodes.networks.max_nodes,
                        config_.flow_level ? "at flow level" : "in ns-3");
    checkpoint.about["code_version"] = RHUMB_VERSION;
    return checkpoint;
  }

  const TrainRequest& request_;
  ReplicaGroup& group_;
  const PacketConfig config_;
  PacketLearner learner_;
  RolloutPool pool_;
  PacketState state_;
  std::vector<RolloutGroup> late_;  // finished while something else was waited for
  Estimate validation_;
  PacketLog log_;
  LearnerTime time_;
  absl::Time started_;
  int64_t first_update_ = 0;
};

}  // namespace

absl::Status RunPacketTraining(const TrainRequest& request, ReplicaGroup* group) {
  const auto config = ParsePacketConfig(request.config_toml, request.config_name);
  if (absl::Status status = group->RequireAllOk(config.status()); !status.ok()) return status;
  at::set_num_threads(1);
  at::globalContext().setFlushDenormal(true);
  Run run(request, group, *config);
  if (absl::Status status = run.Prepare(); !status.ok()) return status;
  return run.Train();
}

}  // namespace rhumb::training
