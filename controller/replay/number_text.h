// Numbers in files that are read back.
#ifndef RHUMB_CONTROLLER_REPLAY_NUMBER_TEXT_H_
#define RHUMB_CONTROLLER_REPLAY_NUMBER_TEXT_H_

#include <charconv>
#include <string>

namespace rhumb {

// Shortest decimal text that reads back as the same bits, whatever the locale: "0.1", "1e-09".
inline std::string ShortestNumber(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, result.ptr);
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_NUMBER_TEXT_H_
