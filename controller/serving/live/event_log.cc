#include "controller/serving/live/event_log.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

void Write(absl::string_view epoch, uint64_t number, const LiveEvent& event, std::string* out) {
  absl::StrAppend(out, "id: ", epoch, "-", number, "\nevent: ", event.kind, "\ndata: ", event.data,
                  "\n\n");
}

}  // namespace

void EventLog::Append(std::vector<LiveEvent> events) {
  absl::MutexLock lock(&mutex_);
  encoded_.clear();
  for (LiveEvent& event : events) {
    Numbered numbered{++last_, std::move(event)};
    const std::string kind = numbered.event.kind;
    if (numbered.event.state) {
      states_.insert_or_assign(kind, std::move(numbered));
      continue;
    }
    auto& kept = happened_[kind];
    kept.push_back(std::move(numbered));
    if (kept.size() <= kept_) continue;
    dropped_ = std::max(dropped_, kept.front().number);
    kept.pop_front();
  }
}

EventLog::Message EventLog::After(uint64_t heard) {
  absl::MutexLock lock(&mutex_);
  if (heard > last_) heard = 0;
  if (heard != 0 && heard == last_) return {heard, nullptr};
  // A viewer that missed something is not told a part as if it were all.
  if (heard < dropped_) heard = 0;
  auto& bytes = encoded_[heard];
  if (bytes == nullptr) bytes = std::make_shared<const std::string>(Encode(heard));
  return {last_, bytes};
}

uint64_t EventLog::Resume(absl::string_view last_event_id) const {
  const size_t dash = last_event_id.rfind('-');
  uint64_t number = 0;
  if (dash == absl::string_view::npos || last_event_id.substr(0, dash) != epoch_ ||
      !absl::SimpleAtoi(last_event_id.substr(dash + 1), &number)) {
    return 0;
  }
  absl::MutexLock lock(&mutex_);
  return number <= last_ ? number : 0;
}

std::string EventLog::Encode(uint64_t heard) const {
  std::vector<const Numbered*> due;
  for (const auto& [kind, numbered] : states_) {
    if (numbered.number > heard) due.push_back(&numbered);
  }
  for (const auto& [kind, kept] : happened_) {
    for (const Numbered& numbered : kept) {
      if (numbered.number > heard) due.push_back(&numbered);
    }
  }
  std::sort(due.begin(), due.end(),
            [](const Numbered* a, const Numbered* b) { return a->number < b->number; });
  std::string text;
  if (heard == 0) {
    // Its number is of before everything, so that a viewer that hears no more begins anew.
    Write(epoch_, 0, {"hello", absl::StrCat("{\"epoch\":\"", epoch_, "\"}"), true}, &text);
  }
  for (const Numbered* numbered : due) Write(epoch_, numbered->number, numbered->event, &text);
  return text;
}

}  // namespace rhumb
