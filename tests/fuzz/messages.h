// What the fuzz targets of the live controller and their corpus test feed: one entry a message, by
// the name of its corpus directory. Seeds and findings are text-format protos.
#ifndef RHUMB_TESTS_FUZZ_MESSAGES_H_
#define RHUMB_TESTS_FUZZ_MESSAGES_H_

#include <google/protobuf/message.h>

#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rhumb::testing {

struct FuzzedMessage {
  const char* name;
  const google::protobuf::Message& (*prototype)();
  // Aborts when the controller breaks a promise; see SteeredNetwork.
  void (*run)(const google::protobuf::Message& message);
};

inline void PrintTo(const FuzzedMessage& message, std::ostream* out) { *out << message.name; }

absl::Span<const FuzzedMessage> FuzzedMessages();

// Null when the text is no such message, or none that could come over the network.
std::unique_ptr<google::protobuf::Message> ReadMessage(const FuzzedMessage& kind,
                                                       absl::string_view text);
std::string WriteMessage(const google::protobuf::Message& message);

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_MESSAGES_H_
