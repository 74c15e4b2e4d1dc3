#include "controller/steering/state/value_limits.h"

#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

absl::Status CheckRange(absl::string_view field, double value, double least, double most,
                        absl::string_view unit) {
  // Written so that NaN fails too.
  if (value >= least && value <= most) return absl::OkStatus();
  return FieldError(field,
                    absl::StrFormat("%g%s; give a number from %g to %g", value, unit, least, most));
}

}  // namespace

absl::Status CheckRate(absl::string_view field, double rate_bps) {
  return CheckRange(field, rate_bps, 0, kMaxRateBps, " bit/s");
}

absl::Status CheckCapacity(absl::string_view field, double capacity_bps) {
  return CheckRange(field, capacity_bps, kMinCapacityBps, kMaxRateBps, " bit/s");
}

absl::Status CheckMetric(absl::string_view field, double metric) {
  return CheckRange(field, metric, kMinMetric, kMaxMetric, "");
}

absl::Status CheckValues(absl::string_view prefix, const Topology& topology) {
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    const Link& link = topology.link(l);
    auto field = [&](absl::string_view name) {
      return absl::StrFormat("%s.links[%d].%s", prefix, l, name);
    };
    if (auto s = CheckCapacity(field("capacity_bps"), link.capacity_bps); !s.ok()) return s;
    if (auto s = CheckMetric(field("igp_metric"), link.igp_metric); !s.ok()) return s;
    if (link.propagation_delay > kMaxDelay) {
      return FieldError(
          field("propagation_delay"),
          absl::StrFormat("%s; give at most %s", absl::FormatDuration(link.propagation_delay),
                          absl::FormatDuration(kMaxDelay)));
    }
  }
  return absl::OkStatus();
}

}  // namespace rhumb
