#include "controller/steering/store/audit.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

constexpr int kDefaultRecords = 100;
constexpr uint32_t kMaxRecords = 1000;

}  // namespace

rhumb::v1::AuditRecord MakeAuditRecord(absl::Time at, absl::string_view action,
                                       absl::string_view detail, const std::string& who) {
  rhumb::v1::AuditRecord record;
  *record.mutable_at() = ToTimestamp(at);
  record.set_who(who);
  record.set_action(std::string(action));
  record.set_detail(std::string(detail));
  return record;
}

absl::StatusOr<rhumb::v1::ListAuditResponse> ListAudit(const rhumb::v1::ListAuditRequest& request,
                                                       StoreWriter* store) {
  if (request.limit() > kMaxRecords) {
    return FieldError("limit", absl::StrFormat("%d; at most %d", request.limit(), kMaxRecords));
  }
  auto records =
      store->Audit(request.limit() == 0 ? kDefaultRecords : static_cast<int>(request.limit()));
  if (!records.ok()) return records.status();
  rhumb::v1::ListAuditResponse response;
  for (auto& record : *records) *response.add_records() = std::move(record);
  return response;
}

}  // namespace rhumb
