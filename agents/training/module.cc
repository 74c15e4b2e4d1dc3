// What `rhumb train` finds in librhumb_training.so: LibTorch is loaded with it, and only then.
#include <cstdio>
#include <exception>
#include <string>

#include "agents/training/trainer.h"

extern "C" __attribute__((visibility("default"))) int rhumb_run_training(
    const rhumb::training::TrainRequest* request, char* error, size_t error_size) {
  try {
    const absl::Status status = rhumb::training::RunFlowTraining(*request);
    std::snprintf(error, error_size, "%s", std::string(status.message()).c_str());
    return static_cast<int>(status.code());
  } catch (const std::exception& failure) {
    std::snprintf(error, error_size, "%s", failure.what());
    return static_cast<int>(absl::StatusCode::kInternal);
  }
}
