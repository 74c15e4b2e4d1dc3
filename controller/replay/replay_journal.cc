#include "controller/replay/replay_journal.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "controller/replay/number_text.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

constexpr char kHeader[] = "rhumb-replay-journal 4 ";
constexpr char kEndOfLine[] = "end";
constexpr char kFinished[] = "finished";
constexpr int64_t kMaxBytes = int64_t{8} << 30;

// What a corrected simulator says of itself; after the demands, whose number it has.
template <typename Visit>
void VisitPrediction(Measurements& m, Visit&& visit) {
  bool has_prediction = m.prediction.has_value();
  visit(has_prediction);
  if (!has_prediction) return;
  if (!m.prediction) m.prediction.emplace();
  Prediction& prediction = *m.prediction;
  visit(prediction.coverage);
  visit(prediction.distance);
  visit(prediction.far);
  const auto visit_range = [&visit](PredictedRange& range) {
    visit(range.low);
    visit(range.high);
  };
  for (PredictedRange& range : prediction.ranges) visit_range(range);
  for (std::vector<PredictedRange>* of_demands :
       {&prediction.demand_delay_s, &prediction.demand_loss_ratio}) {
    visit.Size(*of_demands);
    for (PredictedRange& range : *of_demands) visit_range(range);
  }
}

template <typename Visit>
void VisitHistogram(DurationHistogram& histogram, Visit&& visit) {
  uint64_t first = histogram.first_bucket();
  std::vector<uint64_t> counts = histogram.counts();
  visit(first);
  visit.Size(counts);
  for (uint64_t& count : counts) visit(count);
  visit.Set(&histogram, DurationHistogram::FromBuckets(first, std::move(counts)));
}

// Visits every number of a cell in a fixed order; counts come before what they count, so that
// reading can resize.
template <typename Visit>
void VisitCell(Cell& cell, Visit&& visit) {
  Measurements& m = cell.measured;
  visit(cell.retries);
  visit(cell.lost);
  for (double* value :
       {&m.window_s, &m.mlu, &m.offered_bps, &m.goodput_bps, &m.loss_ratio, &m.mean_delay_s,
        &m.mean_packet_delay_s, &m.p99_delay_s, &m.unrouted_bps, &m.cost.wall_s}) {
    visit(*value);
  }
  visit(m.cost.hop_packets);
  visit(m.cost.events);
  bool has_flows = m.flows.has_value();
  visit(has_flows);
  if (has_flows) {
    if (!m.flows) m.flows.emplace();
    FlowCompletion& f = *m.flows;
    for (uint64_t* value : {&f.started, &f.completed, &f.on_time, &f.rerouted, &f.failed}) {
      visit(*value);
    }
    for (double* value :
         {&f.mean_s, &f.p50_s, &f.p99_s, &f.mice_mean_s, &f.elephants_mean_s, &f.mean_slowdown}) {
      visit(*value);
    }
  }
  Distributions& d = cell.distributions;
  visit(d.flows);
  visit(d.mice);
  for (DurationHistogram* histogram : {&d.mice_times, &d.elephant_times, &d.packet_delays}) {
    VisitHistogram(*histogram, visit);
  }
  visit.Size(m.links);
  for (LinkMeasurement& link : m.links) {
    for (double* value : {&link.offered_bps, &link.carried_bps, &link.utilization, &link.loss_ratio,
                          &link.queueing_delay_s}) {
      visit(*value);
    }
  }
  visit.Size(m.demands);
  for (DemandMeasurement& demand : m.demands) {
    for (double* value :
         {&demand.offered_bps, &demand.delivered_bps, &demand.delay_s, &demand.loss_ratio}) {
      visit(*value);
    }
  }
  VisitPrediction(m, visit);
}

struct Writer {
  std::string line;

  void operator()(double value) { absl::StrAppend(&line, " ", ShortestNumber(value)); }
  void operator()(uint64_t value) { absl::StrAppend(&line, " ", value); }
  void operator()(int value) { absl::StrAppend(&line, " ", value); }
  void operator()(bool value) { absl::StrAppend(&line, value ? " 1" : " 0"); }
  template <typename T>
  void Size(const std::vector<T>& values) {
    (*this)(static_cast<uint64_t>(values.size()));
  }
  void Set(DurationHistogram*, const std::optional<DurationHistogram>&) {}
};

class Reader {
 public:
  explicit Reader(absl::string_view line) : words_(absl::StrSplit(line, ' ', absl::SkipEmpty())) {}

  template <typename T>
  void operator()(T& value) {
    if (!ok_ || next_ == words_.size()) {
      ok_ = false;
      return;
    }
    const absl::string_view word = words_[next_++];
    const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
    ok_ = result.ec == std::errc() && result.ptr == word.data() + word.size();
  }
  void operator()(bool& value) {
    int number = 0;
    (*this)(number);
    value = number != 0;
  }
  template <typename T>
  void Size(std::vector<T>& values) {
    uint64_t size = 0;
    (*this)(size);
    // A damaged count must not cost memory: every element takes at least one word.
    ok_ = ok_ && size <= words_.size();
    values.resize(ok_ ? size : 0);
  }
  // What was read may be no histogram.
  void Set(DurationHistogram* histogram, std::optional<DurationHistogram> read) {
    ok_ = ok_ && read.has_value();
    if (ok_) *histogram = *std::move(read);
  }
  bool AtEnd() const { return ok_ && next_ + 1 == words_.size() && words_[next_] == kEndOfLine; }

 private:
  std::vector<absl::string_view> words_;
  size_t next_ = 0;
  bool ok_ = true;
};

// What a file holds; nothing when there is none.
struct Content {
  bool header_fits = true;
  bool finished = false;
  std::map<std::tuple<int, int, int>, Cell> cells;
};

absl::StatusOr<Content> Read(const std::string& path, const std::string& fingerprint) {
  Content content;
  const absl::StatusOr<std::string> text = ReadWholeFile(path, kMaxBytes);
  if (absl::IsNotFound(text.status())) return content;
  if (!text.ok()) return text.status();
  const std::vector<absl::string_view> lines = absl::StrSplit(*text, '\n');
  content.header_fits = lines[0] == absl::StrCat(kHeader, fingerprint);
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i] == kFinished) content.finished = true;
    Reader reader(lines[i]);
    int policy = 0, seed = 0, interval = 0;
    Cell cell;
    reader(policy);
    reader(seed);
    reader(interval);
    VisitCell(cell, reader);
    if (!reader.AtEnd()) continue;
    content.finished = false;
    content.cells[{policy, seed, interval}] = std::move(cell);
  }
  return content;
}

absl::Status FileError(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(absl::StrFormat(
      "%s: %s: %s; choose another --out directory or make room", path, what, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReplayJournal>> ReplayJournal::Open(const std::string& path,
                                                                   const std::string& fingerprint,
                                                                   bool resume) {
  absl::StatusOr<Content> content = Read(path, fingerprint);
  if (!content.ok()) return content.status();
  if (resume && !content->header_fits) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s is of another replay (other options, data or program); resume with the options it "
        "was started with, or choose another --out directory to start anew",
        path));
  }
  if (!resume && !content->finished && !content->cells.empty()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s holds %d finished episodes of a replay that was stopped; go on with it with --resume, "
        "or choose another --out directory or delete the file to start anew",
        path, content->cells.size()));
  }
  std::map<std::tuple<int, int, int>, Cell> cells;
  if (resume) cells = std::move(content->cells);
  std::FILE* file = std::fopen(path.c_str(), cells.empty() ? "w" : "a");
  if (file == nullptr) return FileError(path, "cannot be written");
  std::unique_ptr<ReplayJournal> journal(new ReplayJournal(path, file));
  journal->num_found_ = static_cast<int>(cells.size());
  journal->cells_ = std::move(cells);
  // The line break ends a line that a crash cut short.
  const std::string start =
      journal->num_found_ == 0 ? absl::StrCat(kHeader, fingerprint, "\n") : std::string("\n");
  if (std::fputs(start.c_str(), file) < 0 || std::fflush(file) != 0) {
    return FileError(path, "cannot be written");
  }
  return journal;
}

absl::Status ReplayJournal::Finish() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (std::fprintf(file_, "%s\n", kFinished) < 0 || std::fflush(file_) != 0) {
    return FileError(path_, "cannot be written");
  }
  return absl::OkStatus();
}

ReplayJournal::~ReplayJournal() { std::fclose(file_); }

std::optional<Cell> ReplayJournal::Find(int policy, int seed, int interval) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = cells_.find({policy, seed, interval});
  if (found == cells_.end()) return std::nullopt;
  return found->second;
}

absl::Status ReplayJournal::Add(int policy, int seed, int interval, const Cell& cell) {
  // A lost episode is worth another try when the replay is resumed.
  if (cell.lost) return absl::OkStatus();
  Writer writer;
  writer.line = absl::StrCat(policy, " ", seed, " ", interval);
  Cell copy = cell;
  VisitCell(copy, writer);
  absl::StrAppend(&writer.line, " ", kEndOfLine, "\n");
  const std::lock_guard<std::mutex> lock(mutex_);
  if (std::fputs(writer.line.c_str(), file_) < 0 || std::fflush(file_) != 0) {
    return FileError(path_, "cannot be written");
  }
  return absl::OkStatus();
}

}  // namespace rhumb
