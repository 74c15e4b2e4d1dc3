// SPDX-License-Identifier: GPL-2.0-only
// Bytes that headers add on the wire.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_PACKET_SIZES_H_
#define RHUMB_SIMULATOR_NS3_WORKER_PACKET_SIZES_H_

#include <cstdint>

#include "worker.pb.h"

namespace rhumb_ns3 {

constexpr uint32_t kTcpHeaderBytes = 52;  // IPv4, TCP and the timestamp option
constexpr uint32_t kUdpHeaderBytes = 28;  // IPv4 and UDP

// Of a full packet on the wire; packets of UDP are as large as those of TCP.
inline uint32_t FullPacketBytes(const rhumb::worker::Reset& reset) {
  return reset.segment_bytes() + kTcpHeaderBytes;
}

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_PACKET_SIZES_H_
