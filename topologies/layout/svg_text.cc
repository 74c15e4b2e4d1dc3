#include "topologies/layout/svg_text.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_replace.h"

namespace rhumb {
namespace {

constexpr char kReplacement[] = "\uFFFD";
constexpr char kEllipsis[] = "\u2026";
constexpr double kMeanWidth = 0.58;  // of a character, of the font size

// The bytes of the UTF-8 character at the front; 0 when there is none. Overlong forms, surrogates
// and what lies beyond Unicode are none.
size_t CharacterAt(absl::string_view text, uint32_t* code) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || size > text.size()) return 0;
  *code = size == 1 ? first : first & (0x7f >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    *code = (*code << 6) | (byte(i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
  return *code < kLeast[size] || surrogate || *code > 0x10ffff ? 0 : size;
}

bool IsUnruly(uint32_t code) {
  return code < 0x20 || code == 0x7f || code == 0x200e || code == 0x200f ||
         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0xfffe || code == 0xffff;
}

}  // namespace

std::string PlainName(absl::string_view name, int most) {
  std::vector<std::string> characters;
  while (!name.empty() && static_cast<int>(characters.size()) <= most) {
    uint32_t code = 0;
    const size_t size = CharacterAt(name, &code);
    const bool plain = size > 0 && !IsUnruly(code);
    characters.push_back(plain ? std::string(name.substr(0, size)) : kReplacement);
    name.remove_prefix(size > 0 ? size : 1);
  }
  const bool cut = static_cast<int>(characters.size()) > most;
  std::string text;
  for (size_t i = 0; i < characters.size() && static_cast<int>(i) < (cut ? most - 1 : most); ++i) {
    text += characters[i];
  }
  return cut ? text + kEllipsis : text;
}

std::string EscapedXml(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

double TextWidth(absl::string_view text, double font_size) {
  size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return static_cast<double>(characters) * kMeanWidth * font_size;
}

}  // namespace rhumb
