// JSON trees for readers of foreign formats.
#ifndef RHUMB_TOPOLOGIES_FORMATS_JSON_FIELDS_H_
#define RHUMB_TOPOLOGIES_FORMATS_JSON_FIELDS_H_

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/input.h"

namespace rhumb {

// The whole document. InvalidArgument with line and column when it is not well-formed (see
// json_syntax.h). NaN and Infinity, which Python writes though JSON has none, become the texts
// "NaN", "Infinity" and "-Infinity", so that whoever reads the field can say whose it is.
absl::StatusOr<nlohmann::json> ParseJson(const Input& input);

// The members of an object as fields; null ones are left out, as are those that `wanted` does not
// want. Numbers keep every digit, lists of numbers become "1, 2", anything else its JSON.
Fields JsonFields(const nlohmann::json& object,
                  const std::function<bool(const std::string&)>& wanted = nullptr);

// A number or text as text; empty for null and anything else.
std::string JsonText(const nlohmann::json* value);

// The member, null when it is missing, null or `object` is no object.
const nlohmann::json* JsonMember(const nlohmann::json& object, const char* key);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_JSON_FIELDS_H_
