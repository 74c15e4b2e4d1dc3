#include "topologies/path_set.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

// `ends`: of every link, close together; a whole network's paths visit them a hundred thousand
// times.
absl::Status CheckPath(const Topology& topology, absl::Span<const NodePair> ends, NodePair pair,
                       absl::Span<const LinkId> path, std::vector<int>* visited_by,
                       int path_index) {
  auto fault = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrFormat("path %d of demand %s>%s %s", path_index,
                                                      topology.node(pair.source).name,
                                                      topology.node(pair.destination).name, what));
  };
  if (path.empty()) return fault("is empty");
  NodeId at = pair.source;
  (*visited_by)[at] = path_index;
  for (LinkId l : path) {
    if (l < 0 || l >= topology.num_links()) {
      return fault(absl::StrCat("uses link ", l, ", which does not exist"));
    }
    if (ends[l].source != at) {
      return fault(absl::StrCat("is broken before link ", topology.link(l).name));
    }
    at = ends[l].destination;
    if ((*visited_by)[at] == path_index) {
      return fault(absl::StrCat("visits node ", topology.node(at).name, " twice"));
    }
    (*visited_by)[at] = path_index;
  }
  if (at != pair.destination) {
    return fault(absl::StrCat("ends at node ", topology.node(at).name));
  }
  return absl::OkStatus();
}

std::pair<NodeId, NodeId> Keys(NodePair pair, bool by_source) {
  return by_source ? std::pair(pair.source, pair.destination)
                   : std::pair(pair.destination, pair.source);
}

// Every pair once, by source, then destination, or the other way round.
bool InOrder(absl::Span<const NodePair> pairs, bool by_source) {
  for (size_t i = 1; i < pairs.size(); ++i) {
    if (Keys(pairs[i - 1], by_source) >= Keys(pairs[i], by_source)) return false;
  }
  return true;
}

}  // namespace

PathSet::Builder& PathSet::Builder::AddPair(NodeId source, NodeId destination) {
  pairs_.push_back({source, destination});
  path_begin_.push_back(static_cast<int>(link_begin_.size()));
  return *this;
}

PathSet::Builder& PathSet::Builder::AddPath(absl::Span<const LinkId> links) {
  link_begin_.push_back(static_cast<int>(links_.size()));
  links_.insert(links_.end(), links.begin(), links.end());
  return *this;
}

PathSet PathSet::Builder::Build() {
  PathSet set;
  path_begin_.push_back(static_cast<int>(link_begin_.size()));
  link_begin_.push_back(static_cast<int>(links_.size()));
  set.pairs_ = std::move(pairs_);
  set.path_begin_ = std::move(path_begin_);
  set.link_begin_ = std::move(link_begin_);
  set.links_ = std::move(links_);
  set.pair_of_path_.resize(set.link_begin_.size() - 1);
  for (int i = 0; i < set.num_pairs(); ++i) {
    const Range range = set.paths_of(i);
    std::fill(set.pair_of_path_.begin() + range.begin, set.pair_of_path_.begin() + range.end, i);
  }
  // Pairs in order are found without a table, which takes a second to fill with millions of them.
  if (!InOrder(set.pairs_, true) && !InOrder(set.pairs_, false)) {
    set.index_.reserve(set.pairs_.size());
    for (int i = 0; i < set.num_pairs(); ++i) set.index_.emplace(set.pairs_[i], i);
  }
  *this = Builder();
  return set;
}

std::optional<int> PathSet::Find(NodeId source, NodeId destination) const {
  const NodePair wanted{source, destination};
  if (index_.empty()) {
    // By source or by destination: a search by the other order finds what it finds or nothing.
    for (const bool by_source : {true, false}) {
      const auto found = std::lower_bound(
          pairs_.begin(), pairs_.end(), wanted,
          [&](NodePair a, NodePair b) { return Keys(a, by_source) < Keys(b, by_source); });
      if (found != pairs_.end() && *found == wanted)
        return static_cast<int>(found - pairs_.begin());
    }
    return std::nullopt;
  }
  const auto it = index_.find(wanted);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

absl::Status PathSet::Validate(const Topology& topology) const {
  if (!index_.empty() && static_cast<int>(index_.size()) != num_pairs()) {
    return absl::InvalidArgumentError("a demand is listed twice; list every demand once");
  }
  std::vector<int> visited_by(topology.num_nodes(), -1);
  std::vector<NodePair> ends;
  ends.reserve(topology.num_links());
  for (const Link& link : topology.links()) ends.push_back({link.source, link.destination});
  for (int i = 0; i < num_pairs(); ++i) {
    const NodePair pair = pairs_[i];
    for (NodeId end : {pair.source, pair.destination}) {
      if (end < 0 || end >= topology.num_nodes()) {
        return absl::InvalidArgumentError(
            absl::StrFormat("demand %d names node %d; the topology has nodes 0 to %d", i, end,
                            topology.num_nodes() - 1));
      }
    }
    for (int p = paths_of(i).begin; p < paths_of(i).end; ++p) {
      absl::Status status = CheckPath(topology, ends, pair, links(p), &visited_by, p);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

bool SamePaths(const PathSet& a, PathSet::Range in_a, const PathSet& b, PathSet::Range in_b) {
  if (in_a.size() != in_b.size()) return false;
  if (&a == &b && in_a.begin == in_b.begin) return true;
  for (int i = 0; i < in_a.size(); ++i) {
    if (a.links(in_a.begin + i) != b.links(in_b.begin + i)) return false;
  }
  return true;
}

absl::Duration PropagationDelay(const Topology& topology, absl::Span<const LinkId> path) {
  absl::Duration delay = absl::ZeroDuration();
  for (LinkId l : path) delay += topology.link(l).propagation_delay;
  return delay;
}

double BottleneckCapacityBps(const Topology& topology, absl::Span<const LinkId> path) {
  double bottleneck = std::numeric_limits<double>::infinity();
  for (LinkId l : path) bottleneck = std::min(bottleneck, topology.link(l).capacity_bps);
  return bottleneck;
}

bool IsUsable(const Topology& topology, absl::Span<const LinkId> path) {
  return std::all_of(path.begin(), path.end(), [&](LinkId l) { return topology.link(l).usable(); });
}

std::string DescribePath(const Topology& topology, absl::Span<const LinkId> path) {
  std::string text;
  for (LinkId l : path) {
    const Link& link = topology.link(l);
    if (text.empty()) text = topology.node(link.source).name;
    absl::StrAppend(&text, ">", topology.node(link.destination).name);
    // Parallel links differ only in their mark.
    if (const size_t mark = link.name.rfind('#'); mark != std::string::npos) {
      absl::StrAppend(&text, link.name.substr(mark));
    }
  }
  return text;
}

}  // namespace rhumb
