// Scalars for TensorBoard: its event files, written without TensorFlow.
//
// The format is a sequence of TFRecords (length, masked CRC-32C of it, bytes, masked CRC-32C of
// them), each a serialized tensorflow.Event; of that message only wall_time (1), step (2),
// file_version (3) and summary (5) with its values' tag (1) and simple_value (2) are needed.
#ifndef RHUMB_AGENTS_TRAINING_EVENT_FILE_H_
#define RHUMB_AGENTS_TRAINING_EVENT_FILE_H_

#include <cstdint>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rhumb::training {

// CRC-32C (Castagnoli).
uint32_t Crc32c(absl::string_view bytes);
// One record around `data`.
std::string TfRecord(absl::string_view data);
std::string ScalarEvent(double wall_time_s, int64_t step, absl::string_view tag, float value);

class EventFile {
 public:
  // Starts a new file in `directory`; TensorBoard shows all files of a directory as one run.
  absl::Status Open(const std::string& directory);
  void Scalar(int64_t step, absl::string_view tag, double value);
  void Flush() { file_.flush(); }

 private:
  std::ofstream file_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_EVENT_FILE_H_
