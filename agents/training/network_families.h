// Random networks to train on: several families, so that the agent meets more shapes than any one
// of them has.
#ifndef RHUMB_AGENTS_TRAINING_NETWORK_FAMILIES_H_
#define RHUMB_AGENTS_TRAINING_NETWORK_FAMILIES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/random.h"
#include "topologies/topology.h"

namespace rhumb::training {

enum class NetworkFamily {
  kWaxman,      // near nodes are joined more often (Waxman 1988), over a minimum spanning tree
  kRingChords,  // a ring with a few chords
  kTwoLevel,    // a dense core, access nodes homed once or twice
  kHeavyTail,   // new nodes prefer well connected ones (Barabasi and Albert 1999)
  kGrid,        // a lattice with holes: long paths, many detours
  kAccess,      // a fast core, nodes behind slower links at its edge: the bottleneck is often there
  kPackerl,     // see packerl_networks.h: three graphs, 50 to 200 Mbit/s, metrics like EIGRP's
};

// "waxman", "ring-chords", "two-level", "heavy-tail", "grid", "access", "packerl". InvalidArgument
// lists them.
absl::StatusOr<NetworkFamily> ParseNetworkFamily(absl::string_view name);

struct NetworkDraw {
  std::vector<NetworkFamily> families;  // one is drawn; not empty
  int min_nodes = 5;                    // at least 4
  int max_nodes = 80;
};

// A connected network with symmetric capacities of a random kind (one size, a few speeds, faster
// core), in some of them stubs and parallel links; of the family packerl as that one has them. The
// number of nodes is drawn so that small ones are more frequent.
Topology DrawNetwork(const NetworkDraw& draw, Random& random);

// The same network with one or two cables down, such that it stays connected; unchanged when it has
// no such cable.
Topology WithFailures(const Topology& topology, Random& random);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_NETWORK_FAMILIES_H_
