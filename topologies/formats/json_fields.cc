#include "topologies/formats/json_fields.h"

#include <algorithm>

#include "topologies/formats/json_syntax.h"

namespace rhumb {

using nlohmann::json;

absl::StatusOr<json> ParseJson(const Input& input) {
  const std::string repaired = QuoteNotANumber(input.bytes);
  const absl::string_view bytes = repaired.empty() ? input.bytes : absl::string_view(repaired);
  if (absl::Status status = CheckJsonSyntax({bytes, input.file}); !status.ok()) return status;
  return json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
}

std::string JsonText(const json* value) {
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  return value->is_number() ? value->dump() : "";
}

const json* JsonMember(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Fields JsonFields(const json& object, const std::function<bool(const std::string&)>& wanted) {
  Fields fields;
  for (const auto& item : object.items()) {
    const json& value = item.value();
    if (value.is_null() || (wanted && !wanted(item.key()))) continue;
    std::string text;
    if (value.is_string()) {
      text = value.get<std::string>();
    } else if (value.is_array() && value.size() > 1 && value.size() <= 3 &&
               std::all_of(value.begin(), value.end(),
                           [](const json& v) { return v.is_number(); })) {
      for (const json& number : value) {
        text += (text.empty() ? "" : ", ") + number.dump();
      }
    } else if (value.is_structured()) {
      text = value.is_array() ? "[...]" : "{...}";  // no field that is read is one
    } else {
      text = value.dump();
    }
    fields.push_back({item.key(), std::move(text)});
  }
  return fields;
}

}  // namespace rhumb
