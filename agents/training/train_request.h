// What `rhumb train` asks of the training module. Free of LibTorch.
#ifndef RHUMB_AGENTS_TRAINING_TRAIN_REQUEST_H_
#define RHUMB_AGENTS_TRAINING_TRAIN_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "simulator/packet/packet_simulator.h"

namespace rhumb::training {

struct TrainProgress {
  int64_t updates = 0;
  int64_t total_updates = 0;
  double loss = 0;       // moving average
  double elapsed_s = 0;  // of this process
  double left_s = 0;     // estimated
  // Of the last validation; 0 before it.
  double constant_norm_mlu = 0;
  double lookback_norm_mlu = 0;
  // Packet level: of the last validation, and the share of the work that was outside of simulators.
  double validation_reward = 0;
  double outside_share = 0;
  double packet_share = 0;  // of the simulators' time that was ns-3's
  int64_t steps = 0;        // played by this process
};

// Simulators come from the program: it and the module would both bring the worker's messages, which
// Protobuf refuses. Called from several threads.
using PacketSimulatorFactory = std::function<absl::StatusOr<std::unique_ptr<NetworkSimulator>>(
    const PacketSimulatorOptions& options)>;

struct TrainRequest {
  std::string stage = "flow";  // or "packet", "surrogate"
  std::string config_toml;     // empty: all defaults
  std::string config_name;     // for errors
  std::string init;            // a checkpoint to start from, or empty
  std::string out;             // directory, made when missing
  bool resume = false;         // from the state in `out`
  double minutes = 0;          // stop after so long, with a state to resume from; 0: no limit
  int workers = 1;             // packet level: simulators at the same time
  PacketSimulatorFactory make_packet_simulator;      // packet level
  std::function<void(const TrainProgress&)> report;  // after every update
  std::function<void(const std::string&)> result;    // lines that a run ends with
};

// Exported by librhumb_training.so as `rhumb_run_training`. 0, or an absl::StatusCode; `text` says
// what was made or why it was not. Under mpirun or srun the process is one of several ranks; those
// that another rank speaks for leave `text` empty.
using RunTrainingFunction = int (*)(const TrainRequest* request, char* text, size_t text_size);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TRAIN_REQUEST_H_
