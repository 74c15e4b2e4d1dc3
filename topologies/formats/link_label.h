// Rates out of what people wrote beside a line on a network map: "10 Gbps", "OC-192c", "Dark fibre
// (1Gbps)", "E3".
#ifndef RHUMB_TOPOLOGIES_FORMATS_LINK_LABEL_H_
#define RHUMB_TOPOLOGIES_FORMATS_LINK_LABEL_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace rhumb {

// Bits per second when the label names exactly one rate: a number with a unit of bits per second,
// or a line class (T1 to T4, DS-0 to DS-4, E1 to E5, OC-n = n * 51.84 Mbit/s, STM-n = n * 155.52
// Mbit/s, GigE, 10GE, Fast Ethernet). A factor counts
// ("STM-64x2", "2 x E3"). Two spellings of one class are one rate ("OC48/STM16").
//
// Absent for labels that name none, several, a range ("10-34 Mb/s") or a bound ("< 155 Mbps", "OC3
// and below").
std::optional<double> RateOfLinkLabel(absl::string_view label);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_LINK_LABEL_H_
