#include "controller/replay/result_files.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "controller/replay/number_text.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

constexpr char kHeader[] =
    "policy,seed,interval,time,mlu,plan_mlu,optimum_mlu,norm_mlu,moved_share,decision_ms,"
    "offered_bps,goodput_bps,unrouted_bps,loss_ratio,delay_ms,delay_p99_ms,flows_started,"
    "flows_completed,flows_on_time,flows_rerouted,fct_mean_s,fct_p50_s,fct_p99_s,"
    "fct_mice_s,fct_elephants_s,slowdown,hop_packets,retries,lost,note,"
    "paths_per_demand,least_share,most_entries\n";

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}, {"\n", " "}}), "\"");
}

// One row's fields; an empty one is unknown.
class Row {
 public:
  void Add(double value) { fields_.push_back(ShortestNumber(value)); }
  void Add(uint64_t value) { fields_.push_back(absl::StrCat(value)); }
  void Add(int value) { fields_.push_back(absl::StrCat(value)); }
  void Add(const std::string& text) { fields_.push_back(Quoted(text)); }
  void Skip(int count) { fields_.insert(fields_.end(), count, ""); }
  std::string text() const { return absl::StrJoin(fields_, ",") + "\n"; }

 private:
  std::vector<std::string> fields_;
};

void AddMeasured(const Measurements& m, Row* row) {
  for (double value : {m.offered_bps, m.goodput_bps, m.unrouted_bps, m.loss_ratio,
                       m.mean_delay_s * 1e3, m.p99_delay_s * 1e3}) {
    row->Add(value);
  }
  if (m.flows) {
    const FlowCompletion& f = *m.flows;
    for (uint64_t value : {f.started, f.completed, f.on_time, f.rerouted}) row->Add(value);
    for (double value :
         {f.mean_s, f.p50_s, f.p99_s, f.mice_mean_s, f.elephants_mean_s, f.mean_slowdown}) {
      row->Add(value);
    }
  } else {
    row->Skip(10);
  }
  row->Add(m.cost.hop_packets);
}

}  // namespace

absl::Status MakeDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(absl::StrFormat(
        "%s: cannot make the directory: %s; choose another --out", directory, error.message()));
  }
  return absl::OkStatus();
}

std::string IntervalsCsv(const ReplayInput& input, const std::vector<PolicyCells>& cells,
                         const std::vector<double>& optimum) {
  std::string csv = kHeader;
  for (const PolicyCells& policy : cells) {
    for (size_t s = 0; s < policy.cells.size(); ++s) {
      for (size_t i = 0; i < policy.cells[s].size(); ++i) {
        const Cell& cell = policy.cells[s][i];
        const ReplayMoment& interval = input.moments[i + 1];
        Row row;
        row.Add(policy.name);
        row.Add(static_cast<int>(s + 1));
        row.Add(interval.number);
        row.Add(interval.time
                    ? absl::FormatTime(absl::RFC3339_sec, *interval.time, absl::UTCTimeZone())
                    : std::string());
        if (cell.lost) {
          row.Skip(1);
        } else {
          row.Add(cell.measured.mlu);
        }
        row.Add(cell.plan_mlu);
        if (!optimum.empty() && optimum[i] > 0) {
          row.Add(optimum[i]);
          row.Add(cell.plan_mlu / optimum[i]);
        } else {
          row.Skip(2);
        }
        row.Add(cell.moved_share);
        row.Add(cell.decision_s * 1e3);
        if (cell.lost) {
          row.Skip(17);
        } else {
          AddMeasured(cell.measured, &row);
        }
        row.Add(cell.retries);
        row.Add(static_cast<int>(cell.lost));
        row.Add(cell.note);
        row.Add(cell.size.paths_per_demand);
        row.Add(cell.size.least_share);
        row.Add(cell.size.most_entries);
        csv += row.text();
      }
    }
  }
  return csv;
}

absl::Status WriteScenario(const std::string& directory, const ReplayConfig& config) {
  return WriteFileAtomically(directory + "/scenario.toml", ToToml(config));
}

absl::Status WriteResultFiles(const std::string& directory, const ReplayInput& input,
                              const std::vector<PolicyCells>& cells,
                              const std::vector<double>& optimum, const ReplayResult& result) {
  const std::pair<const char*, std::string> files[] = {
      {"/intervals.csv", IntervalsCsv(input, cells, optimum)},
      {"/results.json", ToJson(result)},
  };
  for (const auto& [name, text] : files) {
    if (absl::Status status = WriteFileAtomically(directory + name, text); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace rhumb
