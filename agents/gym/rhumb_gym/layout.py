"""What the numbers of an observation belong to."""
import numpy as np


class Layout:
    """The network of an episode and its candidate paths, as arrays.

    node_names, link_names                  lists of text
    link_ends        [links, 2]             source and destination node of every link
    demand_ends      [demands, 2]           of every demand
    path_begin       [demands + 1]          the paths of demand d are path_begin[d] up to
                                            path_begin[d + 1]
    path_demand      [paths]                the demand of every path
    path_link_begin  [paths + 1]            the links of path p are
                                            path_links[path_link_begin[p]:path_link_begin[p + 1]]
    path_links       [path links]
    path_of_link     [path links]           the path that an entry of path_links belongs to
    link_features, path_features, demand_features   names of the columns of the observation's arrays
    history, steps                          matrices in an observation, steps in an episode
    """

    def __init__(self, message):
        self.topology_name = message.topology_name
        self.node_names = list(message.node_names)
        self.link_names = list(message.link_names)
        self.link_ends = (
            np.stack([message.link_source, message.link_destination], axis=1)
            .astype(np.int64)
            .reshape(-1, 2)
        )
        self.demand_ends = (
            np.stack([message.demand_source, message.demand_destination], axis=1)
            .astype(np.int64)
            .reshape(-1, 2)
        )
        self.path_begin = np.array(message.path_begin, np.int64)
        self.path_link_begin = np.array(message.path_link_begin, np.int64)
        self.path_links = np.array(message.path_links, np.int64)
        self.path_demand = np.repeat(np.arange(len(self.path_begin) - 1), np.diff(self.path_begin))
        self.path_of_link = np.repeat(
            np.arange(len(self.path_link_begin) - 1), np.diff(self.path_link_begin)
        )
        self.link_features = list(message.link_features)
        self.path_features = list(message.path_features)
        self.demand_features = list(message.demand_features)
        self.history = message.history
        self.steps = message.steps

    @property
    def num_links(self):
        return len(self.link_names)

    @property
    def num_paths(self):
        return len(self.path_link_begin) - 1

    @property
    def num_demands(self):
        return len(self.path_begin) - 1

    def over_links(self, values, reduce=np.maximum):
        """[paths]: `reduce` (np.maximum, np.add, np.minimum, ...) of `values` [links] along every
        path."""
        return reduce.reduceat(np.asarray(values)[self.path_links], self.path_link_begin[:-1])

    def column(self, observation, kind, name):
        """The column `name` of observation[kind], kind being "links", "paths" or "demands"."""
        features = {
            "links": self.link_features,
            "paths": self.path_features,
            "demands": self.demand_features,
        }[kind]
        if name not in features:
            raise KeyError(f"{kind} have no {name!r}; they have {', '.join(features)}")
        return observation[kind][:, features.index(name)]
