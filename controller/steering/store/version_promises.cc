#include "controller/steering/store/version_promises.h"

#include <algorithm>
#include <iterator>

namespace rhumb {
namespace {

constexpr uint64_t kBlock = 1'000'000;
constexpr uint64_t kMargin = 100'000;
// Drawn at most between two looks at overdrawn().
constexpr uint64_t kBetweenLooks = 10'000;
constexpr uint64_t VersionFloor::*kKinds[] = {&VersionFloor::topology, &VersionFloor::traffic,
                                              &VersionFloor::plan};

}  // namespace

uint64_t VersionSource::Next() {
  const uint64_t version = ++(promises_->drawn_.*kind_);
  promises_->KeepPromised(kind_);
  return version;
}

uint64_t VersionSource::latest() const { return promises_->drawn_.*kind_; }

VersionPromises::VersionPromises(StoreChange* change) : change_(change) { StartAbove({}); }

void VersionPromises::StartAbove(const VersionFloor& stored) {
  drawn_ = promised_ = stored;
  for (const auto kind : kKinds) KeepPromised(kind);
  kept_ = promised_;
}

void VersionPromises::Kept(const VersionFloor& floor) {
  for (const auto kind : kKinds) kept_.*kind = std::max(kept_.*kind, floor.*kind);
}

bool VersionPromises::overdrawn() const {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [&](const auto kind) { return drawn_.*kind + kBetweenLooks > kept_.*kind; });
}

bool VersionPromises::settled() const {
  return std::all_of(std::begin(kKinds), std::end(kKinds),
                     [&](const auto kind) { return kept_.*kind >= promised_.*kind; });
}

void VersionPromises::KeepPromised(uint64_t VersionFloor::*kind) {
  if (drawn_.*kind + kMargin < promised_.*kind) return;
  promised_.*kind = drawn_.*kind + kBlock;
  change_->floor = promised_;
}

}  // namespace rhumb
