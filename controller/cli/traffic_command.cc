#include "controller/cli/traffic_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "controller/cli/frame/load_flags.h"
#include "controller/cli/frame/nested_commands.h"
#include "controller/cli/frame/text_report.h"
#include "controller/cli/traffic_report.h"
#include "controller/terminal/progress_bar.h"
#include "controller/terminal/usage_error.h"
#include "topologies/formats/native_json.h"
#include "topologies/formats/screening.h"
#include "topologies/generators/traffic_generator.h"

namespace rhumb {
namespace {

constexpr int kSparklineWidth = 72;

struct TrafficOptions {
  std::string traffic;
  std::string topology;
  std::string output;
  LoadFlags load;
  std::string to;
  int largest = 10;
  std::string model = "gravity";
  std::map<std::string, std::string> settings;
};

std::shared_ptr<TrafficOptions> AddTraffic(CLI::App& app) {
  auto options = std::make_shared<TrafficOptions>();
  app.add_option(
         "traffic", options->traffic,
         "Traffic: shipped name (rhumb topo list), file, directory of SNDlib matrices, or a "
         "generator such as gravity:seed=1")
      ->required()
      ->type_name("F");
  app.add_option("--topology", options->topology,
                 "Network, for generators and for files that only number their nodes")
      ->type_name("T");
  AddTopologyLoadFlags(app, &options->load);
  AddTrafficLoadFlags(app, &options->load);
  return options;
}

void SayWritten(const TrafficStream& traffic, const std::string& path) {
  std::cerr << absl::StrFormat("wrote %s: %d matrices of %d nodes\n", path, traffic.size(),
                               traffic.node_names().size());
}

absl::Status Describe(const TrafficOptions& options) {
  const absl::StatusOr<Loaded<TrafficStream>> loaded =
      OpenTrafficAloud(options.traffic, options.topology, options.load);
  if (!loaded.ok()) return loaded.status();
  absl::StatusOr<TrafficSummary> summarized;
  {
    ProgressBar bar("describing");
    summarized = Summarize(loaded->value, options.largest,
                           [&bar](int done, int total) { bar.Update(done, total); });
  }
  if (!summarized.ok()) return summarized.status();
  const TrafficSummary& summary = *summarized;
  const std::vector<int> suspect = SuspectMatrices(loaded->value);
  if (options.output == "json") {
    std::cout << TrafficJson(*loaded, summary, suspect).dump(2) << "\n";
  } else {
    std::cout << DescribeTraffic(*loaded, summary, suspect,
                                 StdoutIsTerminal() ? kSparklineWidth : 0);
  }
  return absl::OkStatus();
}

absl::Status Convert(const TrafficOptions& options) {
  if (absl::Status status = CheckNativePath(options.to); !status.ok()) return status;
  const absl::StatusOr<Loaded<TrafficStream>> loaded =
      OpenTrafficAloud(options.traffic, options.topology, options.load);
  if (!loaded.ok()) return loaded.status();
  absl::StatusOr<int64_t> bytes;
  {
    ProgressBar bar("writing");
    bytes = SaveTraffic(loaded->value, options.to,
                        [&bar](int done, int total) { bar.Update(done, total); });
  }
  if (!bytes.ok()) return bytes.status();
  SayWritten(loaded->value, options.to);
  if (*bytes > kMaxNativeTrafficBytes) {
    std::cerr << absl::StrFormat(
        "note: %s: holds %d bytes of JSON, more than the %d that are read; keep %s, which is read "
        "matrix by matrix\n",
        options.to, *bytes, kMaxNativeTrafficBytes, options.traffic);
  }
  return absl::OkStatus();
}

absl::Status Generate(const TrafficOptions& options) {
  if (absl::Status status = CheckNativePath(options.to); !status.ok()) return status;
  std::vector<std::string> settings;
  for (const auto& [key, value] : options.settings) {
    if (!value.empty()) settings.push_back(absl::StrCat(key, "=", value));
  }
  const std::string generator = absl::StrCat(options.model, ":", absl::StrJoin(settings, ","));
  const absl::StatusOr<TrafficGeneratorSpec> spec = ParseTrafficGenerator(generator);
  if (!spec.ok()) return UsageError(spec.status().message());
  const absl::StatusOr<Loaded<Topology>> topology =
      LoadTopologyAloud(options.topology, options.load);
  if (!topology.ok()) return topology.status();
  const absl::StatusOr<TrafficSeries> series = GenerateTraffic(topology->value, *spec);
  if (!series.ok()) return series.status();
  if (absl::Status status = SaveTraffic(*series, options.to); !status.ok()) return status;
  SayWritten(*series, options.to);
  return absl::OkStatus();
}

void AddTo(CLI::App& app, TrafficOptions* options) {
  app.add_option("--to", options->to, "File to write; ends in .json or .json.gz")
      ->required()
      ->type_name("FILE");
}

RunCommand DefineDescribe(CLI::App& app) {
  auto options = AddTraffic(app);
  app.add_option("--largest", options->largest, "List this many of the largest demands")
      ->check(CLI::Range(0, 1000000))
      ->type_name("N")
      ->capture_default_str();
  AddOutputOption(app, &options->output);
  return [options] { return Describe(*options); };
}

RunCommand DefineConvert(CLI::App& app) {
  auto options = AddTraffic(app);
  AddTo(app, options.get());
  return [options] { return Convert(*options); };
}

// "number of matrices (288)" as "Number of matrices" and the default "288".
std::pair<std::string, std::string> SplitExplanation(std::string text) {
  std::string fallback;
  const size_t open = text.rfind(" (");
  if (open != std::string::npos && text.back() == ')') {
    fallback = text.substr(open + 2, text.size() - open - 3);
    text.resize(open);
  }
  text[0] = absl::ascii_toupper(text[0]);
  return {text, fallback};
}

std::string ModelDetails() {
  std::vector<std::string> models;
  for (const GeneratorTerm& model : TrafficGeneratorModels()) {
    models.push_back(absl::StrCat(model.name, ": ", model.explanation, "."));
  }
  return absl::StrCat("The same settings may follow the model where traffic is named, as in ",
                      "gravity:seed=1,count=50. A model brings the defaults in brackets below.\n\n",
                      absl::StrJoin(models, "\n\n"));
}

RunCommand DefineGenerate(CLI::App& app) {
  auto options = std::make_shared<TrafficOptions>();
  app.add_option("--topology", options->topology, "Network: shipped name or file")
      ->required()
      ->type_name("T");
  std::vector<std::string> models;
  for (const GeneratorTerm& model : TrafficGeneratorModels()) models.push_back(model.name);
  app.add_option("--model", options->model, "Model, as above")
      ->type_name(absl::StrJoin(models, "|"))
      ->capture_default_str();
  AddTo(app, options.get());
  AddTopologyLoadFlags(app, &options->load);
  for (const GeneratorTerm& key : TrafficGeneratorKeys()) {
    const auto [help, fallback] = SplitExplanation(key.explanation);
    app.add_option(absl::StrCat("--", key.name), options->settings[key.name], help)
        ->type_name("VALUE")
        ->default_str(fallback)
        ->group("Settings of the model");
  }
  return [options] { return Generate(*options); };
}

}  // namespace

Command TrafficCommand() {
  return {"traffic", "Describe, convert and generate traffic",
          "rhumb traffic describe abilene-2004", [](CLI::App& app) {
            return DefineNested(
                app,
                {{"describe", "Describe a traffic series: time, totals, gaps, largest demands",
                  "rhumb traffic describe abilene-2004", DefineDescribe},
                 {"convert", "Write traffic in Rhumb's own format",
                  "rhumb traffic convert abilene-2004 --to abilene.traffic.json.gz", DefineConvert},
                 {"generate", "Generate traffic for a network",
                  "rhumb traffic generate --topology esnet6-backbone --model diurnal --seed 7 "
                  "--to day.traffic.json.gz",
                  DefineGenerate, ModelDetails()}});
          }};
}

}  // namespace rhumb
