#include "controller/report/replay_document.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "controller/report/packing.h"
#include "controller/report/topology_document.h"

namespace rhumb {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "rhumb.report/1";
// Of the reasons of all policies, in base64.
constexpr size_t kMostWhyBytes = 1 << 20;
// A doubling of a distribution has so many; data/histogram.ts has the same number.
constexpr size_t kReportBuckets = 16;

enum : int { kFailed = 1, kDrained = 2 };

// Five significant digits; null for what is no number.
Json Rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  absl::SNPrintF(text, sizeof(text), "%.5g", value);
  return std::strtod(text, nullptr);
}

// Of one policy, the mean over the seeds that were not lost in each interval.
Json Series(const PolicyCells& policy, const std::function<double(const Cell&, size_t)>& of) {
  Json series = Json::array();
  for (size_t i = 0; i < policy.cells[0].size(); ++i) {
    double sum = 0;
    int count = 0;
    for (const std::vector<Cell>& seed : policy.cells) {
      if (seed[i].lost) continue;
      sum += of(seed[i], i);
      ++count;
    }
    series.push_back(Rounded(sum / count));
  }
  return series;
}

// Where something went wrong, by interval: no answer of the policy's own, episodes that died.
Json Notes(const PolicyCells& policy) {
  Json notes = Json::array();
  for (size_t i = 0; i < policy.cells[0].size(); ++i) {
    for (const std::vector<Cell>& seed : policy.cells) {
      const Cell& cell = seed[i];
      std::string note;
      if (cell.fell_back_because) {
        note = absl::StrCat(
            cell.demands_fell_back > 0 ? absl::StrCat(cell.demands_fell_back, " demands ") : "",
            "fell back: ", *cell.fell_back_because);
      }
      if (cell.retries > 0) note = cell.note;
      if (note.empty()) continue;
      notes.push_back({i, note});
      break;
    }
  }
  return notes;
}

std::string PackedWhy(const std::vector<std::vector<MovedDemand>>& moved) {
  Json all = Json::array();
  for (const std::vector<MovedDemand>& interval : moved) {
    Json demands = Json::array();
    for (const MovedDemand& d : interval) {
      demands.push_back({d.source, d.destination, Rounded(d.rate_bps), Json(d.shares), d.shortest,
                         d.left_per_mille});
    }
    all.push_back(std::move(demands));
  }
  return DeflatedBase64(all.dump());
}

// By policy; empty where there was no room. Agents first, in the order of the list otherwise.
std::vector<std::string> Reasons(const ReplayStory& story) {
  std::vector<int> order(story.cells.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_partition(order.begin(), order.end(),
                        [&](int p) { return absl::StartsWith(story.cells[p].name, "neural"); });
  std::vector<std::string> reasons(story.cells.size());
  size_t bytes = 0;
  for (const int p : order) {
    std::string why = PackedWhy(story.record.moved(p));
    const bool fits = bytes == 0 || bytes + why.size() <= kMostWhyBytes;
    if (!fits) continue;
    bytes += why.size();
    reasons[p] = std::move(why);
  }
  return reasons;
}

// [first, [counts...]] in buckets of which every doubling has kReportBuckets.
Json Coarse(const DurationHistogram& histogram) {
  constexpr size_t kWidth = DurationHistogram::kBucketsPerDoubling / kReportBuckets;
  const size_t first = histogram.first_bucket() / kWidth;
  std::vector<uint64_t> counts;
  for (size_t i = 0; i < histogram.counts().size(); ++i) {
    const size_t bucket = (histogram.first_bucket() + i) / kWidth - first;
    if (bucket >= counts.size()) counts.resize(bucket + 1, 0);
    counts[bucket] += histogram.counts()[i];
  }
  return {first, counts};
}

Json DistributionsOf(const Distributions& d) {
  return {{"flows", d.flows},
          {"mice", d.mice},
          {"mice_times", Coarse(d.mice_times)},
          {"elephant_times", Coarse(d.elephant_times)},
          {"packet_delays", Coarse(d.packet_delays)}};
}

Json Policies(const ReplayStory& story) {
  const Json summaries = Json::parse(ToJson(story.result))["policies"];
  const std::vector<std::string> why = Reasons(story);
  Json policies = Json::array();
  for (size_t p = 0; p < story.cells.size(); ++p) {
    const PolicyCells& cells = story.cells[p];
    const std::vector<uint16_t> loads = story.record.Loads(static_cast<int>(p));
    auto norm = [&](const Cell& cell, size_t i) {
      const bool known = !story.optimum.empty() && story.optimum[i] > 0;
      return known ? cell.plan_mlu / story.optimum[i] : std::nan("");
    };
    policies.push_back({
        {"name", cells.name},
        {"omniscient", cells.omniscient},
        {"summary", summaries[p]},
        {"mlu", Series(cells, [](const Cell& c, size_t) { return c.measured.mlu; })},
        {"norm", Series(cells, norm)},
        {"moved", Series(cells, [](const Cell& c, size_t) { return c.moved_share; })},
        {"decision_ms", Series(cells, [](const Cell& c, size_t) { return c.decision_s * 1e3; })},
        {"delay_ms",
         Series(cells, [](const Cell& c, size_t) { return c.measured.mean_delay_s * 1e3; })},
        {"loss", Series(cells, [](const Cell& c, size_t) { return c.measured.loss_ratio; })},
        {"notes", Notes(cells)},
        {"distributions", DistributionsOf(story.result.policies[p].distributions)},
        {"utilization", DeflatedBase64(DeltaBytes(loads, story.record.moments()))},
        {"why", why[p]},
    });
  }
  return policies;
}

// Runs of intervals in which a link is failed or drained: [link, state, from, to).
Json LinkStates(const ReplayInput& input) {
  Json states = Json::array();
  const int links = input.topology.num_links();
  auto state_of = [](const Link& link) {
    if (link.operational_state == OperationalState::kDown) return int{kFailed};
    return link.administrative_state == AdministrativeState::kDrained ? int{kDrained} : 0;
  };
  std::vector<int> state(links, 0), since(links, 0);
  auto end_run = [&](int link, int now) {
    if (state[link] != 0) states.push_back({link, state[link], since[link], now});
  };
  std::optional<uint64_t> version;
  for (int i = 0; i < input.num_counted(); ++i) {
    const Topology& topology = input.moments[i + 1].topology;
    if (version == topology.version()) continue;
    version = topology.version();
    for (int link = 0; link < links; ++link) {
      const int now = state_of(topology.link(link));
      if (now == state[link]) continue;
      end_run(link, i);
      state[link] = now;
      since[link] = i;
    }
  }
  for (int link = 0; link < links; ++link) end_run(link, input.num_counted());
  return states;
}

// What fails at random, a cable once; the first few, so that the time line can be read.
void AddRandomFailures(const Topology& topology, const Json& states, Json* events) {
  constexpr size_t kMost = 12;
  std::set<std::tuple<NodeId, NodeId, int>> cables;
  for (const Json& state : states) {
    if (state[1] != int{kFailed} || events->size() >= kMost) continue;
    const Link& link = topology.link(state[0]);
    const auto [a, b] = std::minmax(link.source, link.destination);
    if (!cables.emplace(a, b, state[2].get<int>()).second) continue;
    events->push_back(
        {{"text", absl::StrCat(topology.node(a).name, "-", topology.node(b).name, " fails")},
         {"from", state[2]},
         {"to", state[3]}});
  }
}

// Events as they were written, over the intervals that they touch.
Json Events(const ReplayConfig& config, const ReplayInput& input, const Json& states) {
  Json events = Json::array();
  bool random = false;
  for (const std::string& text : config.events) {
    const auto event = ParseScenarioEvent(text);
    if (!event.ok()) continue;
    if (event->kind == ScenarioEvent::Kind::kRandomFailures) {
      random = true;
      continue;
    }
    int from = input.num_counted(), to = 0;
    for (int i = 0; i < input.num_counted(); ++i) {
      const int number = input.moments[i + 1].number;
      if (number + 1 <= event->begin || number >= event->end) continue;
      from = std::min(from, i);
      to = i + 1;
    }
    if (from < to)
      events.push_back({{"text", text.substr(0, text.rfind('@'))}, {"from", from}, {"to", to}});
  }
  if (random) AddRandomFailures(input.topology, states, &events);
  return events;
}

Json Intervals(const ReplayInput& input) {
  Json number = Json::array(), time = Json::array();
  for (int i = 1; i <= input.num_counted(); ++i) {
    const ReplayMoment& moment = input.moments[i];
    number.push_back(moment.number);
    if (moment.time) {
      time.push_back(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *moment.time, absl::UTCTimeZone()));
    }
  }
  // All or none: a series has times or it has not.
  if (time.size() != number.size()) time = Json::array();
  return {{"number", number}, {"time", time}};
}

// "abilene-2004" of "/data/abilene-2004.json".
std::string Basename(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string ReplayDocument(const ReplayStory& story) {
  const ReplayResult& result = story.result;
  Json optimum = Json::array();
  for (const double value : story.optimum) optimum.push_back(Rounded(value));
  const Json provenance = Json::parse(ToJson(result))["provenance"];
  const Json states = LinkStates(story.input);
  Json json = {
      {"schema", kSchema},
      {"title", absl::StrCat(result.topology, ", ", Basename(result.traffic))},
      {"provenance", provenance},
      {"simulator", result.simulator},
      {"traffic", Basename(result.traffic)},
      {"load", result.load ? Json(*result.load) : Json(nullptr)},
      {"seeds", result.seeds},
      {"topology", TopologyDocument(story.input.topology)},
      {"intervals", Intervals(story.input)},
      {"map_every", story.record.every()},
      {"states", states},
      {"events", Events(story.config, story.input, states)},
      {"optimum", optimum},
      {"paths", story.record.paths()},
      {"policies", Policies(story)},
  };
  // Names from files may hold bytes that are not UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rhumb
