// The parts of a configuration from which both the packet level and the fluid simulator's
// correction draw their episodes: the same keys mean the same in both.
#ifndef RHUMB_AGENTS_TRAINING_DRAW_FIELDS_H_
#define RHUMB_AGENTS_TRAINING_DRAW_FIELDS_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agents/training/episode_scenario.h"
#include "topologies/formats/toml_fields.h"

namespace rhumb::training {

// Seconds in [low, high].
void ReadSeconds(TomlReader& fields, const char* key, double low, double high,
                 absl::Duration& value);

// Of [networks]: families, min_nodes, max_nodes and candidate_paths. What is left out stays.
void ReadNetworkDraw(TomlReader& fields, ScenarioDraw* draw);

// Of [episodes]: min_load, max_load, tcp_shares and flow_sizes, among them streams of packets when
// `with_streams`.
void ReadTrafficDraw(TomlReader& fields, bool with_streams, ScenarioDraw* draw);

// Of [episodes]: the rate of the narrowest link, the most packets, and the three spans.
void ReadScaleDraw(TomlReader& fields, ScenarioDraw* draw);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_DRAW_FIELDS_H_
