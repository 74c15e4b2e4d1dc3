#include "topologies/formats/sniff.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace rhumb {
namespace {

// What stands before the first element or line that matters fits in here, in every file of these
// formats.
constexpr size_t kHeadBytes = 1 << 16;
constexpr size_t kMaxKeys = 64;

// Name of the first element after prolog, comments and doctype.
std::string XmlRoot(absl::string_view head) {
  while (true) {
    const size_t open = head.find('<');
    if (open == absl::string_view::npos) return "";
    head.remove_prefix(open + 1);
    absl::string_view skip_to = ">";
    if (absl::StartsWith(head, "?")) {
      skip_to = "?>";
    } else if (absl::StartsWith(head, "!--")) {
      skip_to = "-->";
    } else if (absl::StartsWith(head, "!")) {
      // A doctype with an internal subset ends with "]>".
      const size_t bracket = head.find('[');
      if (bracket < head.find('>')) skip_to = "]>";
    } else {
      const size_t end = std::min(head.find_first_of(" \t\r\n/>"), head.size());
      absl::string_view name = head.substr(0, end);
      if (const size_t colon = name.find(':'); colon != absl::string_view::npos) {
        name.remove_prefix(colon + 1);
      }
      return std::string(name.substr(0, 64));
    }
    const size_t close = head.find(skip_to);
    if (close == absl::string_view::npos) return "";
    head.remove_prefix(close + skip_to.size());
  }
}

// One pass that knows strings and nesting only; what is not JSON at all is found out by the parser
// later.
void CollectJsonKeys(absl::string_view bytes, Sniff* sniff) {
  int depth = 0;
  bool in_nodes = false;  // inside the value of the outermost "nodes"
  bool first_node_done = false;
  absl::string_view last_string;
  for (size_t i = 0; i < bytes.size(); ++i) {
    switch (bytes[i]) {
      case '"': {
        const size_t begin = ++i;
        while (i < bytes.size() && bytes[i] != '"') i += bytes[i] == '\\' ? 2 : 1;
        last_string = bytes.substr(begin, std::min(i, bytes.size()) - begin);
        break;
      }
      case ':':
        if (depth == 1) {
          in_nodes = last_string == "nodes";
          if (sniff->json_keys.size() < kMaxKeys) sniff->json_keys.emplace(last_string);
        } else if (depth == 3 && in_nodes && !first_node_done &&
                   sniff->json_node_keys.size() < kMaxKeys) {
          sniff->json_node_keys.emplace(last_string);
        }
        break;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (depth == 3 && in_nodes) first_node_done = true;
        if (--depth == 0) return;
        break;
      default:
        break;
    }
  }
}

absl::string_view FirstLine(absl::string_view head) {
  while (!head.empty()) {
    const size_t end = std::min(head.find('\n'), head.size());
    const absl::string_view line = absl::StripAsciiWhitespace(head.substr(0, end));
    if (!line.empty() && line[0] != '#' && line[0] != '?' && !absl::StartsWith(line, "\"#")) {
      return line;
    }
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return {};
}

}  // namespace

Sniff SniffContent(absl::string_view bytes) {
  Sniff sniff;
  const absl::string_view head = absl::StripLeadingAsciiWhitespace(bytes.substr(0, kHeadBytes));
  sniff.head = head;
  if (head.empty()) return sniff;
  if (std::any_of(head.begin(), head.end(),
                  [](char c) { return absl::ascii_iscntrl(c) && !absl::ascii_isspace(c); })) {
    sniff.kind = Sniff::Kind::kBinary;
    sniff.utf16 = absl::StartsWith(head, "\xff\xfe") || absl::StartsWith(head, "\xfe\xff");
  } else if (head[0] == '<') {
    sniff.kind = Sniff::Kind::kXml;
    sniff.xml_root = XmlRoot(head);
  } else if (head[0] == '{') {
    sniff.kind = Sniff::Kind::kJsonObject;
    CollectJsonKeys(bytes, &sniff);
  } else {
    sniff.kind = Sniff::Kind::kText;
    sniff.sndlib_header = absl::StartsWith(head, "?SNDlib");
    sniff.first_line = FirstLine(head);
  }
  return sniff;
}

}  // namespace rhumb
