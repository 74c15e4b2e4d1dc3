// What `rhumb train` finds in librhumb_training.so: LibTorch is loaded with it, and only then.
#include <cstdio>
#include <exception>
#include <string>

#include "absl/strings/str_format.h"
#include "agents/training/flow_run.h"
#include "agents/training/packet_run.h"
#include "agents/training/replica_group.h"
#include "agents/training/surrogate_run.h"

namespace {

// What to say when it went well: the first rank speaks for all.
absl::StatusOr<std::string> RunAsOneOfGroup(const rhumb::training::TrainRequest& request) {
  auto group = rhumb::training::JoinGroup();
  if (!group.ok()) return group.status();
  absl::Status status;
  try {
    if (request.stage == "surrogate") {
      status = rhumb::training::RunSurrogateTraining(request, group->get());
    } else if (request.stage == "packet") {
      status = rhumb::training::RunPacketTraining(request, group->get());
    } else {
      status = rhumb::training::RunFlowTraining(request, group->get());
    }
  } catch (const std::exception& failure) {
    status = absl::InternalError(failure.what());
  }
  status = (*group)->Leave(status);
  if (!status.ok()) return status;
  if (!(*group)->first()) return std::string();
  if (request.stage == "surrogate") {
    return absl::StrFormat("%s/surrogate.txt holds the correction", request.out);
  }
  return absl::StrFormat("wrote %s/best.ckpt; try it with --policies neural:%s/best.ckpt",
                         request.out, request.out);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int rhumb_run_training(
    const rhumb::training::TrainRequest* request, char* text, size_t text_size) {
  try {
    const absl::StatusOr<std::string> result = RunAsOneOfGroup(*request);
    const std::string said = result.ok() ? *result : std::string(result.status().message());
    std::snprintf(text, text_size, "%s", said.c_str());
    return static_cast<int>(result.status().code());
  } catch (const std::exception& failure) {
    std::snprintf(text, text_size, "%s", failure.what());
    return static_cast<int>(absl::StatusCode::kInternal);
  }
}
