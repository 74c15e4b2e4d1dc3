// Reads what a packet-level run wrote.
#ifndef RHUMB_TESTS_AGENTS_TRAINING_METRICS_FILE_H_
#define RHUMB_TESTS_AGENTS_TRAINING_METRICS_FILE_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace rhumb::training {

// The mean rewards of a run's validations, the first one from before any update.
inline std::vector<double> ValidationRewards(const std::string& metrics_csv) {
  const std::vector<std::string> lines = absl::StrSplit(metrics_csv, '\n', absl::SkipEmpty());
  const std::vector<std::string> names = absl::StrSplit(lines.at(0), ',');
  const auto column = std::find(names.begin(), names.end(), "validation_reward") - names.begin();
  std::vector<double> rewards;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = absl::StrSplit(lines[i], ',');
    double reward = 0;
    if (absl::SimpleAtod(fields.at(column), &reward)) rewards.push_back(reward);
  }
  return rewards;
}

}  // namespace rhumb::training

#endif  // RHUMB_TESTS_AGENTS_TRAINING_METRICS_FILE_H_
