#include "tests/fuzz/message_mutator.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace rhumb::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMaxDepth = 6;
constexpr int kMaxElements = 60;

constexpr const char* kTexts[] = {"A",
                                  "B",
                                  "C",
                                  "D",
                                  "A>B",
                                  "B>A",
                                  "A>C",
                                  "C>D",
                                  "B>D",
                                  "A-B",
                                  "A>B#2",
                                  "C-A",
                                  "duct",
                                  "s",
                                  "main",
                                  "ecmp",
                                  "shortest-path",
                                  "widest",
                                  "cspf",
                                  "",
                                  "neural",
                                  "ecmp:hops",
                                  "lp-previous",
                                  "A>A",
                                  "E",
                                  "E>A",
                                  ">",
                                  "A>",
                                  "#",
                                  "%s%n",
                                  "\n",
                                  "\x1b[2J",
                                  "ä→",
                                  "links[0]",
                                  "\x7f",
                                  "a b"};

int Draw(std::minstd_rand* random, int n) { return static_cast<int>((*random)() % n); }

std::string DrawText(std::minstd_rand* random) {
  const int kind = Draw(random, 20);
  if (kind == 0) return std::string(Draw(random, 700), 'x');
  std::string text = kTexts[Draw(random, std::size(kTexts))];
  if (kind == 1) text += kTexts[Draw(random, std::size(kTexts))];
  if (kind == 2) text += static_cast<char>(' ' + Draw(random, 95));
  return text;
}

double DrawDouble(std::minstd_rand* random) {
  constexpr double kDoubles[] = {0,
                                 -0.0,
                                 1,
                                 -1,
                                 0.5,
                                 1e-300,
                                 5e-324,
                                 1e308,
                                 -1e308,
                                 1e9,
                                 2e9,
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN(),
                                 0.3,
                                 0.7,
                                 1.0000001};
  if (Draw(random, 3) == 0) return std::ldexp(Draw(random, 1000), Draw(random, 60) - 30);
  return kDoubles[Draw(random, std::size(kDoubles))];
}

uint64_t DrawInteger(std::minstd_rand* random) {
  constexpr uint64_t kIntegers[] = {0,
                                    1,
                                    2,
                                    3,
                                    7,
                                    10,
                                    32,
                                    64,
                                    100,
                                    1'000'000'000,
                                    1'700'000'020,
                                    std::numeric_limits<int32_t>::max(),
                                    std::numeric_limits<uint32_t>::max(),
                                    std::numeric_limits<int64_t>::max(),
                                    uint64_t{1} << 63,
                                    std::numeric_limits<uint64_t>::max()};
  if (Draw(random, 3) == 0) return static_cast<uint64_t>(Draw(random, 40));
  return kIntegers[Draw(random, std::size(kIntegers))];
}

// Sets a field, or adds an element to a repeated one.
void SetField(Message* message, const FieldDescriptor* field, std::minstd_rand* random, int depth) {
  const auto* reflection = message->GetReflection();
  const bool add = field->is_repeated();
  if (add && reflection->FieldSize(*message, field) >= kMaxElements) return;
  const uint64_t integer = DrawInteger(random);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      add ? reflection->AddDouble(message, field, DrawDouble(random))
          : reflection->SetDouble(message, field, DrawDouble(random));
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      add ? reflection->AddInt32(message, field, static_cast<int32_t>(integer))
          : reflection->SetInt32(message, field, static_cast<int32_t>(integer));
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      add ? reflection->AddUInt32(message, field, static_cast<uint32_t>(integer))
          : reflection->SetUInt32(message, field, static_cast<uint32_t>(integer));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      add ? reflection->AddInt64(message, field, static_cast<int64_t>(integer))
          : reflection->SetInt64(message, field, static_cast<int64_t>(integer));
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      add ? reflection->AddUInt64(message, field, integer)
          : reflection->SetUInt64(message, field, integer);
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      add ? reflection->AddBool(message, field, integer % 2 == 0)
          : reflection->SetBool(message, field, integer % 2 == 0);
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      // proto3 keeps numbers that it does not know.
      add ? reflection->AddEnumValue(message, field, Draw(random, 5))
          : reflection->SetEnumValue(message, field, Draw(random, 5));
      return;
    case FieldDescriptor::CPPTYPE_STRING:
      add ? reflection->AddString(message, field, DrawText(random))
          : reflection->SetString(message, field, DrawText(random));
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message* child =
          add ? reflection->AddMessage(message, field) : reflection->MutableMessage(message, field);
      if (depth >= kMaxDepth) return;
      const Descriptor* type = child->GetDescriptor();
      for (int i = 0; i < type->field_count(); ++i) {
        if (Draw(random, 2) == 0) SetField(child, type->field(i), random, depth + 1);
      }
      return;
    }
    default:
      return;
  }
}

// All messages inside, the outer one included.
void Collect(Message* message, std::vector<Message*>* all) {
  all->push_back(message);
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    const int size = field->is_repeated() ? reflection->FieldSize(*message, field) : 1;
    for (int i = 0; i < size; ++i) {
      Collect(field->is_repeated() ? reflection->MutableRepeatedMessage(message, field, i)
                                   : reflection->MutableMessage(message, field),
              all);
    }
  }
}

void ChangeElements(Message* message, const FieldDescriptor* field, std::minstd_rand* random) {
  const auto* reflection = message->GetReflection();
  const int size = reflection->FieldSize(*message, field);
  if (size == 0) return SetField(message, field, random, 0);
  const int index = Draw(random, size);
  switch (Draw(random, 4)) {
    case 0:
      reflection->SwapElements(message, field, index, size - 1);
      reflection->RemoveLast(message, field);
      return;
    case 1:
      reflection->SwapElements(message, field, index, Draw(random, size));
      return;
    case 2:
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && size < kMaxElements) {
        // A copy of an element that is there already.
        Message* copy = reflection->AddMessage(message, field);
        copy->CopyFrom(reflection->GetRepeatedMessage(*message, field, index));
        return;
      }
      [[fallthrough]];
    default:
      SetField(message, field, random, 0);
  }
}

}  // namespace

void MutateMessage(Message* message, std::minstd_rand* random) {
  for (int changes = 1 + Draw(random, 4); changes > 0; --changes) {
    std::vector<Message*> all;
    Collect(message, &all);
    Message* target = all[Draw(random, static_cast<int>(all.size()))];
    const Descriptor* type = target->GetDescriptor();
    if (type->field_count() == 0) continue;
    const FieldDescriptor* field = type->field(Draw(random, type->field_count()));
    const auto* reflection = target->GetReflection();
    if (field->is_map()) continue;
    if (Draw(random, 8) == 0) {
      reflection->ClearField(target, field);
    } else if (field->is_repeated()) {
      ChangeElements(target, field, random);
    } else {
      SetField(target, field, random, 0);
    }
  }
}

void CrossMessages(const Message& other, Message* message, std::minstd_rand* random) {
  const Descriptor* type = message->GetDescriptor();
  const auto* reflection = message->GetReflection();
  std::unique_ptr<Message> copy(other.New());
  copy->CopyFrom(other);
  for (int i = 0; i < type->field_count(); ++i) {
    if (Draw(random, 2) == 0) reflection->SwapFields(message, copy.get(), {type->field(i)});
  }
}

}  // namespace rhumb::testing
