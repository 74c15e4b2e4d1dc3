// What one caller, and all together, may take of the server.
#ifndef RHUMB_CONTROLLER_SERVING_ACCESS_GATE_LIMITS_H_
#define RHUMB_CONTROLLER_SERVING_ACCESS_GATE_LIMITS_H_

namespace rhumb {

// A peer is a token; without tokens, an address.
struct GateLimits {
  int connections = 8192;  // over TCP, of all peers
  // Of them, before any call on it was admitted. Each takes some 150 KB while it is used; 600
  // adapters that connect at once find room.
  int stranger_connections = 128;
  int streams = 4096;  // open, of all peers
  int streams_per_peer = 512;
  // Calls and messages on streams, of one peer: in the long run, and at once.
  double calls_per_second = 2000;
  int call_burst = 4000;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ACCESS_GATE_LIMITS_H_
