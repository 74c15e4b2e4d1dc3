#include "topologies/formats/gml.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/graph_elements.h"
#include "topologies/formats/topology_draft.h"

namespace rhumb {
namespace {

constexpr size_t kMaxGmlBytes = size_t{64} << 20;
constexpr int kMaxDepth = 32;
constexpr size_t kMaxFields = 200;  // of one node or edge

struct Token {
  enum class Kind { kEnd, kWord, kText, kOpen, kClose } kind = Kind::kEnd;
  std::string text;
  int line = 0;
};

// "&#252;", "&amp;"; other text is left as it is.
std::string DecodeEntities(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = text[0] == '&' ? text.substr(0, 12).find(';') : absl::string_view::npos;
    uint32_t code = 0;
    if (end != absl::string_view::npos) {
      const absl::string_view name = text.substr(1, end - 1);
      constexpr std::pair<absl::string_view, char> kNames[] = {
          {"amp", '&'}, {"quot", '"'}, {"lt", '<'}, {"gt", '>'}, {"apos", '\''}};
      for (const auto& [known, character] : kNames) {
        if (name == known) code = static_cast<unsigned char>(character);
      }
      if (absl::StartsWith(name, "#x")) {
        if (!absl::SimpleHexAtoi(name.substr(2), &code)) code = 0;
      } else if (absl::StartsWith(name, "#")) {
        if (!absl::SimpleAtoi(name.substr(1), &code)) code = 0;
      }
    }
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(end + 1);
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      out += static_cast<char>(0xe0 | code >> 12);
      out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      out += static_cast<char>(0xf0 | code >> 18);
      out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
      out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return out;
}

class Lexer {
 public:
  explicit Lexer(const Input& input) : input_(input), rest_(input.bytes) {}

  absl::StatusOr<Token> Next() {
    SkipBlanksAndRemarks();
    Token token;
    token.line = line_;
    if (rest_.empty()) return token;
    const char c = rest_[0];
    if (c == '[' || c == ']') {
      rest_.remove_prefix(1);
      token.kind = c == '[' ? Token::Kind::kOpen : Token::Kind::kClose;
      return token;
    }
    if (c == '"') {
      const size_t end = rest_.find('"', 1);
      if (end == absl::string_view::npos) {
        return input_.FaultAt(line_, "a text is not closed; is the file cut short?");
      }
      token.kind = Token::Kind::kText;
      token.text = DecodeEntities(rest_.substr(1, end - 1));
      line_ += static_cast<int>(std::count(rest_.begin(), rest_.begin() + end, '\n'));
      rest_.remove_prefix(end + 1);
      return token;
    }
    size_t end = 0;
    while (end < rest_.size() && !absl::ascii_isspace(rest_[end]) &&
           !absl::StrContains("[]\"", rest_.substr(end, 1))) {
      ++end;
    }
    token.kind = Token::Kind::kWord;
    token.text = std::string(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return token;
  }

 private:
  void SkipBlanksAndRemarks() {
    while (!rest_.empty()) {
      if (rest_[0] == '\n') {
        ++line_;
        at_line_start_ = true;
      } else if (rest_[0] == '#' && at_line_start_) {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
        continue;
      } else if (!absl::ascii_isspace(rest_[0])) {
        at_line_start_ = false;
        return;
      }
      rest_.remove_prefix(1);
    }
  }

  const Input& input_;
  absl::string_view rest_;
  int line_ = 1;
  bool at_line_start_ = true;
};

struct Element {
  Fields fields;
  int line;
};

class Reader {
 public:
  Reader(const Input& input, const LoadOptions& options)
      : input_(input), lexer_(input), draft_(input, options), fields_(options, &draft_) {}

  absl::StatusOr<Loaded<Topology>> Read() {
    if (absl::Status status = FindGraph(); !status.ok()) return status;
    if (absl::Status s = AddGraphFields(std::move(graph_fields_), &fields_, &draft_); !s.ok()) {
      return s;
    }
    for (Element& node : nodes_) {
      std::string key = TakeField(&node.fields, "id");
      if (absl::Status s =
              AddGraphNode(std::move(key), std::move(node.fields), node.line, &fields_, &draft_);
          !s.ok()) {
        return s;
      }
    }
    for (Element& edge : edges_) {
      std::string source = TakeField(&edge.fields, "source");
      std::string target = TakeField(&edge.fields, "target");
      if (absl::Status s = AddGraphEdge(std::move(source), std::move(target), directed_,
                                        std::move(edge.fields), edge.line, &fields_, &draft_);
          !s.ok()) {
        return s;
      }
    }
    return draft_.Finish();
  }

 private:
  // Reads keys of the file up to its end; the first "graph" is the network.
  absl::Status FindGraph() {
    bool found = false;
    while (true) {
      auto key = lexer_.Next();
      if (!key.ok()) return key.status();
      if (key->kind == Token::Kind::kEnd) break;
      if (key->kind != Token::Kind::kWord) {
        return input_.FaultAt(key->line, "expected a key; is this GML?");
      }
      auto value = lexer_.Next();
      if (!value.ok()) return value.status();
      if (key->text == "graph" && value->kind == Token::Kind::kOpen && !found) {
        found = true;
        if (absl::Status status = ReadGraph(); !status.ok()) return status;
      } else if (value->kind == Token::Kind::kOpen) {
        if (key->text == "graph") {
          draft_.notes.Say("the file holds more than one graph: only the first was read");
        }
        if (absl::Status status = Skip(1); !status.ok()) return status;
      } else if (value->kind == Token::Kind::kEnd || value->kind == Token::Kind::kClose) {
        return input_.FaultAt(
            value->line, absl::StrFormat("the key \"%s\" has no value", key->text.substr(0, 40)));
      }
    }
    if (!found) return input_.Fault("has no \"graph [\"; is the file cut short?");
    return absl::OkStatus();
  }

  // Up to the matching bracket.
  absl::Status Skip(int depth) {
    while (depth > 0) {
      auto token = lexer_.Next();
      if (!token.ok()) return token.status();
      if (token->kind == Token::Kind::kEnd) return CutShort(token->line);
      if (token->kind == Token::Kind::kOpen && ++depth > kMaxDepth) {
        return input_.FaultAt(token->line,
                              absl::StrFormat("is nested more than %d deep", kMaxDepth));
      }
      if (token->kind == Token::Kind::kClose) --depth;
    }
    return absl::OkStatus();
  }

  absl::Status CutShort(int line) const {
    return input_.FaultAt(line, "ends before its brackets are closed; the file is cut short");
  }

  absl::Status ReadGraph() {
    while (true) {
      auto key = lexer_.Next();
      if (!key.ok()) return key.status();
      if (key->kind == Token::Kind::kClose) return absl::OkStatus();
      if (key->kind == Token::Kind::kEnd) return CutShort(key->line);
      if (key->kind != Token::Kind::kWord) return input_.FaultAt(key->line, "expected a key");
      auto value = lexer_.Next();
      if (!value.ok()) return value.status();
      if (value->kind == Token::Kind::kEnd || value->kind == Token::Kind::kClose) {
        return CutShort(value->line);
      }
      if (value->kind == Token::Kind::kOpen) {
        const bool node = key->text == "node", edge = key->text == "edge";
        if (!node && !edge) {
          if (absl::Status status = Skip(1); !status.ok()) return status;
          graph_fields_.push_back({key->text, "[...]"});
          continue;
        }
        auto fields = ReadElement();
        if (!fields.ok()) return fields.status();
        (node ? nodes_ : edges_).push_back({*std::move(fields), key->line});
      } else if (key->text == "directed") {
        directed_ = value->text == "1";
      } else if (key->text != "multigraph") {
        graph_fields_.push_back({key->text, value->text});
      }
    }
  }

  absl::StatusOr<Fields> ReadElement() {
    Fields fields;
    while (true) {
      auto key = lexer_.Next();
      if (!key.ok()) return key.status();
      if (key->kind == Token::Kind::kClose) return fields;
      if (key->kind == Token::Kind::kEnd) return CutShort(key->line);
      if (key->kind != Token::Kind::kWord) return input_.FaultAt(key->line, "expected a key");
      auto value = lexer_.Next();
      if (!value.ok()) return value.status();
      if (value->kind == Token::Kind::kEnd || value->kind == Token::Kind::kClose) {
        return CutShort(value->line);
      }
      std::string text = value->text;
      if (value->kind == Token::Kind::kOpen) {
        if (absl::Status status = Skip(1); !status.ok()) return status;
        text = "[...]";
      }
      const auto same = std::find_if(fields.begin(), fields.end(),
                                     [&](const Field& field) { return field.name == key->text; });
      if (same == fields.end()) {
        if (fields.size() == kMaxFields) {
          return input_.FaultAt(
              key->line, absl::StrFormat("has an element with more than %d keys", kMaxFields));
        }
        fields.push_back({key->text, std::move(text)});
      } else {
        absl::StrAppend(&same->text, ", ", text);
      }
    }
  }

  const Input& input_;
  Lexer lexer_;
  TopologyDraft draft_;
  ElementFields fields_;
  Fields graph_fields_;
  std::vector<Element> nodes_, edges_;
  bool directed_ = false;
};

}  // namespace

bool IsGml(const Sniff& sniff) {
  if (sniff.kind != Sniff::Kind::kText) return false;
  const absl::string_view line = sniff.first_line;
  // "graph [" at once, or behind "Creator", "Version" and such.
  const bool begins =
      absl::StartsWith(line, "graph") || absl::StartsWithIgnoreCase(line, "creator") ||
      absl::StartsWithIgnoreCase(line, "version") || absl::StartsWithIgnoreCase(line, "comment") ||
      absl::StartsWithIgnoreCase(line, "date");
  if (!begins) return false;
  for (size_t at = sniff.head.find("graph"); at != absl::string_view::npos;
       at = sniff.head.find("graph", at + 1)) {
    if (at > 0 && !absl::ascii_isspace(sniff.head[at - 1])) continue;
    const absl::string_view behind = absl::StripLeadingAsciiWhitespace(sniff.head.substr(at + 5));
    if (absl::StartsWith(behind, "[")) return true;
  }
  return false;
}

absl::StatusOr<Loaded<Topology>> ReadGml(const Input& input, const LoadOptions& options) {
  if (input.bytes.size() > kMaxGmlBytes) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: has %d bytes of GML; the limit is %d", input.file, input.bytes.size(), kMaxGmlBytes));
  }
  return Reader(input, options).Read();
}

}  // namespace rhumb
