// The queue in front of a link at flow level: M/M/1/K.
//
// Packets of exponential size arrive as a Poisson process and wait in one first-in-first-out queue;
// K packets fit, the one on the wire included, and whatever finds K is dropped. Real traffic is
// burstier, so real queues are longer below saturation; at and above saturation the buffer decides
// and the model is close (see README.md).
#ifndef RHUMB_SIMULATOR_FLOW_FINITE_QUEUE_H_
#define RHUMB_SIMULATOR_FLOW_FINITE_QUEUE_H_

namespace rhumb {

struct QueueBehaviour {
  double loss_ratio = 0;  // probability that a packet finds the queue full
  double wait_packets =
      0;  // mean wait of an accepted packet, in mean transmission times, its own not included
};

// With load rho = offered rate / capacity >= 0 and `slots` = K >= 1 (Kleinrock, Queueing Systems I,
// 1975, 3.6):
//
//   loss = (1 - rho) rho^K / (1 - rho^(K+1)),                       1 / (K+1)  at rho = 1
//   N    = rho / (1 - rho) - (K+1) rho^(K+1) / (1 - rho^(K+1)),     K / 2      at rho = 1
//   wait = N / (rho (1 - loss)) - 1                                  (Little), in transmission
//   times
//
// For K to infinity this is M/M/1 (wait rho / (1 - rho)) below rho = 1 and loss 1 - 1/rho above.
// Exact to about nine digits everywhere, near rho = 1 included.
QueueBehaviour FiniteQueue(double load, double slots);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_FLOW_FINITE_QUEUE_H_
