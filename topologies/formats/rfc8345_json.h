// Network topologies in the YANG models of the IETF, as JSON (RFC 7951): ietf-network and
// ietf-network-topology (RFC 8345), with metrics of ietf-l3-unicast-topology (RFC 8346) and traffic
// engineering attributes of ietf-te-topology (RFC 8795) where they are present.
#ifndef RHUMB_TOPOLOGIES_FORMATS_RFC8345_JSON_H_
#define RHUMB_TOPOLOGIES_FORMATS_RFC8345_JSON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/topology.h"

namespace rhumb {

bool IsRfc8345Json(const Sniff& sniff);

// The first network of the file that has links. Links are directed, as the model has them, and keep
// their link-id as name. Capacity is te max-link-bandwidth (bytes per second), delay
// te-delay-metric (microseconds, RFC 7471), the metric l3 metric1, else te-igp-metric, else
// te-default-metric. An administrative state other than "up" is drained. te-srlgs become risk
// groups "srlg-N".
absl::StatusOr<Loaded<Topology>> ReadRfc8345Json(const Input& input, const LoadOptions& options);

struct WrittenText {
  std::string text;
  std::vector<std::string> notes;  // what the format has no room for
};

// What the reader reads, under all three models. Capacities are rounded to bytes per second, delays
// to microseconds, coordinates to 1e-8 degrees; risk groups not named "srlg-N" get a number;
// metrics are multiplied by a power of ten until all are whole numbers; each is noted.
// InvalidArgument for metrics that no power up to a million makes whole.
absl::StatusOr<WrittenText> WriteRfc8345Json(const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_RFC8345_JSON_H_
