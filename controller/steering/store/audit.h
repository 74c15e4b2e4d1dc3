// The record of who changed what: how it is written, and how it is read.
#ifndef RHUMB_CONTROLLER_STEERING_STORE_AUDIT_H_
#define RHUMB_CONTROLLER_STEERING_STORE_AUDIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controller/steering/store/store_writer.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

rhumb::v1::AuditRecord MakeAuditRecord(absl::Time at, absl::string_view action,
                                       absl::string_view detail, const std::string& who);

// The latest records, the latest first. InvalidArgument, naming the field, for too many; else the
// store's errors. Reads the disk: not on the control thread.
absl::StatusOr<rhumb::v1::ListAuditResponse> ListAudit(const rhumb::v1::ListAuditRequest& request,
                                                       StoreWriter* store);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STORE_AUDIT_H_
