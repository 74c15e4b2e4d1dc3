"""What a running network tells a decision beside its demands (agents/neural/feedback.cc)."""
import numpy as np

MOST_CARRIED, LONG_WAIT_S, HEAVY_LOSS, LONG_PATH_WAIT_S, LEAST_LOG_SHARE = 1.5, 0.01, 0.01, 0.02, 8


def squeeze(x):
    return x / (1 + x)


def features(graph, latest, measured, in_force):
    """[links, 5] and [paths, 5]. `latest` [pairs] are the latest demands over the mean capacity;
    `measured` and `in_force` as Agent.decide takes them."""
    links, paths = np.zeros((graph.num_links, 5)), np.zeros((graph.num_paths, 5))
    expected = np.zeros(graph.num_links)
    if in_force is not None:
        shares = np.asarray(in_force, float)[graph.path_of_set]
        paths[:, 0] = shares
        least = np.exp(-LEAST_LOG_SHARE)
        paths[:, 1] = 1 + np.log(np.maximum(shares, least)) / LEAST_LOG_SHARE
        expected = graph.on_links(shares * latest[graph.pair_of_path]) / graph.capacity
    if measured is None:
        return links, paths
    carried = np.minimum(measured["utilization"], MOST_CARRIED)
    links[:, 0], links[:, 1] = 1, carried
    links[:, 2] = squeeze(measured["queueing_delay_s"] / LONG_WAIT_S)
    links[:, 3] = squeeze(measured["loss_ratio"] / HEAVY_LOSS)
    links[:, 4] = carried - np.minimum(expected, MOST_CARRIED)
    paths[:, 2] = squeeze(graph.along(measured["queueing_delay_s"]) / LONG_PATH_WAIT_S)
    paths[:, 3] = squeeze(graph.along(measured["loss_ratio"]) / HEAVY_LOSS)
    paths[:, 4] = graph.along(carried, np.maximum)
    return links, paths
