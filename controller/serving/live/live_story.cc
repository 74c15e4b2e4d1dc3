#include "controller/serving/live/live_story.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/steering/guard/guard_report.h"
#include "controller/steering/plan/enum_names.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

using Json = nlohmann::ordered_json;

// One line; bytes that are no text are replaced.
std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

int64_t Milliseconds(absl::Time time) { return absl::ToUnixMillis(time); }

Json RatioOf(bool known, double value) { return known ? Json(value) : Json(nullptr); }

// Two bytes a link, the lower first: thousandths of its capacity, at most 32,767. 65,535: not
// known.
std::string Packed(const Topology& topology, const std::vector<double>& load_bps) {
  std::string bytes;
  bytes.reserve(2 * load_bps.size());
  for (size_t l = 0; l < load_bps.size(); ++l) {
    const double share = load_bps[l] / topology.link(static_cast<LinkId>(l)).capacity_bps;
    const int mille =
        share >= 0 ? static_cast<int>(std::min(32'767.0, std::round(share * 1000))) : 65'535;
    bytes.push_back(static_cast<char>(mille & 0xff));
    bytes.push_back(static_cast<char>(mille >> 8));
  }
  return absl::Base64Escape(bytes);
}

const char* FreshnessName(rhumb::v1::TelemetryFreshness freshness) {
  switch (freshness) {
    case rhumb::v1::TELEMETRY_FRESHNESS_FRESH:
      return "fresh";
    case rhumb::v1::TELEMETRY_FRESHNESS_STALE:
      return "stale";
    case rhumb::v1::TELEMETRY_FRESHNESS_LOST:
      return "lost";
    default:
      return "none";
  }
}

Json GuardJson(const rhumb::v1::GuardReport& report) {
  return {
      {"outcome", NameOf(report.outcome())},
      {"rule", NameOf(report.rule())},
      {"explanation", report.explanation()},
      {"proposal_mlu", RatioOf(report.has_proposal_mlu(), report.proposal_mlu())},
      {"predicted_mlu", RatioOf(report.has_predicted_mlu(), report.predicted_mlu())},
      {"shortest_path_mlu", RatioOf(report.has_shortest_path_mlu(), report.shortest_path_mlu())},
      {"ecmp_mlu", RatioOf(report.has_ecmp_mlu(), report.ecmp_mlu())},
      {"moved_share", report.moved_share()}};
}

Json SharesJson(const PathSet& paths, PathSet::Range range, absl::Span<const double> ratios) {
  Json shares = Json::array();
  for (int p = range.begin; p < range.end; ++p) {
    if (ratios[p] <= 0) continue;
    const auto links = paths.links(p);
    shares.push_back({ratios[p], std::vector<LinkId>(links.begin(), links.end())});
  }
  return shares;
}

// Demands with most traffic off the path that shortest path would take.
Json MovesJson(const Topology& topology, const RoutingPlan& plan, const RoutingPlan& shortest,
               const TrafficMatrix& demands, int most) {
  struct Move {
    int pair, shortest_pair;
    double off_bps, rate_bps;
  };
  std::vector<Move> moves;
  const PathSet& paths = plan.paths();
  const PathSet& straight = shortest.paths();
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const NodePair pair = paths.pair(i);
    const double rate = demands.rate_bps(pair.source, pair.destination);
    const auto at = straight.Find(pair.source, pair.destination);
    if (rate <= 0 || !at || straight.paths_of(*at).size() == 0) continue;
    const auto direct = straight.links(straight.paths_of(*at).begin);
    double off = 0;
    const PathSet::Range range = paths.paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      const auto links = paths.links(p);
      if (!std::equal(links.begin(), links.end(), direct.begin(), direct.end())) {
        off += plan.ratios()[p];
      }
    }
    if (off > 0) moves.push_back({i, *at, off * rate, rate});
  }
  const size_t kept = std::min<size_t>(most, moves.size());
  std::partial_sort(
      moves.begin(), moves.begin() + kept, moves.end(), [](const Move& a, const Move& b) {
        return std::make_pair(-a.off_bps, a.pair) < std::make_pair(-b.off_bps, b.pair);
      });
  Json rows = Json::array();
  for (size_t i = 0; i < kept; ++i) {
    const NodePair pair = paths.pair(moves[i].pair);
    const auto direct = straight.links(straight.paths_of(moves[i].shortest_pair).begin);
    rows.push_back({{"source", topology.node(pair.source).name},
                    {"destination", topology.node(pair.destination).name},
                    {"rate_bps", moves[i].rate_bps},
                    {"off_share", moves[i].off_bps / moves[i].rate_bps},
                    {"paths", SharesJson(paths, paths.paths_of(moves[i].pair), plan.ratios())},
                    {"shortest", std::vector<LinkId>(direct.begin(), direct.end())}});
  }
  return rows;
}

Json EarlierJson(const std::vector<EarlierPlan>& plans) {
  Json rows = Json::array();
  for (const EarlierPlan& plan : plans) {
    rows.push_back({{"version", plan.version},
                    {"reason", NameOf(plan.reason)},
                    {"decided_ms", Milliseconds(plan.decided_at)}});
  }
  return rows;
}

Json AdaptersJson(const rhumb::v1::ControllerStatus& status, int most) {
  // Whoever is furthest behind comes first.
  std::vector<const rhumb::v1::AdapterStatus*> rows;
  for (const auto& adapter : status.adapters()) rows.push_back(&adapter);
  const size_t kept = std::min<size_t>(most, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + kept, rows.end(), [](auto* a, auto* b) {
    return std::make_pair(a->plan_version_in_force(), a->adapter()) <
           std::make_pair(b->plan_version_in_force(), b->adapter());
  });
  rows.resize(kept);
  Json out = Json::array();
  for (const auto* row : rows) {
    out.push_back({{"name", row->adapter()},
                   {"primary", row->primary()},
                   {"sent", row->plan_version_sent()},
                   {"acknowledged", row->plan_version_acknowledged()},
                   {"in_force", row->plan_version_in_force()},
                   {"nacks", row->nacks()},
                   {"last_error", row->last_error()},
                   {"connected_ms", Milliseconds(FromProto(row->connected_at()))}});
  }
  return {{"count", status.adapters_size()}, {"rows", std::move(out)}};
}

Json StatusJson(const rhumb::v1::ControllerStatus& status) {
  Json pins = Json::array();
  for (const auto& pin : status.pins()) {
    pins.push_back({{"source", pin.source()},
                    {"destination", pin.destination()},
                    {"suspended", pin.suspended()}});
  }
  Json counts = Json::object();
  std::map<std::string, uint64_t> sorted(status.guard_counts().begin(),
                                         status.guard_counts().end());
  for (const auto& [rule, count] : sorted) counts[rule] = count;
  Json json = {{"started_ms", Milliseconds(FromProto(status.started_at()))},
               {"ready", status.ready()},
               {"telemetry", FreshnessName(status.telemetry())},
               {"policy", status.policy()},
               {"total_demand_bps", status.total_demand_bps()},
               {"measured_share", status.measured_share()},
               {"store",
                {{"healthy", status.store().healthy()},
                 {"kind", status.store().kind()},
                 {"problem", status.store().problem()}}},
               {"pins", std::move(pins)},
               {"guard_counts", std::move(counts)},
               {"rollback_held", status.rollback_held()},
               {"version", status.version()}};
  if (status.has_rollback_confirm_before()) {
    json["rollback_confirm_before_ms"] = Milliseconds(FromProto(status.rollback_confirm_before()));
  }
  if (status.has_plan_size()) {
    json["plan_size"] = {{"paths_per_demand", status.plan_size().paths_per_demand()},
                         {"least_share", status.plan_size().least_share()},
                         {"most_entries", status.plan_size().most_entries()}};
  }
  return json;
}

Json PingJson(absl::Time wall, SteadyTime now, std::optional<SteadyTime> telemetry_at) {
  Json ping = {{"t", Milliseconds(wall)}};
  if (telemetry_at) ping["telemetry_age_s"] = absl::ToDoubleSeconds(now - *telemetry_at);
  return ping;
}

// In all that the event "topology" says.
bool LooksTheSame(const Topology& a, const Topology& b) {
  if (a.name() != b.name() || !a.SameStructure(b)) return false;
  if (a.links().data() == b.links().data()) return true;
  for (LinkId l = 0; l < a.num_links(); ++l) {
    if (a.link(l).capacity_bps != b.link(l).capacity_bps) return false;
    if (a.link(l).propagation_delay != b.link(l).propagation_delay) return false;
  }
  return true;
}

}  // namespace

std::vector<LiveEvent> LiveStory::Tell(LiveLook look) {
  Events events;
  if (look.status) TellStatus(look, &events);
  const bool mapped = TellTopology(look, &events);
  if (mapped) TellLinks(look, &events);
  TellPlan(look, mapped, &events);
  TellVerdicts(look, &events);
  if (mapped) TellLoads(look, &events);
  looked_at_ = look.now;
  if (look.view.traffic) telemetry_at_ = look.view.traffic->received_at;
  if (look.now >= ping_at_) {
    ping_at_ = look.now + kPing;
    events.push_back({"ping", Line(PingJson(look.wall, look.now, telemetry_at_)), true});
  }
  if (mapped) topology_ = look.view.topology;
  return events;
}

LiveEvent LiveStory::TellBusy(absl::Time wall, SteadyTime now) const {
  Json ping = PingJson(wall, now, telemetry_at_);
  if (looked_at_) ping["busy_s"] = absl::ToDoubleSeconds(now - *looked_at_);
  return {"ping", Line(ping), true};
}

bool LiveStory::TellTopology(const LiveLook& look, Events* events) {
  if (!look.view.topology) return false;
  const Topology& topology = *look.view.topology;
  if (topology_ && LooksTheSame(*topology_, topology)) return true;
  const std::shared_ptr<const MapLayout> layout = calculations_.Layout(topology);
  if (layout == nullptr) return false;
  Json nodes = Json::array(), links = Json::array();
  for (NodeId n = 0; n < topology.num_nodes(); ++n) {
    const MapPoint at = layout->positions[n];
    nodes.push_back({topology.node(n).name, topology.node(n).description,
                     std::round(at.x * 10) / 10, std::round(at.y * 10) / 10});
  }
  for (const Link& link : topology.links()) {
    links.push_back({link.source, link.destination, link.capacity_bps,
                     absl::ToDoubleSeconds(link.propagation_delay), link.name});
  }
  State("topology",
        Line({{"name", topology.name()},
              {"width", layout->width},
              {"height", layout->height},
              {"coast", layout->land},
              {"breaks", layout->breaks},
              {"nodes", std::move(nodes)},
              {"links", std::move(links)}}),
        events);
  if (topology_) told_.erase("loads");  // of other links
  links_version_ = 0;
  Note(look, "topology",
       absl::StrFormat("%s: %d nodes, %d links", topology.name(), topology.num_nodes(),
                       topology.num_links()),
       events);
  return true;
}

void LiveStory::TellLinks(const LiveLook& look, Events* events) {
  if (look.view.topology->version() == links_version_) return;
  const Topology& topology = *look.view.topology;
  std::vector<LinkId> failed, drained;
  const bool same = links_version_ != 0 && topology_ && topology_->SameStructure(topology);
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    const Link& link = topology.link(l);
    const bool down = link.operational_state == OperationalState::kDown;
    const bool out = link.administrative_state == AdministrativeState::kDrained;
    if (down) failed.push_back(l);
    if (out) drained.push_back(l);
    if (!same) continue;
    const Link& before = topology_->link(l);
    if (down != (before.operational_state == OperationalState::kDown)) {
      Note(look, down ? "link-down" : "link-up", link.name, events);
    }
    if (out != (before.administrative_state == AdministrativeState::kDrained)) {
      Note(look, out ? "drained" : "undrained", link.name, events);
    }
  }
  State("links",
        Line({{"topology_version", topology.version()}, {"failed", failed}, {"drained", drained}}),
        events);
  links_version_ = topology.version();
}

void LiveStory::TellLoads(const LiveLook& look, Events* events) {
  const auto& traffic = look.view.traffic;
  const auto& plan = look.view.plan;
  if (!traffic || !plan) return;
  const Topology& topology = *look.view.topology;
  const bool news = traffic->version != loads_traffic_ || plan->version() != loads_plan_ ||
                    topology.version() != loads_topology_;
  const size_t links = topology.num_links();
  if (!news || look.now < loads_at_ || !plan->topology.SameStructure(topology) ||
      traffic->demands->num_nodes() != topology.num_nodes()) {
    return;
  }
  const auto shortest_path = calculations_.ShortestPath(topology, look.view.pins);
  if (shortest_path == nullptr) return;
  const auto planned = ComputeLinkLoads(topology, plan->plan, *traffic->demands).load_bps;
  const auto shortest = ComputeLinkLoads(topology, *shortest_path, *traffic->demands).load_bps;
  std::vector<double> measured;
  if (traffic->measurements && traffic->measurements->links.size() == links) {
    for (LinkId l = 0; l < topology.num_links(); ++l) {
      measured.push_back(traffic->measurements->links[l].utilization *
                         topology.link(l).capacity_bps);
    }
  }
  const double mlu = MaxLinkUtilization(topology, measured.empty() ? planned : measured);
  const double planned_mlu = MaxLinkUtilization(topology, planned);
  const double shortest_mlu = MaxLinkUtilization(topology, shortest);
  State("loads",
        Line({{"t", Milliseconds(look.wall)},
              {"traffic_version", traffic->version},
              {"plan_version", plan->version()},
              {"computed", measured.empty()},
              {"measured", Packed(topology, measured.empty() ? planned : measured)},
              {"planned", Packed(topology, planned)},
              {"shortest", Packed(topology, shortest)},
              {"mlu", mlu},
              {"planned_mlu", planned_mlu},
              {"shortest_mlu", shortest_mlu}}),
        events);
  if (traffic->version != loads_traffic_) {
    events->push_back({"point", Line({{"t", Milliseconds(look.wall)},
                                      {"mlu", mlu},
                                      {"planned_mlu", planned_mlu},
                                      {"shortest_mlu", shortest_mlu}})});
  }
  loads_at_ = look.now + kLoads;
  loads_traffic_ = traffic->version;
  loads_plan_ = plan->version();
  loads_topology_ = topology.version();
}

void LiveStory::TellPlan(const LiveLook& look, bool mapped, Events* events) {
  const auto& plan = look.view.plan;
  if (!plan) return;
  const auto header = WithLatestReport(plan->header, look.view.guard);
  const auto& traffic = look.view.traffic;
  const bool moved = mapped && traffic && plan->topology.SameStructure(*look.view.topology) &&
                     traffic->demands->num_nodes() == plan->topology.num_nodes();
  std::shared_ptr<const RoutingPlan> shortest_path;
  if (moved) shortest_path = calculations_.ShortestPath(*look.view.topology, look.view.pins);
  // What the demands' paths are only changes with these.
  std::string key = absl::StrCat(plan->version(), " ", traffic ? traffic->version : 0, " ",
                                 header.guard().SerializeAsString(), " ", look.policy_s, " ",
                                 shortest_path != nullptr);
  if (key == plan_told_) return;
  plan_told_ = std::move(key);
  Json moves = traffic ? Json(nullptr) : Json::array();  // null: not known yet
  if (shortest_path != nullptr) {
    moves = MovesJson(*look.view.topology, plan->plan, *shortest_path, *traffic->demands, kMoves);
  }
  State("plan",
        Line({{"version", plan->version()},
              {"topology_version", header.topology_version()},
              {"traffic_version", header.traffic_version()},
              {"epoch", absl::StrCat(header.epoch())},
              {"model", header.model()},
              {"reason", NameOf(header.reason())},
              {"decided_ms", Milliseconds(FromProto(header.decided_at()))},
              {"guard", GuardJson(header.guard())},
              {"note", look.view.policy_note},
              {"reroute_s", RatioOf(look.reroute_s >= 0, look.reroute_s)},
              {"policy_s", RatioOf(look.policy_s >= 0, look.policy_s)},
              {"guard_s", RatioOf(look.guard_s >= 0, look.guard_s)},
              {"moves", std::move(moves)},
              {"earlier", EarlierJson(look.view.earlier_plans)}}),
        events);
  // Several may have been published since the look before. What came before the first look is no
  // news.
  if (looked_at_) {
    for (const EarlierPlan& earlier : look.view.earlier_plans) NotePlan(look, earlier, events);
  }
  NotePlan(look, {plan->version(), header.reason(), header.model(), {}}, events);
}

void LiveStory::NotePlan(const LiveLook& look, const EarlierPlan& plan, Events* events) {
  if (plan.version <= plan_version_) return;
  plan_version_ = plan.version;
  Note(look, "plan",
       absl::StrFormat("version %d, %s, %s", plan.version, NameOf(plan.reason), plan.model),
       events);
}

void LiveStory::TellVerdicts(const LiveLook& look, Events* events) {
  const auto& latest = look.view.guard;
  for (size_t i = 0; i < look.verdicts.size(); ++i) {
    const auto& verdict = look.verdicts[i];
    // Its words are known of the last one alone.
    const bool told = i + 1 == look.verdicts.size() && latest.outcome() == verdict.outcome &&
                      latest.rule() == verdict.rule;
    events->push_back({"verdict", Line({{"t", Milliseconds(look.wall)},
                                        {"outcome", NameOf(verdict.outcome)},
                                        {"rule", NameOf(verdict.rule)},
                                        {"explanation", told ? latest.explanation() : ""}})});
  }
}

void LiveStory::TellStatus(const LiveLook& look, Events* events) {
  const rhumb::v1::ControllerStatus& now = *look.status;
  State("status", Line(StatusJson(now)), events);
  State("adapters", Line(AdaptersJson(now, kAdapters)), events);
  if (status_) {
    if (status_->telemetry() != now.telemetry()) {
      Note(look, "telemetry", FreshnessName(now.telemetry()), events);
    }
    if (status_->policy() != now.policy()) Note(look, "policy", now.policy(), events);
    if (status_->store().healthy() != now.store().healthy()) {
      Note(look, "store", now.store().healthy() ? "works again" : now.store().problem(), events);
    }
    if (status_->pins_size() != now.pins_size()) {
      Note(look, "pins", absl::StrFormat("%d demands are pinned", now.pins_size()), events);
    }
    std::map<std::string, uint64_t> before, after;
    for (const auto& adapter : status_->adapters()) before[adapter.adapter()] = adapter.nacks();
    for (const auto& adapter : now.adapters()) after[adapter.adapter()] = adapter.nacks();
    for (const auto& [name, nacks] : after) {
      const auto known = before.find(name);
      if (known == before.end()) Note(look, "adapter", name + " connected", events);
      if (known != before.end() && nacks > known->second) {
        Note(look, "nack", name + " refused a plan", events);
      }
    }
    for (const auto& [name, nacks] : before) {
      if (after.count(name) == 0) Note(look, "adapter", name + " is gone", events);
    }
  }
  status_ = now;
}

void LiveStory::Note(const LiveLook& look, const char* what, const std::string& text,
                     Events* events) {
  events->push_back(
      {"note", Line({{"t", Milliseconds(look.wall)}, {"what", what}, {"text", text}})});
}

void LiveStory::State(const char* kind, std::string data, Events* events) {
  std::string& told = told_[kind];
  if (told == data) return;
  told = data;
  events->push_back({kind, std::move(data), true});
}

}  // namespace rhumb
