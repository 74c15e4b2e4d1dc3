"""What a checkpoint for packets adds: prices that a head sets, and the split that they lead to
(agents/neural/price_head.cc, priced_inference.cc, priced_split.cc)."""
import numpy as np

from rhumb_agent.inference import mean_change, relu

PRICES = ("distance", "congestion", "detour", "smallness", "distrust", "margin")
ROOM, LARGEST_LOG = 0.7, 4.0
STEEP, FIRST_STEEP, RISING_ROUNDS = 0.9, 0.25, 0.8
DISTANCE_SCALE, CONGESTION_SCALE, DETOUR_SCALE, SMALLNESS_SCALE = 24.0, 6.0, 8.0, 6.0
ROOM_WIDTH, SMALL_SHARE, BACK_ROAD, LONGEST_SERVICE = 0.07, 0.05, 0.125, 4.0
FLOOR, NO_SHARE, STILL, WHOLE_STEPS, VISITS = -8.0, 1e-9, 1e-3, 4.0, 4e6


def squeeze(x):
    return x / (1 + x)


def bounded_log(x):
    return float(np.clip(np.log(max(x, 1e-9)), -LARGEST_LOG, LARGEST_LOG))


def ask_head(layers, links, load, network):
    """Prices, a dictionary, from features of links [links, 24], their shares of the load [links]
    and features of the network [8]."""
    encoding = relu(layers["link_encoder"](links))
    seen = np.concatenate([encoding.mean(axis=0), load @ encoding, network])
    mean = layers["actor_out"](np.tanh(layers["actor_hidden"](seen)))
    return dict(zip(PRICES, mean))


class PricedSplit:
    """The split of one graph under prices: pairs settle one after another, round after round."""

    def __init__(self, graph):
        self.graph = graph
        self.rounds = int(np.clip(int(VISITS / max(len(graph.links), 1)), 4, 16))
        self.fastest = np.zeros(graph.num_pairs, int)
        for pair in range(graph.num_pairs):
            first, last = graph.path_begin[pair : pair + 2]
            width = graph.bottleneck[first:last]
            delay = np.where(width < BACK_ROAD * width.max(), np.inf, graph.delay[first:last])
            self.fastest[pair] = first + int(np.argmin(delay))
        self.fastest_ratios = np.zeros(graph.num_paths)
        self.fastest_ratios[self.fastest] = 1
        # A pair's links, and [paths, links] of which path crosses which.
        self.links, self.crosses = [], []
        for pair in range(graph.num_pairs):
            first, last = graph.path_begin[pair : pair + 2]
            entries = slice(graph.link_begin[first], graph.link_begin[last])
            links, index = np.unique(graph.links[entries], return_inverse=True)
            crosses = np.zeros((last - first, len(links)))
            crosses[graph.path_of_entry[entries] - first, index] = 1
            self.links.append(links)
            self.crosses.append(crosses)

    def utilization(self, ratios, demands):
        graph = self.graph
        return graph.on_links(ratios * demands[graph.pair_of_path]) / graph.capacity

    def mean_delay(self, ratios, demands):
        flow = ratios * demands[self.graph.pair_of_path]
        return flow @ self.graph.delay / flow.sum() if flow.sum() > 0 else 0.0

    def features(self, graph_state, base, demands, history, measured):
        """What the head sees: see ask_head. `graph_state` [links, 16] are the network's link
        states; `measured` as rhumb_agent.Agent has it, or None."""
        graph = self.graph
        fast, slow = (self.utilization(ratios, demands) for ratios in (self.fastest_ratios, base))
        links = np.zeros((graph.num_links, 24))
        for column, load in ((0, fast), (2, slow)):
            links[:, column] = squeeze(load)
            links[:, column + 1] = squeeze(np.maximum(load - ROOM, 0))
        links[:, 4] = graph.log_capacity
        if measured is not None:
            links[:, 5] = squeeze(measured["utilization"])
            links[:, 6] = squeeze(20 * measured["loss_ratio"])
            links[:, 7] = squeeze(measured["queueing_delay_s"] / 0.01)
        links[:, 8:] = graph_state
        fastest, delay = self.mean_delay(self.fastest_ratios, demands), self.mean_delay(
            base, demands
        )
        network = [
            bounded_log(fast.max()),
            bounded_log(slow.max()),
            bounded_log(delay / fastest) if fastest > 0 else 0.0,
            bounded_log(fastest * graph.mean_link_delay_s / 0.01),
            squeeze(4 * mean_change(history)),
            np.log(graph.num_pairs) / 10,
            0.0 if measured is None else 1.0,
            0.0 if measured is None else squeeze(20 * measured["network_loss_ratio"]),
        ]
        return links, slow / slow.sum() if slow.sum() > 0 else 0 * slow, np.array(network)

    def link_price(self, links, utilization):
        """Service times of the delay that more traffic causes (M/M/1), a line where it is steep."""
        load = self.load_factor * utilization
        u = np.minimum(load, self.steep)
        return self.service[links] * (1 / (1 - u) ** 2 - 1 + (load - u) * 2 / (1 - u) ** 3)

    def run(self, base, demands, prices):
        """[paths] from a base plan's ratios [paths] and demands [pairs]."""
        graph, pair = self.graph, self.graph.pair_of_path
        total = demands.sum()
        usual = demands @ graph.bottleneck[self.fastest] / total if total > 0 else 1.0
        self.service = np.minimum(usual / graph.capacity, LONGEST_SERVICE)
        mean_delay = self.mean_delay(self.fastest_ratios, demands) or 1.0
        base_logits = np.log(np.maximum(base, 1e-30))
        base_logits = np.maximum(base_logits - graph.of_pair(base_logits, np.maximum)[pair], FLOOR)
        longer = np.maximum((graph.delay - graph.delay[self.fastest][pair]) / mean_delay, 0)
        small = 1 / (1 + demands / (SMALL_SHARE * graph.bottleneck[self.fastest]))
        self.load_factor = np.exp(prices["margin"] / 2)
        fixed_cost = DISTANCE_SCALE * prices["distance"] * longer
        fixed_cost -= np.exp(-prices["distrust"]) * base_logits
        congestion_price = CONGESTION_SCALE * prices["congestion"]
        every = np.arange(graph.num_links)
        ratios = base.copy()
        for step in range(self.rounds):
            risen = min(1.0, step / (RISING_ROUNDS * self.rounds))
            self.steep = FIRST_STEEP + (STEEP - FIRST_STEEP) * risen
            utilization = self.utilization(ratios, demands)
            congestion = self.link_price(every, utilization)
            longest_step, still = min(1.0, WHOLE_STEPS / (step + 1)), True
            for d in range(graph.num_pairs):
                first, last = graph.path_begin[d : d + 2]
                links, crosses = self.links[d], self.crosses[d]
                fastest = self.fastest[d] - first
                fullest = self.load_factor * utilization[links[crosses[fastest] > 0]].max()
                room = 1 / (1 + np.exp((fullest - ROOM) / ROOM_WIDTH))
                leave = np.full(last - first, DETOUR_SCALE * prices["detour"] * room)
                leave += SMALLNESS_SCALE * prices["smallness"] * small[d]
                leave[fastest] = 0
                cost = fixed_cost[first:last] + leave
                cost = cost + congestion_price * (crosses @ congestion[links])
                still &= self._settle(
                    ratios[first:last],
                    cost,
                    demands[d],
                    (links, crosses, utilization, congestion),
                    max(congestion_price, 0.0),
                    longest_step,
                )
            if still and risen == 1:
                break
        return ratios

    def _settle(self, ratios, cost, demand, network, congestion_price, longest_step):
        """Moves a pair's `ratios`, and the network with them, towards the softmax of minus its
        paths' cost. True when there was nothing to move."""
        links, crosses, utilization, congestion = network
        weight = np.exp(cost.min() - cost)
        log_sum = np.log(weight.sum()) - cost.min()
        shift = weight / weight.sum() - ratios
        if np.abs(shift).sum() < STILL:
            return True
        pressure = -(shift @ (np.log(np.maximum(ratios, NO_SHARE)) + cost + log_sum))
        shift_on_links = np.where(np.abs(shift) < NO_SHARE, 0, shift) @ crosses
        moved = shift_on_links * demand / self.graph.capacity[links]
        after = self.link_price(links, utilization[links] + moved)
        resistance = congestion_price * (shift_on_links @ (after - congestion[links]))
        step = min(longest_step, pressure / max(pressure + resistance, NO_SHARE))
        ratios += step * shift
        utilization[links] += step * moved
        congestion[links] = self.link_price(links, utilization[links])
        return False
