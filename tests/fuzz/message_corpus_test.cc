// Replays the seeds and every finding of the live controller's fuzz targets in the ordinary test
// suite, and mutates each a little, with a fixed seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/fuzz/message_mutator.h"
#include "tests/fuzz/messages.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

// RHUMB_MUTATIONS overrides it, for long runs where there is no libFuzzer.
int Mutations() {
  const char* text = std::getenv("RHUMB_MUTATIONS");
  return text != nullptr ? std::atoi(text) : 25;
}

class MessageCorpusTest : public ::testing::TestWithParam<testing::FuzzedMessage> {};

TEST_P(MessageCorpusTest, ControllerKeepsItsPromises) {
  const testing::FuzzedMessage& kind = GetParam();
  const std::filesystem::path directory = std::filesystem::path(RHUMB_CORPUS_DIRECTORY) / kind.name;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  EXPECT_FALSE(files.empty());
  std::minstd_rand random(1);
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const auto text = ReadWholeFile(file, 1 << 20);
    ASSERT_TRUE(text.ok()) << text.status();
    const auto message = testing::ReadMessage(kind, *text);
    ASSERT_NE(message, nullptr) << "the file is no " << kind.prototype().GetTypeName();
    kind.run(*message);  // aborts when a promise is broken
    const std::unique_ptr<google::protobuf::Message> seed(message->New());
    seed->CopyFrom(*message);
    for (int i = 0; i < Mutations(); ++i) {
      // Far from the seed nothing passes the first check any more.
      if (i % 8 == 0) message->CopyFrom(*seed);
      testing::MutateMessage(message.get(), &random);
      const std::string mutated = testing::WriteMessage(*message);
      // A broken promise ends the process; this is what it leaves.
      if (Mutations() > 1000) {
        std::ofstream(std::string(::testing::TempDir()) + "last_" + kind.name) << mutated;
      }
      if (const auto sent = testing::ReadMessage(kind, mutated)) kind.run(*sent);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, MessageCorpusTest,
                         ::testing::ValuesIn(testing::FuzzedMessages().begin(),
                                             testing::FuzzedMessages().end()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rhumb
