#include "controller/replay/kept_work.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace rhumb {

KeptWork::KeptWork(std::string out, std::vector<std::string> policies)
    : out_(std::move(out)), policies_(std::move(policies)) {}

void KeptWork::HasJournal() {
  const std::lock_guard<std::mutex> lock(mutex_);
  has_journal_ = true;
}

void KeptWork::Finished(int policy, const PolicyCells& cells, const Save& save) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (out_.empty() || has_journal_) return;
  }
  finished_.emplace_back(policy, cells);
  if (finished_.size() == policies_.size()) return;
  std::sort(finished_.begin(), finished_.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<int> indices;
  std::vector<PolicyCells> done;
  std::vector<std::string> others = policies_;
  for (const auto& [index, policy_cells] : finished_) {
    indices.push_back(index);
    done.push_back(policy_cells);
    others[index].clear();
  }
  others.erase(std::remove(others.begin(), others.end(), ""), others.end());
  // Without the lock: last words must not wait for a slow disk.
  if (!save(done, others).ok()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  saved_ = std::move(indices);
}

std::string KeptWork::LastWords() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (out_.empty()) return "stopped; nothing was kept, --out DIR keeps what is finished";
  if (has_journal_) {
    return absl::StrFormat(
        "stopped; finished episodes are in %s, go on with the same command and --resume", out_);
  }
  if (saved_.empty()) return "stopped before a policy was finished; nothing was kept";
  std::vector<std::string> kept, others;
  for (size_t p = 0; p < policies_.size(); ++p) {
    const bool saved = std::count(saved_.begin(), saved_.end(), static_cast<int>(p)) > 0;
    (saved ? kept : others).push_back(policies_[p]);
  }
  return absl::StrFormat(
      "stopped; %s %s finished and in %s/results.json, --policies %s plays the "
      "others",
      absl::StrJoin(kept, ", "), kept.size() == 1 ? "is" : "are", out_, absl::StrJoin(others, ","));
}

}  // namespace rhumb
