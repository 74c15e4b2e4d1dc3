"""Links, candidate paths and pairs as the arrays that the network computes on
(agents/neural/path_graph.h)."""
import numpy as np


def _rounded(values):
    """What C++ keeps as float32."""
    return np.asarray(values, np.float32).astype(np.float64)


class PathGraph:
    """What is usable of a network, and what of it never changes between decisions.

    capacity_bps, delay_s, usable    [links]
    path_begin                       [demands + 1], the paths of demand d
    path_link_begin, path_links      the links of path p, as rhumb.v1.Layout has them
    carries_traffic                  [demands], those that count; None: all
    """

    def __init__(
        self,
        capacity_bps,
        delay_s,
        usable,
        path_begin,
        path_link_begin,
        path_links,
        carries_traffic=None,
    ):
        capacity_bps, delay_s = np.asarray(capacity_bps, float), np.asarray(delay_s, float)
        usable = np.asarray(usable, bool)
        self.num_links = len(capacity_bps)
        self.mean_capacity_bps = capacity_bps[usable].mean() if usable.any() else 1.0
        capacity = capacity_bps / self.mean_capacity_bps
        self.capacity = _rounded(capacity)
        self.log_capacity = _rounded(0.5 * np.log(capacity))
        self.mean_link_delay_s = delay_s.mean()
        link_delay = np.ones(self.num_links)
        if delay_s.sum() > 0:
            # A hundredth of the mean a hop.
            link_delay = delay_s / self.mean_link_delay_s + 0.01

        path_links = np.asarray(path_links)
        hops = np.diff(path_link_begin)
        path_demand = np.repeat(np.arange(len(path_begin) - 1), np.diff(path_begin))
        kept = (hops > 0) & np.minimum.reduceat(usable[path_links], path_link_begin[:-1])
        if carries_traffic is not None:
            kept &= np.asarray(carries_traffic, bool)[path_demand]
        self.path_of_set = np.flatnonzero(kept)  # [paths], where they are among all candidates
        self.links = path_links[np.repeat(kept, hops)]
        self.hops = hops[kept]
        self.num_paths = len(self.hops)
        self.link_begin = np.concatenate([[0], np.cumsum(self.hops)])
        self.path_of_entry = np.repeat(np.arange(self.num_paths), self.hops)
        # Demands without a usable path are not pairs.
        self.demands, self.pair_of_path = np.unique(path_demand[kept], return_inverse=True)
        self.num_pairs = len(self.demands)
        self.path_begin = np.searchsorted(self.pair_of_path, np.arange(self.num_pairs + 1))
        self._by_link = np.argsort(self.links, kind="stable")
        crossed, self._link_start = np.unique(self.links[self._by_link], return_index=True)
        self._crossed = crossed

        self.bottleneck = self.along(self.capacity, np.minimum)
        self.delay = _rounded(self.along(link_delay, np.add))
        widest, fastest = self.widest[self.pair_of_path], self.fastest[self.pair_of_path]
        extra = self.hops / self.of_pair(self.hops, np.minimum)[self.pair_of_path] - 1
        self.extra_hops = _rounded(extra / (1 + extra))
        self.start_capacity = _rounded(np.log(self.bottleneck / widest))
        longer = self.delay / fastest - 1
        self.extra_delay = _rounded(longer / (1 + longer))
        detour = (self.delay - fastest) * self.num_pairs / self.fastest.sum()
        self.detour = _rounded(detour / (1 + detour))

    @property
    def widest(self):
        """[pairs] largest bottleneck of a pair's paths."""
        return self.of_pair(self.bottleneck, np.maximum)

    @property
    def fastest(self):
        """[pairs] least delay of a pair's paths."""
        return self.of_pair(self.delay, np.minimum)

    def along(self, values, reduce=np.add):
        """[paths, ...]: `reduce` of values [links, ...] over every path's links."""
        return reduce.reduceat(values[self.links], self.link_begin[:-1], axis=0)

    def of_pair(self, values, reduce=np.add):
        """[pairs, ...]: `reduce` of values [paths, ...] over every pair's paths."""
        return reduce.reduceat(values, self.path_begin[:-1], axis=0)

    def on_links(self, values):
        """[links, ...]: the sum of values [paths, ...] over the paths that cross a link."""
        total = np.zeros((self.num_links, *values.shape[1:]))
        entries = values[self.path_of_entry[self._by_link]]
        total[self._crossed] = np.add.reduceat(entries, self._link_start, axis=0)
        return total
