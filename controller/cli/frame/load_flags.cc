#include "controller/cli/frame/load_flags.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/cli/frame/command_line.h"
#include "controller/terminal/progress_bar.h"
#include "controller/terminal/usage_error.h"
#include "topologies/formats/units.h"
#include "topologies/generators/traffic_generator.h"

namespace rhumb {

void AddTopologyLoadFlags(CLI::App& app, LoadFlags* flags) {
  constexpr char kGroup[] = "Reading files";
  app.add_option("--default-capacity", flags->default_capacity,
                 "Capacity of links whose file gives none, such as 10G")
      ->type_name("RATE")
      ->group(kGroup);
  app.add_option("--capacity-unit", flags->capacity_unit,
                 "What a rate of 1 means in a file that names no unit, such as 1G")
      ->type_name("RATE")
      ->default_str("1M")
      ->group(kGroup);
  app.add_option("--default-delay", flags->default_delay,
                 "Delay of links without delay and coordinates, such as 5ms")
      ->type_name("TIME")
      ->default_str("1ms")
      ->group(kGroup);
  app.add_option("--delay-unit", flags->delay_unit,
                 "What a delay of 1 means in a file that names no unit, such as 1us")
      ->type_name("TIME")
      ->default_str("1ms")
      ->group(kGroup);
  app.add_option("--length-unit", flags->length_unit,
                 "What a length of 1 means in a file that names no unit; without it, km unless "
                 "coordinates show m")
      ->check(CLI::IsMember({"km", "m"}))
      ->type_name("km|m")
      ->group(kGroup);
  app.add_option("--positions", flags->positions,
                 "What positions such as pos are, longitude and latitude or places on a drawing; "
                 "without it, the file decides")
      ->check(CLI::IsMember({"geographic", "planar"}))
      ->type_name("geographic|planar")
      ->group(kGroup);
  app.add_flag("--largest-part", flags->largest_part,
               "Take the largest part of a network that is not connected")
      ->group(kGroup);
}

void AddTrafficLoadFlags(CLI::App& app, LoadFlags* flags) {
  app.add_flag("--drop-suspect", flags->drop_suspect,
               "Leave out matrices whose total is far from that of the day around them")
      ->group("Reading files");
}

absl::StatusOr<double> ParsePositiveRate(absl::string_view text) {
  const absl::StatusOr<double> rate = ParseRate(text);
  if (rate.ok() && *rate > 0) return rate;
  return absl::InvalidArgumentError(
      absl::StrFormat("\"%s\" is no positive rate; give one such as 10G", text.substr(0, 40)));
}

absl::StatusOr<LoadOptions> ToLoadOptions(const LoadFlags& flags) {
  LoadOptions options;
  options.largest_part = flags.largest_part;
  options.drop_suspect = flags.drop_suspect;
  if (!flags.default_capacity.empty()) {
    const absl::StatusOr<double> rate = ParsePositiveRate(flags.default_capacity);
    if (!rate.ok()) {
      return UsageError(absl::StrCat("--default-capacity: ", rate.status().message()));
    }
    options.default_capacity_bps = *rate;
  }
  if (!flags.capacity_unit.empty()) {
    const absl::StatusOr<double> rate = ParsePositiveRate(flags.capacity_unit);
    if (!rate.ok()) return UsageError(absl::StrCat("--capacity-unit: ", rate.status().message()));
    options.unitless_rate_bps = *rate;
    options.unitless_rate_given = true;
  }
  if (!flags.delay_unit.empty()) {
    const absl::StatusOr<absl::Duration> delay = ParseDuration(flags.delay_unit);
    if (!delay.ok() || *delay == absl::ZeroDuration()) {
      return UsageError(
          absl::StrFormat("--delay-unit is \"%s\"; give a time such as 1us", flags.delay_unit));
    }
    options.unitless_delay = *delay;
  }
  if (!flags.length_unit.empty()) options.unitless_length_km = flags.length_unit == "km" ? 1 : 1e-3;
  if (!flags.positions.empty()) options.geographic_positions = flags.positions == "geographic";
  if (!flags.default_delay.empty()) {
    const absl::StatusOr<absl::Duration> delay = ParseDuration(flags.default_delay);
    if (!delay.ok()) {
      return UsageError(absl::StrFormat("--default-delay is \"%s\"; give a time such as 5ms",
                                        flags.default_delay));
    }
    options.default_delay = *delay;
  }
  return options;
}

absl::StatusOr<Loaded<Topology>> LoadTopologyAloud(const std::string& name,
                                                   const LoadFlags& flags) {
  const absl::StatusOr<LoadOptions> options = ToLoadOptions(flags);
  if (!options.ok()) return options.status();
  absl::StatusOr<Loaded<Topology>> loaded = LoadTopology(name, *options);
  if (loaded.ok()) PrintNotes(name, loaded->report);
  return loaded;
}

absl::StatusOr<Loaded<TrafficStream>> OpenTrafficAloud(const std::string& name,
                                                       const std::string& topology,
                                                       const LoadFlags& flags) {
  absl::StatusOr<LoadOptions> options = ToLoadOptions(flags);
  if (!options.ok()) return options.status();
  absl::StatusOr<Loaded<Topology>> network = absl::UnknownError("not asked for");
  if (!topology.empty()) {
    network = LoadTopologyAloud(topology, flags);
    if (!network.ok()) return network.status();
    options->topology = &network->value;
  }
  if (!LooksLikeTrafficGenerator(name)) {
    absl::StatusOr<Loaded<TrafficStream>> loaded;
    {
      ProgressBar bar("reading");
      options->on_progress = [&bar](int done, int total) { bar.Update(done, total); };
      loaded = OpenTraffic(name, *options);
    }
    if (loaded.ok()) PrintNotes(name, loaded->report);
    return loaded;
  }
  if (topology.empty()) {
    return UsageError(absl::StrFormat(
        "generated traffic (%s) needs a network; add --topology, such as --topology abilene",
        name));
  }
  const absl::StatusOr<TrafficGeneratorSpec> spec = ParseTrafficGenerator(name);
  if (!spec.ok()) return UsageError(spec.status().message());
  absl::StatusOr<TrafficSeries> series = GenerateTraffic(network->value, *spec);
  if (!series.ok()) return series.status();
  return Loaded<TrafficStream>{*std::move(series), {"generated", {}}};
}

void PrintNotes(absl::string_view input, const LoadReport& report) {
  for (const std::string& note : report.notes) {
    std::cerr << absl::StrCat("note: ", input, ": ", note, "\n");
  }
}

absl::Status CheckNativePath(const std::string& path) {
  if (absl::EndsWith(path, ".json") || absl::EndsWith(path, ".json.gz")) return absl::OkStatus();
  return UsageError(absl::StrFormat(
      "--to is \"%s\", but only Rhumb's own format is written; give a name that ends in .json or "
      ".json.gz",
      path));
}

}  // namespace rhumb
