#include "controller/serving/server/log_format.h"

#include <spdlog/pattern_formatter.h>

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

// Bytes of the UTF-8 character at `at`, 0 when there is none.
size_t CharacterAt(absl::string_view text, size_t at, uint32_t* code) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  const size_t size = first < 0x80                     ? 1
                      : first >= 0xc2 && first <= 0xdf ? 2
                      : (first & 0xf0) == 0xe0         ? 3
                      : first >= 0xf0 && first <= 0xf4 ? 4
                                                       : 0;
  if (size == 0 || at + size > text.size()) return 0;
  *code = size == 1 ? first : first & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    *code = *code << 6 | (byte(i) & 0x3f);
  }
  return size;
}

bool Harmless(uint32_t code) {
  return code >= 0x20 && (code < 0x7f || code > 0x9f) && code != 0x2028 && code != 0x2029;
}

class MessageOnOneLine final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    const std::string text = OnOneLine({message.payload.data(), message.payload.size()});
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<MessageOnOneLine>();
  }
};

}  // namespace

std::string OnOneLine(absl::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    uint32_t code = 0;
    const size_t size = CharacterAt(text, at, &code);
    if (size > 0 && Harmless(code)) {
      absl::StrAppend(&line, text.substr(at, size));
    } else if (text[at] == '\n') {
      line += "\\n";
    } else if (text[at] == '\r') {
      line += "\\r";
    } else if (text[at] == '\t') {
      line += "\\t";
    } else {
      for (size_t i = 0; i < (size > 0 ? size : 1); ++i) {
        absl::StrAppendFormat(&line, "\\x%02x", static_cast<unsigned char>(text[at + i]));
      }
    }
    at += size > 0 ? size : 1;
  }
  return line;
}

std::unique_ptr<spdlog::formatter> MakeLogFormatter() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<MessageOnOneLine>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %^%l%$ %*");
  return formatter;
}

}  // namespace rhumb
