// Where a run of a test writes.
#ifndef RHUMB_TESTS_AGENTS_TRAINING_FRESH_DIRECTORY_H_
#define RHUMB_TESTS_AGENTS_TRAINING_FRESH_DIRECTORY_H_

#include <unistd.h>

#include <filesystem>
#include <string>

namespace rhumb::training {

// The path of a folder that does not exist yet, of this process alone; a run makes it.
inline std::string FreshDirectory(const std::string& name) {
  const auto path = std::filesystem::temp_directory_path() / (name + std::to_string(getpid()));
  std::filesystem::remove_all(path);
  return path.string();
}

}  // namespace rhumb::training

#endif  // RHUMB_TESTS_AGENTS_TRAINING_FRESH_DIRECTORY_H_
