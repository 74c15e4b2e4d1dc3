#include "agents/neural/graph_ops.h"

#include <ATen/Dispatch.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <utility>

namespace rhumb::neural {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The graph rides through autograd in a holder.
struct GraphHolder : torch::CustomClassHolder {
  explicit GraphHolder(SharedGraph g) : graph(std::move(g)) {}
  SharedGraph graph;
};

void SaveGraph(AutogradContext* context, const SharedGraph& graph) {
  context->saved_data["graph"] = c10::IValue::make_capsule(c10::make_intrusive<GraphHolder>(graph));
}

SharedGraph LoadGraph(AutogradContext* context) {
  return c10::static_intrusive_pointer_cast<GraphHolder>(context->saved_data["graph"].toCapsule())
      ->graph;
}

int64_t Width(const Tensor& tensor) { return tensor.dim() > 1 ? tensor.size(1) : 1; }

// Adds `n` numbers; the compiler vectorises it.
template <typename T>
inline void AddRow(const T* __restrict from, T* __restrict to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] += from[i];
}

Tensor LinksFromPaths(const PathGraph& graph, const Tensor& x) {
  const Tensor in = x.contiguous();
  const int64_t n = Width(in);
  Tensor out = torch::zeros({graph.num_links(), n}, in.options());
  AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "LinksFromPaths", [&] {
    const scalar_t* from = in.data_ptr<scalar_t>();
    scalar_t* to = out.data_ptr<scalar_t>();
    for (int p = 0; p < graph.num_paths(); ++p) {
      for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i) {
        AddRow(from + p * n, to + graph.links[i] * n, n);
      }
    }
  });
  return out;
}

Tensor PathsFromLinks(const PathGraph& graph, const Tensor& x) {
  const Tensor in = x.contiguous();
  const int64_t n = Width(in);
  Tensor out = torch::zeros({graph.num_paths(), n}, in.options());
  AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "PathsFromLinks", [&] {
    const scalar_t* from = in.data_ptr<scalar_t>();
    scalar_t* to = out.data_ptr<scalar_t>();
    for (int p = 0; p < graph.num_paths(); ++p) {
      for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i) {
        AddRow(from + graph.links[i] * n, to + p * n, n);
      }
    }
  });
  return out;
}

Tensor PairsFromPaths(const PathGraph& graph, const Tensor& x) {
  const Tensor in = x.contiguous();
  const int64_t n = Width(in);
  Tensor out = torch::zeros({graph.num_pairs(), n}, in.options());
  AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "PairsFromPaths", [&] {
    const scalar_t* from = in.data_ptr<scalar_t>();
    scalar_t* to = out.data_ptr<scalar_t>();
    for (int p = 0; p < graph.num_paths(); ++p) {
      AddRow(from + p * n, to + graph.pair_of_path[p] * n, n);
    }
  });
  return out;
}

Tensor PathsFromPairs(const PathGraph& graph, const Tensor& x) {
  const Tensor in = x.contiguous();
  const int64_t n = Width(in);
  Tensor out = torch::zeros({graph.num_paths(), n}, in.options());
  AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "PathsFromPairs", [&] {
    const scalar_t* from = in.data_ptr<scalar_t>();
    scalar_t* to = out.data_ptr<scalar_t>();
    for (int p = 0; p < graph.num_paths(); ++p) {
      AddRow(from + graph.pair_of_path[p] * n, to + p * n, n);
    }
  });
  return out;
}

using LinearMap = Tensor (*)(const PathGraph&, const Tensor&);

// A linear map whose gradient is the adjoint map.
template <LinearMap kForward, LinearMap kAdjoint>
struct Linear : torch::autograd::Function<Linear<kForward, kAdjoint>> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const SharedGraph& graph) {
    SaveGraph(context, graph);
    return kForward(*graph, x);
  }
  static variable_list backward(AutogradContext* context, variable_list gradient) {
    return {kAdjoint(*LoadGraph(context), gradient[0]), Tensor()};
  }
};

struct Softmax : torch::autograd::Function<Softmax> {
  static Tensor forward(AutogradContext* context, const Tensor& logits, const SharedGraph& graph) {
    SaveGraph(context, graph);
    const Tensor in = logits.contiguous();
    Tensor out = torch::empty_like(in);
    AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "SoftmaxOfPairs", [&] {
      const scalar_t* z = in.data_ptr<scalar_t>();
      scalar_t* r = out.data_ptr<scalar_t>();
      for (int d = 0; d < graph->num_pairs(); ++d) {
        const int begin = graph->path_begin[d], end = graph->path_begin[d + 1];
        scalar_t largest = z[begin], sum = 0;
        for (int p = begin + 1; p < end; ++p) largest = std::max(largest, z[p]);
        for (int p = begin; p < end; ++p) sum += r[p] = std::exp(z[p] - largest);
        for (int p = begin; p < end; ++p) r[p] /= sum;
      }
    });
    context->save_for_backward({out});
    return out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradient) {
    const SharedGraph graph = LoadGraph(context);
    const Tensor ratios = context->get_saved_variables()[0];
    const Tensor upstream = gradient[0].contiguous();
    Tensor out = torch::empty_like(ratios);
    AT_DISPATCH_FLOATING_TYPES(ratios.scalar_type(), "SoftmaxOfPairsBackward", [&] {
      const scalar_t* r = ratios.data_ptr<scalar_t>();
      const scalar_t* g = upstream.data_ptr<scalar_t>();
      scalar_t* to = out.data_ptr<scalar_t>();
      for (int d = 0; d < graph->num_pairs(); ++d) {
        const int begin = graph->path_begin[d], end = graph->path_begin[d + 1];
        scalar_t mean = 0;
        for (int p = begin; p < end; ++p) mean += r[p] * g[p];
        for (int p = begin; p < end; ++p) to[p] = r[p] * (g[p] - mean);
      }
    });
    return {out, Tensor()};
  }
};

struct Gather : torch::autograd::Function<Gather> {
  static Tensor forward(AutogradContext* context, const Tensor& table, const Tensor& index) {
    context->saved_data["rows"] = table.size(0);
    context->save_for_backward({index});
    const Tensor in = table.contiguous();
    const int64_t n = Width(in), m = index.size(0);
    Tensor out = torch::empty({m, n}, in.options());
    const int* row = index.data_ptr<int>();
    AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "Rows", [&] {
      const scalar_t* from = in.data_ptr<scalar_t>();
      scalar_t* to = out.data_ptr<scalar_t>();
      for (int64_t i = 0; i < m; ++i) std::copy_n(from + row[i] * n, n, to + i * n);
    });
    return out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradient) {
    const Tensor index = context->get_saved_variables()[0];
    const Tensor upstream = gradient[0].contiguous();
    const int64_t n = Width(upstream);
    Tensor out = torch::zeros({context->saved_data["rows"].toInt(), n}, upstream.options());
    const int* row = index.data_ptr<int>();
    AT_DISPATCH_FLOATING_TYPES(upstream.scalar_type(), "RowsBackward", [&] {
      const scalar_t* from = upstream.data_ptr<scalar_t>();
      scalar_t* to = out.data_ptr<scalar_t>();
      for (int64_t i = 0; i < index.size(0); ++i) AddRow(from + i * n, to + row[i] * n, n);
    });
    return {out, Tensor()};
  }
};

}  // namespace

Tensor SumOnLinks(const SharedGraph& graph, const Tensor& of_paths) {
  return Linear<LinksFromPaths, PathsFromLinks>::apply(of_paths, graph);
}

Tensor SumAlongPaths(const SharedGraph& graph, const Tensor& of_links) {
  return Linear<PathsFromLinks, LinksFromPaths>::apply(of_links, graph);
}

Tensor SumOverPaths(const SharedGraph& graph, const Tensor& of_paths) {
  return Linear<PairsFromPaths, PathsFromPairs>::apply(of_paths, graph);
}

Tensor SpreadToPaths(const SharedGraph& graph, const Tensor& of_pairs) {
  return Linear<PathsFromPairs, PairsFromPaths>::apply(of_pairs, graph);
}

Tensor SoftmaxOfPairs(const SharedGraph& graph, const Tensor& logits) {
  return Softmax::apply(logits, graph);
}

Tensor Rows(const Tensor& table, const Tensor& index) { return Gather::apply(table, index); }

Tensor MinOfPairs(const SharedGraph& graph, const Tensor& of_paths) {
  const Tensor in = of_paths.detach().contiguous();
  Tensor index = torch::empty({graph->num_pairs()}, torch::kInt32);
  int* to = index.data_ptr<int>();
  AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "MinOfPairs", [&] {
    const scalar_t* x = in.data_ptr<scalar_t>();
    for (int d = 0; d < graph->num_pairs(); ++d) {
      to[d] = graph->path_begin[d];
      for (int p = to[d] + 1; p < graph->path_begin[d + 1]; ++p) {
        if (x[p] < x[to[d]]) to[d] = p;
      }
    }
  });
  return Rows(of_paths.view({-1, 1}), index).view({-1});
}

Tensor MaxOfGraphs(const SharedGraph& graph, const Tensor& of_links) {
  const int64_t n = Width(of_links);
  const Tensor in = of_links.detach().contiguous();
  Tensor index = torch::empty({graph->num_graphs() * n}, torch::kInt32);
  int* to = index.data_ptr<int>();
  AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "MaxOfGraphs", [&] {
    const scalar_t* x = in.data_ptr<scalar_t>();
    for (int g = 0; g < graph->num_graphs(); ++g) {
      for (int64_t c = 0; c < n; ++c) {
        int64_t best = graph->graph_link_begin[g] * n + c;
        for (int64_t l = graph->graph_link_begin[g] + 1; l < graph->graph_link_begin[g + 1]; ++l) {
          if (x[l * n + c] > x[best]) best = l * n + c;
        }
        to[g * n + c] = static_cast<int>(best);
      }
    }
  });
  return Rows(of_links.contiguous().view({-1, 1}), index).view({graph->num_graphs(), n});
}

Tensor LargestLinkOfPaths(const SharedGraph& graph, const Tensor& of_links) {
  const Tensor in = of_links.detach().contiguous();
  Tensor index = torch::empty({graph->num_paths()}, torch::kInt32);
  int* to = index.data_ptr<int>();
  AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "LargestLinkOfPaths", [&] {
    const scalar_t* x = in.data_ptr<scalar_t>();
    for (int p = 0; p < graph->num_paths(); ++p) {
      to[p] = graph->links[graph->link_begin[p]];
      for (int i = graph->link_begin[p] + 1; i < graph->link_begin[p + 1]; ++i) {
        if (x[graph->links[i]] > x[to[p]]) to[p] = graph->links[i];
      }
    }
  });
  return index;
}

}  // namespace rhumb::neural
