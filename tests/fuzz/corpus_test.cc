// Replays the seeds and every fault that fuzzing has found through the readers, in the ordinary
// test suite.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/fuzz/file_readers.h"
#include "tests/fuzz/http_requests.h"
#include "tests/fuzz/serve_config_reader.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

std::vector<testing::FuzzedReader> AllReaders() {
  const auto files = testing::FileReaders();
  std::vector<testing::FuzzedReader> all(files.begin(), files.end());
  all.push_back({"http", testing::RunHttp});
  all.push_back({"serve_config", testing::RunServeConfig});
  return all;
}

class CorpusTest : public ::testing::TestWithParam<testing::FuzzedReader> {};

TEST_P(CorpusTest, ReaderKeepsItsPromisesOnEveryFile) {
  const std::filesystem::path directory =
      std::filesystem::path(RHUMB_CORPUS_DIRECTORY) / GetParam().name;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  EXPECT_FALSE(files.empty());
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const auto bytes = ReadWholeFile(file, 1 << 24);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    GetParam().run(*bytes);  // aborts when a promise is broken
    // Every beginning of it, as a cut-short file would be; the first 400 bytes hold what heads
    // there are.
    for (size_t size = 0; size < std::min<size_t>(bytes->size(), 400); ++size) {
      GetParam().run(absl::string_view(*bytes).substr(0, size));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, CorpusTest, ::testing::ValuesIn(AllReaders()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rhumb
