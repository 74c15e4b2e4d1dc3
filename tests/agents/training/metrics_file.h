// Reads what a packet-level run wrote.
#ifndef RHUMB_TESTS_AGENTS_TRAINING_METRICS_FILE_H_
#define RHUMB_TESTS_AGENTS_TRAINING_METRICS_FILE_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace rhumb::training {

// What a column has, of the rows that have something there.
inline std::vector<double> MetricsColumn(const std::string& metrics_csv, const std::string& name) {
  const std::vector<std::string> lines = absl::StrSplit(metrics_csv, '\n', absl::SkipEmpty());
  const std::vector<std::string> names = absl::StrSplit(lines.at(0), ',');
  const auto column = std::find(names.begin(), names.end(), name) - names.begin();
  std::vector<double> values;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = absl::StrSplit(lines[i], ',');
    double value = 0;
    if (absl::SimpleAtod(fields.at(column), &value)) values.push_back(value);
  }
  return values;
}

// The mean rewards of a run's validations, the first one from before any update.
inline std::vector<double> ValidationRewards(const std::string& metrics_csv) {
  return MetricsColumn(metrics_csv, "validation_reward");
}

}  // namespace rhumb::training

#endif  // RHUMB_TESTS_AGENTS_TRAINING_METRICS_FILE_H_
