// Finished cells on disk, so that a packet-level replay that was stopped goes on where it was.
#ifndef RHUMB_CONTROLLER_REPLAY_REPLAY_JOURNAL_H_
#define RHUMB_CONTROLLER_REPLAY_REPLAY_JOURNAL_H_

#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "controller/replay/replay_engine.h"

namespace rhumb {

// A text file: a line that says what is replayed, then one line a cell with its measurements as
// numbers that read back to the same bits, and a line when all of them have become results. A line
// that a crash cut short is left out when the file is read again.
class ReplayJournal : public CellStore {
 public:
  // Starts `path` anew, or reads it first when `resume` (a missing file is an empty one).
  // `fingerprint` is one line that is equal when the cells may be mixed. FailedPrecondition when
  // the file is of another replay, or when starting anew would throw away cells of one that was
  // stopped.
  static absl::StatusOr<std::unique_ptr<ReplayJournal>> Open(const std::string& path,
                                                             const std::string& fingerprint,
                                                             bool resume);
  ~ReplayJournal() override;

  std::optional<Cell> Find(int policy, int seed, int interval) override;
  absl::Status Add(int policy, int seed, int interval, const Cell& cell) override;

  // The cells have become results: starting anew loses nothing.
  absl::Status Finish();

  // Cells that were read.
  int num_found() const { return num_found_; }

 private:
  ReplayJournal(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}

  const std::string path_;
  std::FILE* file_;
  int num_found_ = 0;
  std::mutex mutex_;
  std::map<std::tuple<int, int, int>, Cell> cells_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_REPLAY_JOURNAL_H_
