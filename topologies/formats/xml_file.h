// An XML file as a tree with line numbers. Wraps pugixml, which neither expands entities nor loads
// anything.
#ifndef RHUMB_TOPOLOGIES_FORMATS_XML_FILE_H_
#define RHUMB_TOPOLOGIES_FORMATS_XML_FILE_H_

#include <memory>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/input.h"

namespace rhumb {

class XmlFile {
 public:
  // InvalidArgument with the line for malformed or cut-short XML and for entity declarations;
  // ResourceExhausted beyond 64 MiB (the tree can take 25 times that). Text in ISO-8859-1 or
  // Windows-1252's common part becomes UTF-8; another declared encoding than these, US-ASCII and
  // UTF-8 is refused.
  static absl::StatusOr<std::unique_ptr<XmlFile>> Parse(const Input& input);

  pugi::xml_node root() const { return document_.document_element(); }
  // Line on which the element begins, from 1.
  int Line(pugi::xml_node node) const;

 private:
  XmlFile() = default;
  int LineOfOffset(ptrdiff_t offset) const;

  std::string text_;  // UTF-8
  std::vector<size_t> line_begins_;
  pugi::xml_document document_;
};

// Text of the first child element of that name without surrounding white space; empty when there is
// none.
absl::string_view ChildText(pugi::xml_node node, const char* child);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_XML_FILE_H_
