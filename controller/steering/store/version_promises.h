// Versions of topologies, traffic estimates and plans, which only grow, over restarts too.
#ifndef RHUMB_CONTROLLER_STEERING_STORE_VERSION_PROMISES_H_
#define RHUMB_CONTROLLER_STEERING_STORE_VERSION_PROMISES_H_

#include <cstdint>

#include "controller/steering/store/store.h"

namespace rhumb {

class VersionPromises;

// One kind of them, to draw from. A handle: copies draw from the same row.
class VersionSource {
 public:
  // One above latest(). The store has been promised it before it is returned.
  uint64_t Next();
  // The one drawn last; before any, what an earlier run may have drawn.
  uint64_t latest() const;

 private:
  friend class VersionPromises;
  VersionSource(VersionPromises* promises, uint64_t VersionFloor::*kind)
      : promises_(promises), kind_(kind) {}

  VersionPromises* promises_;
  uint64_t VersionFloor::*kind_;
};

// There is no other way to a version than Next, and Next writes down what it promises: a version
// cannot be used that the store does not hear of in the same change. Promised are blocks of a
// million, the next one when a tenth is left, so that a version may be used before its write is
// done and none is given twice, whenever the process dies.
//
// That holds while the store keeps what it was promised. Where it does not (a full disk), versions
// must not be used in the epoch that the store knows: overdrawn() says so in time, and another
// epoch, of which the store knows nothing yet, makes them good.
//
// Owned by the control thread. O(1), no disk.
class VersionPromises {
 public:
  // Promises go into `change`, which outlives this. The first blocks are promised at once; whoever
  // starts the controller sees to it that they are kept before a version of them is used.
  explicit VersionPromises(StoreChange* change);
  VersionPromises(const VersionPromises&) = delete;
  VersionPromises& operator=(const VersionPromises&) = delete;

  // Goes on above what an earlier run promised. Before the first Next.
  void StartAbove(const VersionFloor& stored);

  // The store has kept a promise, `floor`.
  void Kept(const VersionFloor& floor);
  // Some versions are, or soon will be, beyond what the store has kept.
  bool overdrawn() const;
  // Nothing that was promised is still to be kept.
  bool settled() const;
  // All promises into the change once more.
  void PromiseAgain() { change_->floor = promised_; }

  VersionSource topology() { return {this, &VersionFloor::topology}; }
  VersionSource traffic() { return {this, &VersionFloor::traffic}; }
  VersionSource plan() { return {this, &VersionFloor::plan}; }

 private:
  friend class VersionSource;
  void KeepPromised(uint64_t VersionFloor::*kind);

  StoreChange* const change_;
  VersionFloor drawn_;
  VersionFloor promised_;
  VersionFloor kept_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STORE_VERSION_PROMISES_H_
