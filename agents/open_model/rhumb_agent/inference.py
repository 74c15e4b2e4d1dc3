"""The graph network, and the search for the best of its iterates (agents/neural/inference.cc)."""
import numpy as np

SCENARIOS, HISTORY = 4, 8
LOGIT_STEP, LOGIT_LIMIT, REFINED_LOGIT_LIMIT = 2.0, 12.0, 20.0
# The score's soft maximum, and how near to the proven best a decision goes on.
SHARPNESS_TIMES_CHANGE, BLUNTEST, SHARPEST = 8.0, 60.0, 400.0
# Refinement's steps and the sharpness that gives their direction.
FIRST_SHARPNESS, SHARPNESS_TIMES_GAP, SHARPEN = 0.25, 8.0, 2.0
LONG_STEP, SHORT_STEP, LONGER, SHORTER, LAST_STEP = 0.3, 0.06, 1.6, 0.35, 0.004
STALLED_STEPS, STALLED_STEPS_GAIN = 5, 1e-4
PROVEN_GAP, GAP_TIMES_CHANGE, REFINED_GAP = 1e-3, 0.25, 1e-2
FIRST_PROOF, STALLED, STALLED_GAIN = 5, 3, 5e-4
PROOF_SHARPNESS = (8.0, 25.0, 80.0, 250.0)
_TINY = 1e-30


def softsign(x):
    return x / (1 + np.abs(x))


def relu(x):
    return np.maximum(x, 0)


def mean_change(history):
    """Traffic that changes from one past matrix to the next, over all traffic."""
    total = history[:, 1:].sum()
    return np.abs(np.diff(history, axis=1)).sum() / total if total > 0 else 0.0


def effort(graph):
    """(iterations, refinements) that a decision may take at most (agents/neural/effort.cc)."""
    visits = len(graph.links)
    iteration = visits + 8 * graph.num_paths + 40 * graph.num_links
    return (
        int(np.clip(int(2.4e7 / max(iteration, 1)), 3, 24)),
        int(np.clip(int(5e5 / max(visits, 1)), 2, 40)),
    )


class Inference:
    """Split ratios of one graph. `network` are a Checkpoint's layers; `over_capacity` is what those
    of kind "plan" were trained with. `iterations` and `refinements`: None for what pays."""

    def __init__(self, network, graph, over_capacity, iterations=None, refinements=None):
        self.network, self.graph, self.over_capacity = network, graph, over_capacity
        self.keep_best = not over_capacity
        self.fixed_iterations, self.fixed_refinements = iterations, refinements
        most_iterations, most_refinements = effort(graph)
        self.iterations = most_iterations if iterations is None else iterations
        self.refinements = most_refinements if refinements is None else refinements
        logits = network["scenario_weights"].weights[0]
        self.weights = np.exp(logits - logits.max())
        self.weights /= self.weights.sum()

    def run(self, history, feedback=None):
        """[paths]; `history` [pairs, HISTORY] in units of the mean capacity, the latest first.
        `feedback` is (layers of a Checkpoint, features of links, features of paths), or None."""
        graph = self.graph
        self.make_demands(history)
        self.change = mean_change(history)
        self.sharpness = np.clip(
            SHARPNESS_TIMES_CHANGE / max(self.change, 1e-9), BLUNTEST, SHARPEST
        )
        self.least = self.mean_log(self.forced_mlu())
        self.path_state = np.zeros((graph.num_paths, 8))
        self.link_state = np.zeros((graph.num_links, 16))
        self.first_shift = self.last_shift = 0
        if feedback is not None:
            layers, links, paths = feedback
            self.link_state = softsign(layers["link_start"](links))
            self.path_state = softsign(layers["path_start"](paths))
            self.first_shift = layers["first_shift"](paths)[:, 0]
            self.last_shift = layers["last_shift"](paths)[:, 0]
        self.best_score = np.inf
        self.iterate()
        if self.keep_best and self.refinements > 0:
            if self.fixed_refinements is not None or not self.proven_within(REFINED_GAP):
                self.refine()
        return self.ratios

    def make_demands(self, history):
        """`demands` [pairs, SCENARIOS] for the next interval, and their mean [pairs]."""
        level = history.mean(axis=1)
        divisor = np.where(level > 0, level, 1)[:, None]
        around = np.where(level[:, None] > 0, history / divisor - 1, 0)
        hidden = self.network["scenario_hidden"]
        bent = relu(hidden(around)) - relu(hidden.bias)
        factor = self.network["scenario_mix"](around) + self.network["scenario_out"](bent)
        factor[(history == history[:, :1]).all(axis=1)] = 0
        self.demands = level[:, None] * np.maximum(1 + factor, 0)
        self.mean_demand = self.demands @ self.weights

    def mean_log(self, mlu):
        return -np.inf if np.any(mlu <= 0) else float(self.weights @ np.log(mlu))

    def forced_mlu(self):
        """What links carry that all of a pair's paths cross (agents/neural/forced_load.cc)."""
        graph, load = self.graph, np.zeros((self.graph.num_links, SCENARIOS))
        for pair in range(graph.num_pairs):
            first, last = graph.path_begin[pair : pair + 2]
            entries = graph.links[graph.link_begin[first] : graph.link_begin[last]]
            links, count = np.unique(entries, return_counts=True)
            load[links[count == last - first]] += self.demands[pair]
        return (load / graph.capacity[:, None]).max(axis=0)

    def put_on_links(self, logits):
        """Split ratios and the utilizations that they lead to."""
        graph = self.graph
        exponent = np.exp(logits - graph.of_pair(logits, np.maximum)[graph.pair_of_path])
        self.now = exponent / graph.of_pair(exponent)[graph.pair_of_path]
        self.flow = self.now * self.mean_demand[graph.pair_of_path]
        loads = graph.on_links(self.now[:, None] * self.demands[graph.pair_of_path])
        self.utilization = loads / graph.capacity[:, None]
        self.peak = self.utilization.max(axis=0).astype(np.float32).astype(np.float64)

    def soften(self, sharpness):
        """Terms [links, SCENARIOS] of the soft maximum and their sum."""
        below = sharpness * (self.utilization / np.maximum(self.peak, _TINY) - 1)
        terms = np.exp(np.maximum(below, -80))
        return terms, terms.sum(axis=0)

    def consider(self, logits, take):
        _, soft = self.soften(self.sharpness)
        # Rounded as in C++: where a bridge decides the MLU, iterates are equally good to the last
        # digit, and the first of them is to stay the best.
        soft = soft.astype(np.float32).astype(np.float64)
        score = self.weights @ (
            np.log(np.maximum(self.peak, _TINY)) + np.log(soft) / self.sharpness
        )
        if not take and score >= self.best_score:
            return
        self.best_score, self.best_log_mlu = score, self.mean_log(self.peak)
        self.ratios, self.best_logits = self.now, logits

    def proven_within(self, gap):
        if not self.keep_best or self.fixed_iterations is not None:
            return False
        return self.best_log_mlu - self.least <= max(gap, GAP_TIMES_CHANGE * self.change)

    def prove(self):
        """Raises the lower bound of the MLU by prices of links (agents/neural/dual_bound.cc)."""
        graph, best = self.graph, np.zeros(SCENARIOS)
        for sharpness in PROOF_SHARPNESS:
            price = np.exp(sharpness * (self.utilization / np.maximum(self.peak, _TINY) - 1))
            price[:, self.peak <= 0] = 0
            total = np.maximum(price.sum(axis=0), _TINY)
            price = price / (total * graph.capacity[:, None])
            least = graph.of_pair(graph.along(price), np.minimum)
            best = np.maximum(best, (self.demands * least).sum(axis=0))
        self.least = max(self.least, self.mean_log(best))

    def iterate(self):
        graph = self.graph
        extra = graph.detour if self.over_capacity else graph.extra_hops
        start = np.stack([extra, graph.start_capacity, graph.extra_delay], axis=1)
        logits = self.network["start"](start)[:, 0] + self.first_shift
        stalled_score, stalled_since, self.stalled = np.inf, 0, False
        for k in range(self.iterations + 1):
            if k == self.iterations:
                logits = logits + self.last_shift
            self.put_on_links(logits)
            self.consider(logits, k == 0 or not self.keep_best)
            if k == FIRST_PROOF:
                self.prove()
            if self.proven_within(PROVEN_GAP):
                return
            if self.best_score < stalled_score - STALLED_GAIN:
                stalled_score, stalled_since = self.best_score, k
            self.stalled = k - stalled_since >= STALLED
            if k == self.iterations:
                break
            if self.stalled and self.keep_best and self.fixed_iterations is None:
                break
            logits = self.update(logits, extra)
        if self.keep_best:
            self.prove()

    def update(self, logits, extra):
        """One round of messages; the next logits."""
        graph, network, pair = self.graph, self.network, self.graph.pair_of_path
        peak = np.ones(SCENARIOS) if self.over_capacity else np.maximum(self.peak, _TINY)
        scale = float(self.weights @ peak)
        relative = self.utilization / peak
        crossing = graph.on_links(self.flow[:, None] * self.path_state)
        crossing /= graph.capacity[:, None] * scale
        seen = np.concatenate(
            [relative, relative**4, graph.log_capacity[:, None], crossing, self.link_state],
            axis=1,
        )
        keep = 0.5 * (1 + softsign(network["link_gate"](seen)))
        change = softsign(network["link_update"](relu(network["link_hidden"](seen))))
        self.link_state = keep * self.link_state + (1 - keep) * change
        load = relative @ self.weights
        message = network["message"](np.concatenate([self.link_state, load[:, None]], axis=1))

        hops = graph.hops[:, None]
        fullest = graph.along(load, np.maximum)
        # The first of the path's links that are as full as the fullest.
        is_fullest = load[graph.links] == fullest[graph.path_of_entry]
        at = np.where(is_fullest, np.arange(len(graph.links)), len(graph.links))
        worst = graph.links[np.minimum.reduceat(at, graph.link_begin[:-1])]
        whole = self.mean_demand[pair] / (graph.bottleneck * scale)
        flow = self.now * whole
        scalars = [
            fullest,
            graph.along(load) / graph.hops,
            self.now,
            flow / (1 + flow),
            whole / (1 + whole),
            0.2 * logits,
            extra,
            fullest - graph.of_pair(self.now * fullest)[pair],
            fullest - graph.of_pair(fullest, np.minimum)[pair],
            graph.extra_delay,
        ]
        inputs = np.concatenate(
            [
                self.path_state,
                graph.along(message[:, :8]) / hops,
                softsign(graph.along(load[:, None] ** 4 * message[:, 8:12])),
                message[worst, 12:],
                np.stack(scalars, axis=1),
            ],
            axis=1,
        )
        out = softsign(network["path_out"](relu(network["path_hidden"](inputs))))
        self.path_state = out[:, :8]
        return np.clip(logits + LOGIT_STEP * out[:, 8], -LOGIT_LIMIT, LOGIT_LIMIT)

    def refine(self):
        """Steps along the score's gradient, from the best iterate: longer after one that gains,
        from the best again and shorter after one that does not."""
        graph, pair, logits = self.graph, self.graph.pair_of_path, self.best_logits
        widest = graph.widest[pair]
        step = SHORT_STEP if self.stalled else LONG_STEP
        # Whole numbers: the last digit of a logarithm decides nothing.
        gap = max(self.best_log_mlu - self.least, 1e-3)
        sharpness = np.floor(min(FIRST_SHARPNESS * self.sharpness, SHARPNESS_TIMES_GAP / gap) + 0.5)
        stalled_score, stalled_since = self.best_score, 0
        for k in range(self.refinements + 1):
            self.put_on_links(logits)
            before = self.best_score
            self.consider(logits, False)
            if k == 0 or self.best_score < before:
                best = self.now, self.utilization, self.peak
                if k > 0:
                    step = min(step * LONGER, LONG_STEP)
            else:
                self.now, self.utilization, self.peak = best
                logits = self.best_logits
                step *= SHORTER
                sharpness = min(sharpness * SHARPEN, self.sharpness)
            if self.best_score < stalled_score - STALLED_STEPS_GAIN:
                stalled_score, stalled_since = self.best_score, k
            stalled = k - stalled_since >= STALLED_STEPS or step < LAST_STEP
            if stalled and self.fixed_refinements is None:
                return
            if k == self.refinements or self.proven_within(PROVEN_GAP):
                return
            terms, soft = self.soften(sharpness)
            price = graph.along(terms @ (self.weights / soft) / graph.capacity) * widest
            above = price - graph.of_pair(self.now * price)[pair]
            logits = np.clip(
                logits - step * above / (0.1 + np.abs(above)),
                -REFINED_LOGIT_LIMIT,
                REFINED_LOGIT_LIMIT,
            )
