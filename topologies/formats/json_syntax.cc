#include "topologies/formats/json_syntax.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

using nlohmann::json;

// Listens to the parser: counts depth, remembers the first fault, builds nothing.
class Listener : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t& key) override {
    // Parsers keep the last of two, and what the first said would be lost.
    if (keys_.back().insert(key).second) return true;
    repeated_ = key;
    return false;
  }
  bool start_object(std::size_t) override { return Enter(); }
  bool start_array(std::size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& fault) override {
    position_ = position;
    what_ = fault.what();
    return false;
  }

  const std::optional<std::string>& repeated() const { return repeated_; }
  bool too_deep() const { return too_deep_; }
  std::size_t position() const { return position_; }
  const std::string& what() const { return what_; }

 private:
  bool Enter() {
    too_deep_ = ++depth_ > kMaxJsonDepth;
    keys_.emplace_back();
    return !too_deep_;
  }
  bool Leave() {
    --depth_;
    keys_.pop_back();
    return true;
  }

  int depth_ = 0;
  std::vector<absl::flat_hash_set<std::string>> keys_;  // of the objects that are open
  std::optional<std::string> repeated_;
  bool too_deep_ = false;
  std::size_t position_ = 0;
  std::string what_;
};

// "unexpected end of input; expected ']'" out of nlohmann's "[json.exception.parse_error.101] parse
// error at line 1, column 5: syntax error while parsing array - unexpected end of input; expected
// ']'".
std::string Reason(const std::string& what) {
  const size_t dash = what.rfind(" - ");
  if (dash != std::string::npos) return what.substr(dash + 3);
  const size_t colon = what.find(": ");
  return colon == std::string::npos ? what : what.substr(colon + 2);
}

}  // namespace

absl::Status CheckJsonSyntax(const Input& input) {
  Listener listener;
  const bool ok = json::sax_parse(input.bytes.begin(), input.bytes.end(), &listener);
  if (listener.too_deep()) {
    return input.Fault(absl::StrFormat(
        "the JSON is nested more than %d deep, which no network or traffic is", kMaxJsonDepth));
  }
  if (listener.repeated()) {
    return input.Fault(absl::StrFormat(
        "an object of the JSON has the key \"%s\" twice; remove one, since only one can count",
        absl::string_view(*listener.repeated()).substr(0, 60)));
  }
  if (ok) return absl::OkStatus();
  const size_t end = std::min(listener.position(), input.bytes.size());
  const absl::string_view before = input.bytes.substr(0, end);
  const int line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
  const size_t last_break = before.rfind('\n');
  const size_t column = last_break == absl::string_view::npos ? end : end - last_break - 1;
  return input.FaultAt(line, absl::StrFormat("column %d: this is not valid JSON: %s", column,
                                             Reason(listener.what()).substr(0, 200)));
}

std::string QuoteNotANumber(absl::string_view bytes) {
  std::string out;
  size_t copied = 0;
  bool in_text = false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c != 'N' && c != 'I' && c != '-') continue;
    for (absl::string_view word : {"NaN", "-Infinity", "Infinity"}) {
      if (!absl::StartsWith(bytes.substr(i), word)) continue;
      out.append(bytes.data() + copied, i - copied);
      absl::StrAppend(&out, "\"", word, "\"");
      i += word.size() - 1;
      copied = i + 1;
      break;
    }
  }
  if (copied > 0) out.append(bytes.data() + copied, bytes.size() - copied);
  return out;
}

}  // namespace rhumb
