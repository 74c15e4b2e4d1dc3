// The future events of a network in order of time: a timing wheel (Varghese and Lauck 1987) for the
// next half second, a heap for what is later.
#ifndef RHUMB_SIMULATOR_FLUID_EVENT_WHEEL_H_
#define RHUMB_SIMULATOR_FLUID_EVENT_WHEEL_H_

#include <algorithm>
#include <cstdint>
#include <vector>

namespace rhumb::fluid {

struct Event {
  double time_s = 0;
  uint32_t kind = 0;
  uint32_t index = 0;  // of whatever the kind says
};

// Push and pop take constant time while fewer than a handful of events share 16 microseconds. Equal
// times come out in the order in which they were pushed. Memory is kept from episode to episode.
class EventWheel {
 public:
  EventWheel() : head_(kSlots, kNone), occupied_(kSlots / 64, 0) {}

  void Clear() {
    std::fill(head_.begin(), head_.end(), kNone);
    std::fill(occupied_.begin(), occupied_.end(), 0);
    nodes_.clear();
    free_ = kNone;
    later_.clear();
    cursor_ = 0;
    in_wheel_ = 0;
    order_ = 0;
  }

  void Push(double time_s, uint32_t kind, uint32_t index) {
    const Event event{time_s, kind, index};
    if (SlotOf(time_s) >= cursor_ + kSlots) {
      later_.push_back({event, order_++});
      std::push_heap(later_.begin(), later_.end(), IsLater);
    } else {
      Insert(event);
    }
  }

  // Takes the first event out when it is not after `until_s`.
  bool Pop(double until_s, Event* event) {
    if (in_wheel_ == 0) {
      if (later_.empty() || later_.front().event.time_s > until_s) return false;
      cursor_ = SlotOf(later_.front().event.time_s);
      MoveIn();
    }
    const int64_t slot = FirstOccupied();
    uint32_t& head = head_[slot & kMask];
    if (nodes_[head].event.time_s > until_s) return false;
    if (slot > cursor_) {
      cursor_ = slot;
      if (!later_.empty()) MoveIn();  // nodes_ may grow
    }
    const uint32_t taken = head;
    *event = nodes_[taken].event;
    head = nodes_[taken].next;
    nodes_[taken].next = free_;
    free_ = taken;
    --in_wheel_;
    if (head == kNone) occupied_[(slot & kMask) >> 6] &= ~(uint64_t{1} << (slot & 63));
    return true;
  }

 private:
  static constexpr int64_t kSlots = 32768;
  static constexpr int64_t kMask = kSlots - 1;
  static constexpr double kSlotsPerSecond = 65536;
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Node {
    Event event;
    uint32_t next = kNone;
  };
  struct Later {
    Event event;
    uint64_t order;
  };

  static int64_t SlotOf(double time_s) { return static_cast<int64_t>(time_s * kSlotsPerSecond); }
  static bool IsLater(const Later& a, const Later& b) {
    return a.event.time_s != b.event.time_s ? a.event.time_s > b.event.time_s : a.order > b.order;
  }

  void Insert(const Event& event) {
    const int64_t slot = std::max(SlotOf(event.time_s), cursor_) & kMask;
    uint32_t index = free_;
    if (index == kNone) {
      index = static_cast<uint32_t>(nodes_.size());
      nodes_.emplace_back();
    } else {
      free_ = nodes_[index].next;
    }
    uint32_t* link = &head_[slot];
    while (*link != kNone && nodes_[*link].event.time_s <= event.time_s) link = &nodes_[*link].next;
    nodes_[index] = {event, *link};
    *link = index;
    occupied_[slot >> 6] |= uint64_t{1} << (slot & 63);
    ++in_wheel_;
  }

  void MoveIn() {
    while (!later_.empty() && SlotOf(later_.front().event.time_s) < cursor_ + kSlots) {
      Insert(later_.front().event);
      std::pop_heap(later_.begin(), later_.end(), IsLater);
      later_.pop_back();
    }
  }

  int64_t FirstOccupied() const {
    const int64_t start = cursor_ & kMask;
    int64_t word = start >> 6;
    uint64_t bits = occupied_[word] & (~uint64_t{0} << (start & 63));
    while (bits == 0) {
      word = (word + 1) & (kSlots / 64 - 1);
      bits = occupied_[word];
    }
    const int64_t found = word * 64 + __builtin_ctzll(bits);
    return cursor_ + ((found - start) & kMask);
  }

  std::vector<uint32_t> head_;      // [slots]
  std::vector<uint64_t> occupied_;  // a bit a slot
  std::vector<Node> nodes_;
  uint32_t free_ = kNone;
  std::vector<Later> later_;
  int64_t cursor_ = 0;  // slot of the last event taken; none before it is left
  int64_t in_wheel_ = 0;
  uint64_t order_ = 0;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_EVENT_WHEEL_H_
