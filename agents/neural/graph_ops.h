// The sparse operations of the network on LibTorch tensors, with their gradients.
//
// LibTorch's own index_add and index_select would do, but copy more and, for rows of a dozen
// numbers, take several times as long on a processor. Tensors are contiguous, float or double; the
// graph outlives every tensor made from it.
#ifndef RHUMB_AGENTS_NEURAL_GRAPH_OPS_H_
#define RHUMB_AGENTS_NEURAL_GRAPH_OPS_H_

#include <torch/types.h>

#include <memory>

#include "agents/neural/path_graph.h"

namespace rhumb::neural {

using SharedGraph = std::shared_ptr<const PathGraph>;

// [paths, n] -> [links, n]: the sum over the paths that cross a link.
torch::Tensor SumOnLinks(const SharedGraph& graph, const torch::Tensor& of_paths);
// [links, n] -> [paths, n]: the sum over the links of a path.
torch::Tensor SumAlongPaths(const SharedGraph& graph, const torch::Tensor& of_links);
// [paths, n] -> [pairs, n].
torch::Tensor SumOverPaths(const SharedGraph& graph, const torch::Tensor& of_paths);
// [pairs, n] -> [paths, n].
torch::Tensor SpreadToPaths(const SharedGraph& graph, const torch::Tensor& of_pairs);
// [paths] -> [paths]: softmax over the paths of every pair.
torch::Tensor SoftmaxOfPairs(const SharedGraph& graph, const torch::Tensor& logits);
// [paths] -> [pairs]: the smallest of a pair; the first of equals takes the gradient.
torch::Tensor MinOfPairs(const SharedGraph& graph, const torch::Tensor& of_paths);
// [links, n] -> [graphs, n]: the largest on any link; the first of equals takes the gradient.
torch::Tensor MaxOfGraphs(const SharedGraph& graph, const torch::Tensor& of_links);
// [rows, n], int32 [m] -> [m, n]: rows by index.
torch::Tensor Rows(const torch::Tensor& table, const torch::Tensor& index);
// [links] -> int32 [paths]: the link of every path where the value is largest, the first of equals.
// No gradient.
torch::Tensor LargestLinkOfPaths(const SharedGraph& graph, const torch::Tensor& of_links);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_GRAPH_OPS_H_
