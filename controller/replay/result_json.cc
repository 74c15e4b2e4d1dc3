// The JSON of a replay result: a contract with those who script against it. Keys are added, never
// renamed or removed.
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/replay/replay_result.h"

namespace rhumb {
namespace {

// Keeps keys in the order in which they are set; writes numbers that read back to the same bits.
using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;
constexpr std::pair<const char*, double> kQuantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};

Json ToObject(const Summary& summary) {
  return {{"mean", summary.mean},
          {"p50", summary.p50},
          {"p95", summary.p95},
          {"p99", summary.p99},
          {"max", summary.max}};
}

Json ToObject(const Estimate& estimate, double unit = 1) {
  return {
      {"mean", estimate.mean * unit}, {"low", estimate.low * unit}, {"high", estimate.high * unit}};
}

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json ToObject(const PredictionSummary& prediction) {
  Json json = {
      {"coverage", prediction.coverage},
      {"episodes", prediction.episodes},
      {"far", prediction.far},
      {"distance", {{"mean", prediction.mean_distance}, {"max", prediction.max_distance}}}};
  const auto add = [&](const char* key, PredictedQuantity quantity, double unit = 1) {
    const PredictedRange& range = prediction.ranges[quantity];
    json[key] = {{"low", range.low * unit}, {"high", range.high * unit}};
  };
  add("goodput_bps", kPredictedGoodput);
  add("delay_ms", kPredictedDelay, 1e3);
  add("loss_ratio", kPredictedLoss);
  add("fct_s", kPredictedFct);
  add("fct_p99_s", kPredictedP99Fct);
  add("fct_mice_s", kPredictedMiceFct);
  add("fct_elephants_s", kPredictedElephantsFct);
  add("on_time_share", kPredictedOnTimeShare);
  return json;
}

// Null where fewer than that share of the flows completed.
Json ToObject(const DurationHistogram& times, uint64_t started) {
  Json json = {{"flows", started}, {"completed", times.count()}};
  for (const auto& [key, share] : kQuantiles) {
    json[key] = OrNull(CompletionQuantile(times, started, share));
  }
  return json;
}

// Of flows and packets, over all intervals and seeds.
void AddDistributions(const Distributions& d, Json* json) {
  Json& fct = (*json)["fct_quantiles_s"] = nullptr;
  if (d.flows > 0) {
    fct = {{"all", ToObject(d.AllTimes(), d.flows)},
           {"mice", ToObject(d.mice_times, d.mice)},
           {"elephants", ToObject(d.elephant_times, d.flows - d.mice)}};
  }
  Json& delay = (*json)["delay_quantiles_ms"] = nullptr;
  if (d.packet_delays.count() == 0) return;
  delay = {{"packets", d.packet_delays.count()}};
  for (const auto& [key, share] : kQuantiles) delay[key] = d.packet_delays.Quantile(share) * 1e3;
}

void AddMeasured(const PolicyResult& policy, Json* object) {
  const PacketMetrics<Estimate>& m = policy.measured;
  Json& json = *object;
  json["goodput_bps"] = ToObject(m.goodput_bps);
  json["delay_ms"] = ToObject(m.delay_s, 1e3);
  json["delay_p99_ms"] = ToObject(m.delay_p99_s, 1e3);
  json["loss_ratio"] = ToObject(m.loss_ratio);
  // Traffic without finite flows has no completion times; a 0 would read as a measurement.
  auto of_flows = [&policy](const Estimate& estimate) {
    return policy.has_flows ? ToObject(estimate) : Json(nullptr);
  };
  json["fct_s"] = of_flows(m.fct_s);
  json["fct_p99_s"] = of_flows(m.fct_p99_s);
  json["completed_share"] = of_flows(m.completed_share);
  json["on_time_share"] = of_flows(m.on_time_share);
  AddDistributions(policy.distributions, object);
  // Only of simulators that stand in for ns-3 and know how well.
  if (policy.prediction) json["prediction"] = ToObject(*policy.prediction);
  json["versus"] = nullptr;
  if (!policy.versus) return;
  const PacketMetrics<Estimate>& versus = *policy.versus;
  json["versus"] = {{"policy", kReferencePolicy},
                    {"delay", ToObject(versus.delay_s)},
                    {"goodput", ToObject(versus.goodput_bps)},
                    {"fct", of_flows(versus.fct_s)},
                    {"fct_p99", of_flows(versus.fct_p99_s)},
                    {"completed_share", of_flows(versus.completed_share)},
                    {"on_time_share", of_flows(versus.on_time_share)}};
}

Json ToObject(const Fallbacks& fallbacks) {
  Json json = {{"count", fallbacks.count},
               {"of", fallbacks.of},
               {"intervals", fallbacks.intervals},
               {"first", nullptr}};
  if (fallbacks.count > 0) {
    json["first"] = {{"interval", fallbacks.intervals.front()},
                     {"reason", fallbacks.reason},
                     {"to", fallbacks.to}};
  }
  const Fallbacks::Partial& partial = fallbacks.partial;
  json["partial"] = {{"count", partial.count},
                     {"intervals", partial.intervals},
                     {"most_demands", partial.most_demands},
                     {"first", nullptr}};
  if (partial.count > 0) {
    json["partial"]["first"] = {
        {"interval", partial.intervals.front()}, {"reason", partial.reason}, {"to", fallbacks.to}};
  }
  return json;
}

Json ToObject(const PolicyResult& policy, bool packets) {
  Json json = {{"name", policy.name}, {"mlu", ToObject(policy.mlu)}};
  json["norm_mlu"] = policy.norm_mlu ? ToObject(*policy.norm_mlu) : Json(nullptr);
  json["decision_ms"] = {{"p50", policy.decision_p50_s * 1e3},
                         {"p99", policy.decision_p99_s * 1e3}};
  json["moved_share"] = {{"mean", policy.moved_share}};
  json["paths_per_demand"] = {{"mean", policy.size.paths_per_demand}};
  json["least_share"] = policy.size.least_share;
  json["most_entries"] = policy.size.most_entries;
  if (packets) AddMeasured(policy, &json);
  json["fell_back"] = policy.fallbacks.count;
  json["fallbacks"] = ToObject(policy.fallbacks);
  json["retried_episodes"] = policy.retried;
  json["lost_episodes"] = policy.lost;
  return json;
}

}  // namespace

std::string ToJson(const ReplayResult& result) {
  Json json = {{"topology", result.topology},   {"nodes", result.nodes},
               {"links", result.links},         {"traffic", result.traffic},
               {"simulator", result.simulator}, {"load", OrNull(result.load)},
               {"intervals", result.intervals}, {"seeds", result.seeds}};
  json["policies"] = Json::array();
  for (const PolicyResult& policy : result.policies) {
    json["policies"].push_back(ToObject(policy, result.simulator != "flow"));
  }
  json["simulation"] = {{"scale", result.scale},
                        {"hop_packets_per_s", OrNull(result.hop_packets_per_s)},
                        {"wall_s", result.wall_s}};
  const Provenance& from = result.provenance;
  json["provenance"] = {{"command", from.command},
                        {"version", from.version},
                        {"commit", from.commit},
                        {"machine", from.machine},
                        {"checkpoints", from.checkpoints}};
  // Only where it was stopped: a complete result has the keys above and no other.
  if (!result.unfinished.empty()) json["unfinished"] = result.unfinished;
  // Names from files may hold bytes that are not UTF-8.
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace rhumb
