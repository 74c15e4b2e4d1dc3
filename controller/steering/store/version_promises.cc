#include "controller/steering/store/version_promises.h"

namespace rhumb {
namespace {

constexpr uint64_t kBlock = 1'000'000;
constexpr uint64_t kMargin = 100'000;

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
  for (auto kind : {&VersionFloor::topology, &VersionFloor::traffic, &VersionFloor::plan}) {
    KeepPromised(kind);
  }
}

void VersionPromises::KeepPromised(uint64_t VersionFloor::*kind) {
  if (drawn_.*kind + kMargin < promised_.*kind) return;
  promised_.*kind = drawn_.*kind + kBlock;
  change_->floor = promised_;
}

}  // namespace rhumb
