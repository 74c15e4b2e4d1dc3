#include "controller/terminal/usage_error.h"

#include "absl/strings/cord.h"

namespace rhumb {
namespace {

constexpr char kUsagePayload[] = "rhumb/usage";

}  // namespace

absl::Status UsageError(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsagePayload, absl::Cord(""));
  return status;
}

bool IsUsageError(const absl::Status& status) {
  return status.GetPayload(kUsagePayload).has_value();
}

}  // namespace rhumb
