// Where traffic goes now, on the paths of a graph.
#ifndef RHUMB_AGENTS_NEURAL_SHARES_IN_FORCE_H_
#define RHUMB_AGENTS_NEURAL_SHARES_IN_FORCE_H_

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/path_graph.h"
#include "topologies/path_set.h"
#include "topologies/routing_plan.h"

namespace rhumb::neural {

// Share of its pair that each path of the graph has by the plan, [paths]; 0 for paths that the plan
// does not know. `graph_paths` is what the graph was made from. A plan over other paths is compared
// link by link: O(path links).
std::vector<float> SharesInForce(const PathGraph& graph,
                                 const std::shared_ptr<const PathSet>& graph_paths,
                                 const RoutingPlan& plan);

// Sets the shares of pairs to 0 whose paths do not carry all of them: part of their traffic goes
// where the graph has no path, or nowhere.
void ForgetPartOfAPair(const PathGraph& graph, absl::Span<float> shares);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_SHARES_IN_FORCE_H_
