// Whatever happens to a network, no plan is published that is worse than what routers would do by
// themselves on the traffic that is known last: random states, each plan checked against shortest
// path and ECMP computed here.
//
// RHUMB_STATES sets how many states (default 4,000), RHUMB_SEED which.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/single_path_plan.h"
#include "agents/registry/policy_registry.h"
#include "controller/steering/decision/controller_core.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

using Demands = std::map<std::pair<std::string, std::string>, double>;  // by names

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

// The core with a store that remembers, a policy that may be late, and a clock that is moved.
class Network {
 public:
  explicit Network(unsigned seed)
      : random_(seed), topology_(testing::RandomConnected(seed, 4 + Draw(4))) {
    stored_.epoch = 7;
    Start();
    Declare();
  }

  void Step() {
    switch (Draw(13)) {
      case 0:
      case 1:
        return Report(true);
      case 2:
        return Report(false);
      case 3:
        return Drain(true);
      case 4:
        return Drain(false);
      case 5:
        return Pin();
      case 6:
      case 7:
        return Measure();
      case 8:
        return Restart();
      case 9:
        return Grow();
      case 10:
        return SetPolicy();
      case 11:
        return Lie();
      default:
        return Wait();
    }
  }
  int published() const { return published_; }

 private:
  int Draw(int n) { return static_cast<int>(random_() % n); }
  const std::string& AnyLink() { return topology_.link(Draw(topology_.num_links())).name; }

  void Start() {
    CoreOptions options;
    options.policy = "widest";
    ControllerCore::Outputs outputs;
    outputs.publish = [this](LivePlanPtr plan) {
      if (!restoring_) return Check(*plan);
      // What is read back was published before; the last one is the answer to the restart.
      last_restored_ = std::move(plan);
    };
    outputs.start_decision = [this](DecisionInput input) { waiting_ = std::move(input); };
    outputs.election_changed = [] {};
    outputs.clocks.steady = [this] { return SteadyTime() + now_; };
    outputs.clocks.wall = [this] { return absl::UnixEpoch() + now_; };
    core_.emplace(options, outputs, &metrics_);
    restoring_ = true;
    last_restored_ = nullptr;
    core_->Restore(stored_);
    restoring_ = false;
    if (last_restored_ != nullptr) Check(*last_restored_);
    Keep();
  }
  void Keep() {
    const StoreChange change = core_->TakeChange();
    if (change.reported) stored_.reported = ToProto(*change.reported);
    if (change.settings) stored_.settings = *change.settings;
    if (change.floor) stored_.floor = *change.floor;
    if (change.demands) {
      stored_.demands = ToProto(*change.demands);
      kept_ = known_;
    }
    for (const LivePlanPtr& plan : change.plans) stored_.plans.push_back(ToProto(*plan));
    while (stored_.plans.size() > 4) stored_.plans.erase(stored_.plans.begin());
  }
  void Done() {
    Keep();
    // Now and then the policy takes its time, while other things happen.
    if (Draw(4) == 0) return;
    for (int i = 0; i < 5 && waiting_; ++i) {
      core_->FinishDecision(decider_.Decide(*std::exchange(waiting_, {})));
      Keep();
    }
  }

  void Declare() {
    rhumb::v1::SetTopologyRequest request;
    *request.mutable_topology() = ToProto(topology_);
    ASSERT_TRUE(core_->south().SetTopology(request, "test").ok());
    Done();
  }
  void Report(bool down) {
    rhumb::v1::UpdateTopologyRequest request;
    auto* update = request.add_links();
    update->set_link(AnyLink());
    update->set_operational_state(down ? rhumb::v1::OPERATIONAL_STATE_DOWN
                                       : rhumb::v1::OPERATIONAL_STATE_UP);
    ASSERT_TRUE(core_->south().UpdateTopology(request, "test").ok());
    Done();
  }
  void Drain(bool drain) {
    rhumb::v1::DrainLinkRequest request;
    request.set_link(AnyLink());
    rhumb::v1::UndrainLinkRequest undrain;
    undrain.set_link(request.link());
    ASSERT_TRUE((drain ? core_->north().DrainLink(request, "op")
                       : core_->north().UndrainLink(undrain, "op"))
                    .ok());
    Done();
  }
  // A demand between neighbours, on the link between them; or none any more.
  void Pin() {
    const Link& link = topology_.link(Draw(topology_.num_links()));
    rhumb::v1::PinDemandRequest request;
    request.set_source(topology_.node(link.source).name);
    request.set_destination(topology_.node(link.destination).name);
    if (Draw(2) == 0) {
      auto* path = request.add_paths();
      path->set_ratio(1);
      path->add_links(link.name);
    }
    ASSERT_TRUE(core_->north().PinDemand(request, "op").ok());
    Done();
  }
  void Measure() {
    now_ += absl::Seconds(10);
    rhumb::v1::TelemetryReport report;
    report.set_sequence(++sequence_);
    *report.mutable_interval_end() = ToTimestamp(absl::UnixEpoch() + now_);
    report.mutable_interval()->set_seconds(10);
    report.set_demands_complete(true);
    Demands demands;
    for (const Node& s : topology_.nodes()) {
      for (const Node& d : topology_.nodes()) {
        if (s.name == d.name || Draw(3) > 0) continue;
        auto* demand = report.add_demands();
        demand->set_source(s.name);
        demand->set_destination(d.name);
        demand->set_rate_bps(std::exp(Draw(120) / 10.0) * 1e4);
        demands[{s.name, d.name}] = demand->rate_bps();
      }
    }
    known_ = demands;
    const auto answer = core_->south().TakeTelemetry(report);
    ASSERT_FALSE(answer.has_error()) << answer.error().message();
    // A lie about the same time, or a later one, stands beside the truth.
    if (lies_ > 0) TakeBelieved();
    Done();
  }
  // Whatever is believed of what was told is the traffic that is known: no plan may be worse on
  // that.
  void TakeBelieved() {
    const LiveView view = core_->north().View();
    if (view.traffic == nullptr) return;
    known_.clear();
    const TrafficMatrix& demands = *view.traffic->demands;
    for (NodeId s = 0; s < demands.num_nodes(); ++s) {
      for (NodeId d = 0; d < demands.num_nodes(); ++d) {
        if (demands.rate_bps(s, d) <= 0) continue;
        known_[{view.topology->node(s).name, view.topology->node(d).name}] = demands.rate_bps(s, d);
      }
    }
  }
  // What no network measures: stamps from another year, rates beyond every link, counters that say
  // the opposite of the demands, a sequence that was, numbers that are none.
  void Lie() {
    rhumb::v1::TelemetryReport report;
    report.set_source("liar");
    report.set_sequence(++lies_);
    report.set_restarted(Draw(4) == 0);
    *report.mutable_interval_end() =
        ToTimestamp(absl::UnixEpoch() + now_ + absl::Hours(24 * (Draw(800) - 400)));
    report.mutable_interval()->set_seconds(10);
    report.set_demands_complete(true);
    for (const Node& d : topology_.nodes()) {
      const std::string& s = topology_.node(Draw(topology_.num_nodes())).name;
      if (s == d.name || Draw(3) > 0) continue;
      auto* demand = report.add_demands();
      demand->set_source(s);
      demand->set_destination(d.name);
      demand->set_rate_bps(std::exp(Draw(400) / 10.0));
    }
    auto* link = report.add_links();
    link->set_link(AnyLink());
    link->set_sent_bytes(random_());
    switch (Draw(6)) {
      case 0:
        report.set_sequence(1);
        break;
      case 1:
        report.add_demands()->set_source("nowhere");
        break;
      case 2:
        for (auto& demand : *report.mutable_demands()) demand.set_rate_bps(std::nan(""));
        break;
      default:
        break;
    }
    core_->south().TakeTelemetry(report);
    TakeBelieved();
    Done();
  }
  void Restart() {
    if (Draw(2) == 0) {
      core_->KeepAll();
      Keep();
    }
    known_ = kept_;
    waiting_.reset();
    sequence_ = lies_ = 0;
    Start();
    Done();
  }
  // The network as it is declared again, with a cable more, or with one less.
  void Grow() {
    std::vector<Link> links(topology_.links().begin(), topology_.links().end());
    for (Link& link : links) link.name.clear();
    if (Draw(2) == 0) {
      const int a = Draw(topology_.num_nodes()), b = Draw(topology_.num_nodes());
      if (a == b) return;
      testing::AddCable(&links, a, b, testing::kGigabit);
    } else {
      links.erase(links.begin() + Draw(links.size()));
    }
    auto next =
        Topology::Create("grown", {topology_.nodes().begin(), topology_.nodes().end()}, links);
    ASSERT_TRUE(next.ok()) << next.status();
    topology_ = *std::move(next);
    Declare();
  }
  void SetPolicy() {
    constexpr const char* kPolicies[] = {"widest", "shortest-path", "ecmp", "cspf"};
    rhumb::v1::SetPolicyRequest request;
    request.set_policy(kPolicies[Draw(4)]);
    ASSERT_TRUE(core_->north().SetPolicy(request, "op").ok());
    Done();
  }
  void Wait() {
    constexpr int kSeconds[] = {1, 6, 30, 90, 600};
    now_ += absl::Seconds(kSeconds[Draw(5)]);
    core_->Tick();
    Done();
  }

  double Mlu(const Topology& topology, const RoutingPlan& plan) const {
    TrafficMatrix demands(topology.num_nodes());
    for (const auto& [names, rate_bps] : known_) {
      const auto s = topology.FindNode(names.first), d = topology.FindNode(names.second);
      if (s && d) demands.set_rate_bps(*s, *d, rate_bps);
    }
    return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
  }
  void Check(const LivePlan& live) {
    ++published_;
    ASSERT_TRUE(live.plan.Validate(live.topology).ok()) << live.plan.Validate(live.topology);
    ASSERT_TRUE(CheckRoutesAll(live.topology, live.plan).ok());
    ASSERT_FALSE(UsesDeadLinks(live.topology, live.plan));
    // What was measured so long ago is not known any more: shortest path takes over.
    if (core_->north().GetStatus().telemetry() == rhumb::v1::TELEMETRY_FRESHNESS_LOST) return;
    const Pins pins = core_->north().View().pins;
    const auto reference = [&](const RoutingPlan& plan) {
      return Mlu(live.topology, ApplyPins(live.topology, plan, pins));
    };
    const double best = std::min(reference(ShortestPathPlan(live.topology, LinkMetric::kIgp)),
                                 reference(EcmpPlan(live.topology, LinkMetric::kIgp)));
    ASSERT_LE(Mlu(live.topology, live.plan), best * (1 + 2e-6))
        << rhumb::v1::PlanReason_Name(live.header.reason()) << " "
        << live.header.guard().explanation();
  }

  std::mt19937 random_;
  Topology topology_;  // as it is declared; names do not change with states
  absl::Duration now_ = absl::Hours(1);
  uint64_t sequence_ = 0, lies_ = 0;
  Demands known_, kept_;
  NoMetrics metrics_;
  Decider decider_{MakePolicy, {}, {}};
  StoredState stored_;
  bool restoring_ = false;
  LivePlanPtr last_restored_;
  std::optional<DecisionInput> waiting_;
  std::optional<ControllerCore> core_;
  int published_ = 0;
};

TEST(PublishedPlansTest, NoneIsWorseThanShortestPathAndEcmpOnTheTrafficKnownLast) {
  const int states = FromEnvironment("RHUMB_STATES", 4000);
  const int seed = FromEnvironment("RHUMB_SEED", 1);
  constexpr int kStepsEach = 40;
  int published = 0;
  for (int i = 0; i < states / kStepsEach; ++i) {
    Network network(seed * 100'000 + i);
    for (int step = 0; step < kStepsEach; ++step) {
      network.Step();
      if (HasFatalFailure()) FAIL() << "network " << i << ", step " << step;
    }
    published += network.published();
  }
  EXPECT_GT(published, states / 2);
}

}  // namespace
}  // namespace rhumb
