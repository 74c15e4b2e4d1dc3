#include "topologies/formats/native_json.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/bounds.h"
#include "topologies/formats/json_syntax.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr size_t kMaxNetworkBytes = size_t{32} << 20;

// protobuf says what is wrong with a field; where the text itself is broken our own pass gives line
// and column.
absl::Status Parse(const Input& input, size_t max_bytes, google::protobuf::Message* message) {
  if (input.bytes.size() > max_bytes) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: has %d bytes of JSON; the limit is %d, since the message can take 50 times that",
        input.file, input.bytes.size(), max_bytes));
  }
  const std::string repaired = QuoteNotANumber(input.bytes);
  const absl::string_view bytes = repaired.empty() ? input.bytes : absl::string_view(repaired);
  if (absl::Status status = CheckJsonSyntax({bytes, input.file}); !status.ok()) return status;
  const auto status =
      google::protobuf::util::JsonStringToMessage({bytes.data(), bytes.size()}, message);
  if (status.ok()) return absl::OkStatus();
  return input.Fault(absl::StrFormat("%s; see %s in proto/rhumb/v1 for the fields",
                                     status.message().ToString(),
                                     message->GetDescriptor()->full_name()));
}

// Files must hold numbers of this earth; what a program sends over the API has limits of its own.
absl::Status CheckBounds(const Topology& topology) {
  for (const Link& link : topology.links()) {
    if (IsCapacity(link.capacity_bps) && IsMetric(link.igp_metric) &&
        IsDelay(link.propagation_delay)) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrFormat(
        "link %s has capacity %g bit/s, metric %g and delay %s; give a capacity from 1 bit/s to 1 "
        "Pbit/s, a metric up to %g and a delay up to a minute",
        link.name, link.capacity_bps, link.igp_metric, absl::FormatDuration(link.propagation_delay),
        kHighestMetric));
  }
  return absl::OkStatus();
}

absl::Status CheckBounds(const TrafficSeries& series) {
  for (int i = 0; i < series.size(); ++i) {
    if (!IsDemand(series.demands(i).max_bps())) {
      return absl::InvalidArgumentError(
          absl::StrFormat("matrix %d has a demand of %g bit/s; give rates from 0 to 1 Pbit/s", i,
                          series.demands(i).max_bps()));
    }
  }
  return absl::OkStatus();
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
  if (options.default_capacity_bps || options.findings != nullptr) {
    const double capacity_bps = options.default_capacity_bps.value_or(10e9);
    int filled = 0;
    for (auto& link : *message.mutable_links()) {
      if (link.capacity_bps() != 0) continue;
      link.set_capacity_bps(capacity_bps);
      if (!options.default_capacity_bps) {
        options.findings->Add(Severity::kRefused, "links without a capacity",
                              absl::StrCat(link.source(), ">", link.destination()),
                              "--default-capacity 10G");
      }
      ++filled;
    }
    if (filled > 0 && options.default_capacity_bps) {
      report.notes.push_back(absl::StrFormat("links without a capacity given the default of %s: %d",
                                             FormatRate(*options.default_capacity_bps), filled));
    }
  }
  auto topology = FromProto(message);
  if (!topology.ok()) return input.Prefixed(topology.status());
  if (absl::Status s = CheckBounds(*topology); !s.ok()) return input.Prefixed(s);
  return Loaded<Topology>{*std::move(topology), std::move(report)};
}

absl::StatusOr<Loaded<TrafficSeries>> ReadNativeTraffic(const Input& input,
                                                        const LoadOptions& options) {
  rhumb::v1::TrafficSeries message;
  if (absl::Status status = Parse(input, kMaxNativeTrafficBytes, &message); !status.ok())
    return status;
  if (message.name().empty()) message.set_name(input.Stem());
  auto series = FromProto(message, options.max_series_bytes);
  if (!series.ok()) return input.Prefixed(series.status());
  if (absl::Status s = CheckBounds(*series); !s.ok()) return input.Prefixed(s);
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

absl::Status WriteNativeTraffic(const TrafficStream& stream,
                                const std::function<void(int done, int total)>& on_progress,
                                const std::function<absl::Status(absl::string_view)>& out) {
  // The fields before the matrices and those behind them, as objects of their own.
  const auto empty =
      TrafficSeries::Create(stream.name(), stream.node_names(), stream.interval(), {});
  if (!empty.ok()) return empty.status();
  rhumb::v1::TrafficSeries behind;
  behind.set_origin(stream.origin());
  auto head = Write(ToProto(*empty), /*indented=*/false), tail = Write(behind, /*indented=*/false);
  if (!head.ok()) return head.status();
  if (!tail.ok()) return tail.status();
  head->resize(head->rfind('}'));
  *tail = *tail == "{}\n" ? "}\n" : absl::StrCat(",", tail->substr(1));
  if (absl::Status status = out(*head); !status.ok()) return status;
  for (int i = 0; i < stream.size(); ++i) {
    const auto demands = stream.Read(i);
    if (!demands.ok()) return demands.status();
    auto matrix = Write(ToProto(**demands, stream.time(i)), /*indented=*/false);
    if (!matrix.ok()) return matrix.status();
    matrix->resize(matrix->rfind('}') + 1);
    absl::Status status = out(absl::StrCat(i == 0 ? ",\"matrices\":[" : ",", *matrix));
    if (!status.ok()) return status;
    if (on_progress) on_progress(i + 1, stream.size());
  }
  return out(absl::StrCat(stream.size() > 0 ? "]" : "", *tail));
}

}  // namespace rhumb
