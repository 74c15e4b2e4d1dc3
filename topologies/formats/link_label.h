// Rates as people write them beside a line on a map and in tables: "10 Gbps", "OC-192c", "4x155Mbps
// + STM-1", "Dark fibre (1Gbps)". One grammar for all readers; what it does not understand whole it
// does not read in part.
//
//     sum     = product { "+" product }
//     product = { count ("x" | "*") } rate { ("x" | "*") count }
//     rate    = number unit | class
//
// A unit is one of bits per second; the bare prefixes k, M, G and T count too ("10G"). A class is
// T1 to T4, DS-0 to DS-4, E1 to E5, OC-n, STM-n, nGE, nGbE, nGigE, GE or Fast Ethernet.
#ifndef RHUMB_TOPOLOGIES_FORMATS_LINK_LABEL_H_
#define RHUMB_TOPOLOGIES_FORMATS_LINK_LABEL_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// Bits per second when the label, which may hold other words, names exactly one rate. OC-n is n *
// 51.84 Mbit/s, STM-n is n * 155.52 Mbit/s. Two spellings of one rate are one ("OC48/STM16").
//
// Absent for labels that name none, several that differ ("155Mbs/1Gbps"), a range ("10-34 Mb/s"), a
// bound ("< 155 Mbps", "OC3 and below", "10G+"), or a count that is not tied to the rate ("2
// lambdas 10G").
std::optional<double> RateOfLinkLabel(absl::string_view label);

// Bits per second when the whole text is one sum, without any other word. InvalidArgument, with the
// reason, otherwise; also where a capital B leaves open whether bytes are meant ("10 GB/s").
absl::StatusOr<double> RateOfExpression(absl::string_view text);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_LINK_LABEL_H_
