// What the two ends of a transfer note about each of its segments, a byte a segment.
#ifndef RHUMB_SIMULATOR_FLUID_SEGMENT_MARKS_H_
#define RHUMB_SIMULATOR_FLUID_SEGMENT_MARKS_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace rhumb::fluid {

enum SegmentMark : uint8_t {
  kArrived = 1,  // at the receiver
  kSacked = 2,   // the sender knows that it arrived behind a gap
  kLost = 4,     // the sender takes it for lost
  kResent = 8    // sent again since it was taken for lost
};

// Memory for the marks of many transfers, in blocks that are used again.
class SegmentMarks {
 public:
  // A block for so many segments without marks.
  uint32_t Take(uint32_t segments) {
    const uint32_t size_class = SizeClass(segments);
    uint32_t block;
    if (free_[size_class].empty()) {
      block = static_cast<uint32_t>(marks_.size());
      marks_.resize(marks_.size() + (size_t{1} << size_class));
    } else {
      block = free_[size_class].back();
      free_[size_class].pop_back();
    }
    std::fill_n(marks_.begin() + block, segments, uint8_t{0});
    return block;
  }
  void GiveBack(uint32_t block, uint32_t segments) { free_[SizeClass(segments)].push_back(block); }
  // Until the next Take.
  uint8_t* operator[](uint32_t block) { return marks_.data() + block; }

  void Clear() {
    marks_.clear();
    for (std::vector<uint32_t>& blocks : free_) blocks.clear();
  }

 private:
  // The least power of two, at least 16, that is not below.
  static uint32_t SizeClass(uint32_t segments) {
    uint32_t size_class = 4;
    while ((uint64_t{1} << size_class) < segments) ++size_class;
    return size_class;
  }

  std::vector<uint8_t> marks_;
  std::array<std::vector<uint32_t>, 33> free_;  // by size class
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_SEGMENT_MARKS_H_
