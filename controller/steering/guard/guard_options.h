// How strict the guard is.
#ifndef RHUMB_CONTROLLER_STEERING_GUARD_GUARD_OPTIONS_H_
#define RHUMB_CONTROLLER_STEERING_GUARD_GUARD_OPTIONS_H_

namespace rhumb {

struct GuardOptions {
  // A proposal's MLU may be above the better of shortest path and ECMP by this share of it.
  double mlu_tolerance = 1e-6;
  // Most of all traffic that one plan may move to other paths, in (0, 1]. Failures are exempt.
  double max_moved_share = 0.3;
  // A plan that lowers the predicted MLU by less than this share does not replace the one in force.
  double hysteresis = 0.01;
  // How many of the latest matrices a proposal is checked on.
  int matrices = 3;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_GUARD_GUARD_OPTIONS_H_
