// libFuzzer's entry into the message that --message=NAME names; libFuzzer passes over such
// arguments.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/fuzz/message_mutator.h"
#include "tests/fuzz/messages.h"

namespace {

using google::protobuf::Message;

const rhumb::testing::FuzzedMessage* chosen = nullptr;

const rhumb::testing::FuzzedMessage& Kind() { return *chosen; }

std::unique_ptr<Message> Read(const uint8_t* data, size_t size) {
  return rhumb::testing::ReadMessage(Kind(), {reinterpret_cast<const char*>(data), size});
}

// What cannot be read starts as an empty message.
std::unique_ptr<Message> ReadOrEmpty(const uint8_t* data, size_t size) {
  std::unique_ptr<Message> message = Read(data, size);
  if (message == nullptr) message.reset(Kind().prototype().New());
  return message;
}

// Leaves the input as it is when the result does not fit.
size_t Write(const Message& message, uint8_t* data, size_t size, size_t max_size) {
  const std::string text = rhumb::testing::WriteMessage(message);
  if (text.size() > max_size) return size;
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr absl::string_view kFlag = "--message=";
  for (int i = 1; i < *argc; ++i) {
    absl::string_view word = (*argv)[i];
    if (word.substr(0, kFlag.size()) != kFlag) continue;
    for (const auto& kind : rhumb::testing::FuzzedMessages()) {
      if (word.substr(kFlag.size()) == kind.name) chosen = &kind;
    }
  }
  if (chosen != nullptr) return 0;
  std::fprintf(stderr, "give --message=NAME, a directory of tests/fuzz/corpus\n");
  std::exit(1);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (const auto message = Read(data, size)) Kind().run(*message);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  std::minstd_rand random(seed);
  const auto message = ReadOrEmpty(data, size);
  rhumb::testing::MutateMessage(message.get(), &random);
  return Write(*message, data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_size, unsigned seed) {
  std::minstd_rand random(seed);
  const auto message = ReadOrEmpty(data1, size1);
  rhumb::testing::CrossMessages(*ReadOrEmpty(data2, size2), message.get(), &random);
  return Write(*message, out, 0, max_size);
}
