// A finite transfer.
#ifndef RHUMB_SIMULATOR_FLUID_FLOW_H_
#define RHUMB_SIMULATOR_FLUID_FLOW_H_

#include <cstdint>
#include <limits>

#include "simulator/fluid/tcp_receiver.h"
#include "simulator/fluid/tcp_sender.h"
#include "simulator/fluid/train.h"

namespace rhumb::fluid {

struct Flow {
  uint32_t demand = 0;
  uint32_t path = kNone;
  uint32_t return_path = kNone;
  uint32_t segments = 0;
  uint32_t received = 0;    // UDP
  uint32_t sent = 0;        // UDP
  uint32_t marks = kNone;   // of its segments, TCP
  uint32_t references = 0;  // trains and events that know it
  uint32_t place = 0;       // among the running flows
  uint16_t attempts = 0;    // to connect
  bool tcp = true;
  bool counted = false;  // arrived in the measured window of the interval being played
  bool running = true;   // neither complete nor failed
  bool sending = true;   // among the running flows
  bool complete = false;
  bool failed = false;
  bool acknowledge_set = false;  // an event for acknowledge_s or before is coming
  double bytes = 0;
  double payload_bytes = 0;  // of a full segment
  double tail_bytes = 0;     // payload of the last segment
  double hash = 0;           // of the 5-tuple, in [0, 1)
  double start_s = 0;
  double timer_s = std::numeric_limits<double>::infinity();  // when it is to be looked at
  double connect_s = 0;                                      // when it last asked for a connection
  double end_s = 0;
  double empty_s = 0;  // time it would take alone on the path of least delay
  double acknowledge_s = std::numeric_limits<double>::infinity();  // what waits for it
  double last_sent_s = 0;     // its latest train, perhaps still to come
  double waiting_sent_s = 0;  // when that was sent
  TcpSender sender;
  TcpReceiver receiver;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_FLOW_H_
