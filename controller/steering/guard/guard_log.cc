#include "controller/steering/guard/guard_log.h"

#include <spdlog/spdlog.h>

#include "controller/steering/plan/enum_names.h"

namespace rhumb {

void GuardLog::Count(const rhumb::v1::GuardReport& report) {
  metrics_->CountGuard(report.outcome(), report.rule());
  if (report.outcome() == rhumb::v1::GUARD_OUTCOME_ACCEPTED) return;
  ++counts_[NameOf(report.rule())];
  spdlog::info("guard outcome={} rule={} explanation=\"{}\"", NameOf(report.outcome()),
               NameOf(report.rule()), report.explanation());
}

}  // namespace rhumb
