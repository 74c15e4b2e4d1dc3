#include "controller/steering/settings/pin_request.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/state/named_pair.h"

namespace rhumb {
namespace {

constexpr double kRatioTolerance = 1e-6;

absl::StatusOr<Path> ReadPath(const rhumb::v1::PathShare& share, int index,
                              const Topology& topology) {
  Path path;
  for (const std::string& name : share.links()) {
    const auto link = topology.FindLink(name);
    if (!link) {
      return AboutField(absl::StrFormat("paths[%d].links", index),
                        absl::NotFoundError(absl::StrFormat("no link \"%s\"", name)));
    }
    path.push_back(*link);
  }
  return path;
}

// `Message` names source, destination and paths.
template <typename Message>
absl::StatusOr<PinnedDemand> Read(const Message& message, const Topology& topology) {
  const auto pair = FindPair(topology, message.source(), message.destination());
  if (!pair.ok()) return pair.status();
  PinnedDemand demand{*pair, {}};
  PathSet::Builder builder;
  builder.AddPair(pair->source, pair->destination);
  double sum = 0;
  for (int i = 0; i < message.paths_size(); ++i) {
    absl::StatusOr<Path> path = ReadPath(message.paths(i), i, topology);
    if (!path.ok()) return path.status();
    const double ratio = message.paths(i).ratio();
    if (!(ratio > 0 && ratio <= 1)) {
      return FieldError(absl::StrFormat("paths[%d].ratio", i),
                        absl::StrFormat("%g; give a ratio in (0, 1]", ratio));
    }
    sum += ratio;
    builder.AddPath(*path);
    demand.pin.paths.push_back(*std::move(path));
    demand.pin.ratios.push_back(ratio);
  }
  if (!demand.pin.paths.empty() && std::abs(sum - 1) > kRatioTolerance) {
    return FieldError("paths", absl::StrFormat("the ratios sum to %g; they must sum to 1", sum));
  }
  if (auto status = builder.Build().Validate(topology); !status.ok()) {
    return AboutField("paths", status);
  }
  return demand;
}

}  // namespace

absl::StatusOr<PinnedDemand> ReadPin(const rhumb::v1::PinDemandRequest& request,
                                     const Topology& topology) {
  return Read(request, topology);
}

absl::StatusOr<PinnedDemand> ReadPin(const rhumb::v1::PinStatus& kept, const Topology& topology) {
  return Read(kept, topology);
}

}  // namespace rhumb
