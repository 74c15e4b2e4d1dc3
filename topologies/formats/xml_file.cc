#include "topologies/formats/xml_file.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/names.h"

namespace rhumb {
namespace {

constexpr size_t kMaxXmlBytes = size_t{64} << 20;
constexpr size_t kDeclarationBytes = 200;

// Lower case; "utf-8" when the declaration does not say.
std::string DeclaredEncoding(absl::string_view text) {
  const absl::string_view head =
      absl::StripLeadingAsciiWhitespace(text.substr(0, kDeclarationBytes));
  if (!absl::StartsWith(head, "<?xml")) return "utf-8";
  const absl::string_view declaration = head.substr(0, head.find("?>"));
  const size_t at = declaration.find("encoding");
  if (at == absl::string_view::npos) return "utf-8";
  const size_t open = declaration.find_first_of("\"'", at);
  if (open == absl::string_view::npos) return "utf-8";
  const size_t close = declaration.find(declaration[open], open + 1);
  return absl::AsciiStrToLower(declaration.substr(open + 1, close - open - 1));
}

}  // namespace

absl::StatusOr<std::unique_ptr<XmlFile>> XmlFile::Parse(const Input& input) {
  if (input.bytes.size() > kMaxXmlBytes) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: has %d bytes of XML; the limit is %d", input.file, input.bytes.size(), kMaxXmlBytes));
  }
  const std::string encoding = DeclaredEncoding(input.bytes);
  std::unique_ptr<XmlFile> file(new XmlFile);
  if (encoding == "utf-8" || encoding == "utf8" || encoding == "us-ascii" || encoding == "ascii") {
    file->text_ = std::string(input.bytes);
  } else if (encoding == "iso-8859-1" || encoding == "latin1" || encoding == "windows-1252") {
    file->text_ = ToUtf8(input.bytes);
  } else {
    return input.Fault(absl::StrFormat(
        "declares the encoding \"%s\"; convert it to UTF-8 (iconv) and say so in its first line",
        encoding.substr(0, 40)));
  }
  file->line_begins_.push_back(0);
  for (size_t at = file->text_.find('\n'); at != std::string::npos;
       at = file->text_.find('\n', at + 1)) {
    file->line_begins_.push_back(at + 1);
  }
  // No format here needs entities of its own, and they are how small files become huge ones.
  if (const size_t at = file->text_.find("<!ENTITY"); at != std::string::npos) {
    return input.FaultAt(
        file->LineOfOffset(static_cast<ptrdiff_t>(at)),
        "declares XML entities, which are not expanded here for safety; remove the "
        "document type declaration and write the text out");
  }
  const pugi::xml_parse_result result = file->document_.load_buffer_inplace(
      &file->text_[0], file->text_.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    return input.FaultAt(
        file->LineOfOffset(result.offset),
        absl::StrFormat("this is not well-formed XML (%s); the file may be cut short",
                        absl::AsciiStrToLower(result.description())));
  }
  return file;
}

int XmlFile::LineOfOffset(ptrdiff_t offset) const {
  const auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(),
                                      static_cast<size_t>(std::max<ptrdiff_t>(offset, 0)));
  return static_cast<int>(after - line_begins_.begin());
}

int XmlFile::Line(pugi::xml_node node) const { return LineOfOffset(node.offset_debug()); }

absl::string_view ChildText(pugi::xml_node node, const char* child) {
  return absl::StripAsciiWhitespace(node.child(child).text().get());
}

}  // namespace rhumb
