// The JSON of a replay result: a contract with those who script against it. Keys are added, never
// renamed or removed.
#include "controller/replay/json_writer.h"
#include "controller/replay/replay_result.h"

namespace rhumb {
namespace {

void Write(JsonWriter* json, const char* key, const Summary& summary) {
  json->Key(key).BeginObject();
  json->Key("mean").Number(summary.mean);
  json->Key("p50").Number(summary.p50);
  json->Key("p95").Number(summary.p95);
  json->Key("p99").Number(summary.p99);
  json->Key("max").Number(summary.max);
  json->EndObject();
}

void Write(JsonWriter* json, const char* key, const Estimate& estimate, double unit = 1) {
  json->Key(key).BeginObject();
  json->Key("mean").Number(estimate.mean * unit);
  json->Key("low").Number(estimate.low * unit);
  json->Key("high").Number(estimate.high * unit);
  json->EndObject();
}

void WriteMeasured(JsonWriter* json, const PolicyResult& policy) {
  const PacketMetrics<Estimate>& m = policy.measured;
  Write(json, "goodput_bps", m.goodput_bps);
  Write(json, "delay_ms", m.delay_s, 1e3);
  Write(json, "delay_p99_ms", m.delay_p99_s, 1e3);
  Write(json, "loss_ratio", m.loss_ratio);
  // Traffic without finite flows has no completion times; a 0 would read as a measurement.
  if (policy.has_flows) {
    Write(json, "fct_s", m.fct_s);
    Write(json, "fct_p99_s", m.fct_p99_s);
    Write(json, "completed_share", m.completed_share);
    Write(json, "on_time_share", m.on_time_share);
  } else {
    for (const char* key : {"fct_s", "fct_p99_s", "completed_share", "on_time_share"}) {
      json->Key(key).Null();
    }
  }
  json->Key("versus");
  if (!policy.versus) {
    json->Null();
    return;
  }
  json->BeginObject();
  json->Key("policy").String(kReferencePolicy);
  Write(json, "delay", policy.versus->delay_s);
  Write(json, "goodput", policy.versus->goodput_bps);
  Write(json, "fct", policy.versus->fct_s);
  Write(json, "fct_p99", policy.versus->fct_p99_s);
  Write(json, "completed_share", policy.versus->completed_share);
  Write(json, "on_time_share", policy.versus->on_time_share);
  json->EndObject();
}

void WritePolicy(JsonWriter* json, const PolicyResult& policy, bool packets) {
  json->BeginObject();
  json->Key("name").String(policy.name);
  Write(json, "mlu", policy.mlu);
  if (policy.norm_mlu) {
    Write(json, "norm_mlu", *policy.norm_mlu);
  } else {
    json->Key("norm_mlu").Null();
  }
  json->Key("decision_ms").BeginObject();
  json->Key("p50").Number(policy.decision_p50_s * 1e3);
  json->Key("p99").Number(policy.decision_p99_s * 1e3);
  json->EndObject();
  json->Key("moved_share").BeginObject().Key("mean").Number(policy.moved_share).EndObject();
  if (packets) WriteMeasured(json, policy);
  json->Key("fell_back").Integer(policy.fell_back);
  json->Key("retried_episodes").Integer(policy.retried);
  json->Key("lost_episodes").Integer(policy.lost);
  json->EndObject();
}

}  // namespace

std::string ToJson(const ReplayResult& result) {
  JsonWriter json;
  json.BeginObject();
  json.Key("topology").String(result.topology);
  json.Key("nodes").Integer(result.nodes);
  json.Key("links").Integer(result.links);
  json.Key("traffic").String(result.traffic);
  json.Key("simulator").String(result.simulator);
  json.Key("load");
  if (result.load) {
    json.Number(*result.load);
  } else {
    json.Null();
  }
  json.Key("intervals").Integer(result.intervals);
  json.Key("seeds").Integer(result.seeds);
  json.Key("policies").BeginArray();
  for (const PolicyResult& policy : result.policies) {
    WritePolicy(&json, policy, result.simulator == "ns3");
  }
  json.EndArray();
  json.Key("simulation").BeginObject();
  json.Key("scale").Number(result.scale);
  json.Key("hop_packets_per_s");
  if (result.hop_packets_per_s) {
    json.Number(*result.hop_packets_per_s);
  } else {
    json.Null();
  }
  json.Key("wall_s").Number(result.wall_s);
  json.EndObject();
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace rhumb
