// Writes one JSON document with keys in the order of the calls and numbers that read back to the
// same bits.
#ifndef RHUMB_CONTROLLER_REPLAY_JSON_WRITER_H_
#define RHUMB_CONTROLLER_REPLAY_JSON_WRITER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rhumb {

// Calls nest as the document does; Key before every value of an object. Not checked: our own code
// calls it.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(absl::string_view key);
  JsonWriter& String(absl::string_view value);
  // Shortest text that reads back as `value`; null when it is not finite, which JSON cannot say.
  JsonWriter& Number(double value);
  JsonWriter& Integer(long long value);
  JsonWriter& Null();

  const std::string& text() const { return text_; }

 private:
  void Separate();
  void Quote(absl::string_view value);
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);

  std::string text_;
  std::vector<bool> empty_;  // of every open object or array
  bool after_key_ = false;
};

// Shortest decimal text that reads back as `value`: "0.1", "1e-09".
std::string ShortestNumber(double value);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_JSON_WRITER_H_
