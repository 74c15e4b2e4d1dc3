#include "topologies/formats/native_json.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/formats/json_syntax.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr size_t kMaxNetworkBytes = size_t{32} << 20;
constexpr size_t kMaxTrafficBytes = size_t{256} << 20;

// protobuf says what is wrong with a field; where the text itself is broken our own pass gives line
// and column.
absl::Status Parse(const Input& input, size_t max_bytes, google::protobuf::Message* message) {
  if (input.bytes.size() > max_bytes) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: has %d bytes of JSON; the limit is %d, since the message can take 50 times that",
        input.file, input.bytes.size(), max_bytes));
  }
  if (absl::Status status = CheckJsonSyntax(input); !status.ok()) return status;
  const auto status = google::protobuf::util::JsonStringToMessage(
      {input.bytes.data(), input.bytes.size()}, message);
  if (status.ok()) return absl::OkStatus();
  return input.Fault(absl::StrFormat("%s; see %s in proto/rhumb/v1 for the fields",
                                     status.message().ToString(),
                                     message->GetDescriptor()->full_name()));
}

absl::StatusOr<std::string> Write(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return absl::InternalError(absl::StrFormat("cannot write %s as JSON: %s",
                                               message.GetDescriptor()->full_name(),
                                               status.message().ToString()));
  }
  if (!indented) json += '\n';
  return json;
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadNativeTopology(const Input& input,
                                                    const LoadOptions& options) {
  rhumb::v1::Topology message;
  if (absl::Status status = Parse(input, kMaxNetworkBytes, &message); !status.ok()) return status;
  if (message.name().empty()) message.set_name(input.Stem());
  LoadReport report;
  if (options.default_capacity_bps) {
    int filled = 0;
    for (auto& link : *message.mutable_links()) {
      if (link.capacity_bps() != 0) continue;
      link.set_capacity_bps(*options.default_capacity_bps);
      ++filled;
    }
    if (filled > 0) {
      report.notes.push_back(absl::StrFormat("links without a capacity given the default of %s: %d",
                                             FormatRate(*options.default_capacity_bps), filled));
    }
  }
  auto topology = FromProto(message);
  if (!topology.ok()) return input.Prefixed(topology.status());
  return Loaded<Topology>{*std::move(topology), std::move(report)};
}

absl::StatusOr<Loaded<TrafficSeries>> ReadNativeTraffic(const Input& input,
                                                        const LoadOptions& options) {
  rhumb::v1::TrafficSeries message;
  if (absl::Status status = Parse(input, kMaxTrafficBytes, &message); !status.ok()) return status;
  if (message.name().empty()) message.set_name(input.Stem());
  auto series = FromProto(message, options.max_series_bytes);
  if (!series.ok()) return input.Prefixed(series.status());
  return Loaded<TrafficSeries>{*std::move(series), {}};
}

absl::StatusOr<RoutingPlan> ReadNativePlan(const Input& input, const Topology& topology) {
  rhumb::v1::RoutingPlan message;
  if (absl::Status status = Parse(input, kMaxNetworkBytes, &message); !status.ok()) return status;
  auto plan = FromProto(message, topology);
  if (!plan.ok()) return input.Prefixed(plan.status());
  return plan;
}

absl::StatusOr<std::string> WriteNativeTopology(const Topology& topology) {
  return Write(ToProto(topology), /*indented=*/true);
}

absl::StatusOr<std::string> WriteNativePlan(const RoutingPlan& plan, const Topology& topology) {
  return Write(ToProto(plan, topology), /*indented=*/true);
}

absl::StatusOr<std::string> WriteNativeTraffic(const TrafficSeries& series) {
  return Write(ToProto(series), /*indented=*/false);
}

}  // namespace rhumb
