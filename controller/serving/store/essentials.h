// What must not be forgotten, whatever happens to the database: kept in it, and once more in a
// small file beside it.
#ifndef RHUMB_CONTROLLER_SERVING_STORE_ESSENTIALS_H_
#define RHUMB_CONTROLLER_SERVING_STORE_ESSENTIALS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controller/steering/store/store.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

struct Essentials {
  uint64_t revision = 0;  // grows with every write: of two copies the larger one counts
  uint64_t epoch = 0;
  VersionFloor floor;
  rhumb::v1::OperatorSettings settings;
};

// A few lines of text, the last of which is a checksum of the others.
std::string ToText(const Essentials& essentials);
// DataLoss for anything else.
absl::StatusOr<Essentials> ParseEssentials(absl::string_view text);

// Replaces the file as a whole, mode 0600; on the disk when this returns.
absl::Status WriteEssentials(const std::string& path, const Essentials& essentials);
// NotFound when there is no such file, DataLoss when it cannot be understood.
absl::StatusOr<Essentials> ReadEssentials(const std::string& path);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_STORE_ESSENTIALS_H_
