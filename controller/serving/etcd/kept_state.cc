#include "controller/serving/etcd/kept_state.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace rhumb {
namespace {

using etcdserverpb::RangeRequest;
using etcdserverpb::RangeResponse;

constexpr size_t kDigits = 20;
// Read at once: a leader that is far from etcd waits for every answer, and a message is held whole.
constexpr int64_t kPlansTogether = 8;

RangeRequest RangeOf(const std::string& prefix, int64_t revision) {
  RangeRequest request;
  request.set_key(prefix);
  request.set_range_end(EndOfPrefix(prefix));
  request.set_revision(revision);
  return request;
}

// Reads at one revision: that of the first read.
class Reader {
 public:
  Reader(EtcdClient& etcd, const StateKeys& keys, SteadyTime deadline)
      : etcd_(etcd), keys_(keys), deadline_(deadline) {}

  int64_t revision() const { return revision_; }
  absl::StatusOr<RangeResponse> Read(RangeRequest request) {
    request.set_revision(revision_);
    auto response = etcd_.Range(request, deadline_);
    if (response.ok() && revision_ == 0) revision_ = response->header().revision();
    return response;
  }
  // A value that may be large. DataLoss when parts are missing.
  absl::StatusOr<std::string> Whole(const std::string& value) {
    if (absl::StartsWith(value, "I")) return value.substr(1);
    const std::string name = ChunksOf(value);
    const std::vector<absl::string_view> words = absl::StrSplit(value, ':');
    size_t parts = 0, bytes = 0;
    if (name.empty() || words.size() != 3 || !absl::SimpleAtoi(words[1], &parts) ||
        !absl::SimpleAtoi(words[2], &bytes)) {
      return absl::DataLossError("is neither a value nor the name of one");
    }
    const auto found = Read(RangeOf(keys_.Chunks(name), 0));
    if (!found.ok()) return found.status();
    if (found->kvs_size() != static_cast<int>(parts)) return absl::DataLossError("misses a part");
    std::string whole;
    for (const mvccpb::KeyValue& part : found->kvs()) whole += part.value();
    if (whole.size() != bytes) return absl::DataLossError("has parts of another");
    return whole;
  }

 private:
  EtcdClient& etcd_;
  const StateKeys& keys_;
  const SteadyTime deadline_;
  int64_t revision_ = 0;
};

void Problem(StoredState* state, absl::string_view what, const absl::Status& status) {
  absl::StrAppend(&state->problem, state->problem.empty() ? "" : "; ", what, " in etcd ",
                  status.message());
}

template <typename Message>
absl::Status ReadLarge(Reader& reader, const std::string& value, Message* message) {
  const auto whole = reader.Whole(value);
  if (!whole.ok()) return whole.status();
  if (message->ParseFromString(*whole)) return absl::OkStatus();
  return absl::DataLossError("cannot be read");
}

absl::Status ReadState(Reader& reader, const std::map<std::string, std::string>& values,
                       StoredState* state) {
  const auto value = [&](const char* name) {
    const auto it = values.find(name);
    return it == values.end() ? nullptr : &it->second;
  };
  const auto number = [&](const char* name, uint64_t* out) {
    const std::string* text = value(name);
    return text != nullptr && absl::SimpleAtoi(*text, out) && *out != 0;
  };
  if (!number("epoch", &state->epoch) || !number("scope", &state->term_scope)) {
    return absl::DataLossError("the state in etcd has no epoch; was it written by Rhumb?");
  }
  if (const std::string* floor = value("floor")) {
    const std::vector<absl::string_view> words = absl::StrSplit(*floor, '/');
    if (words.size() != 3 || !absl::SimpleAtoi(words[0], &state->floor.topology) ||
        !absl::SimpleAtoi(words[1], &state->floor.traffic) ||
        !absl::SimpleAtoi(words[2], &state->floor.plan)) {
      return absl::DataLossError("the promised versions in etcd cannot be read");
    }
  }
  if (const std::string* settings = value("settings");
      settings != nullptr && !state->settings.ParseFromString(*settings)) {
    state->settings.Clear();
    state->settings_lost = true;
    Problem(state, "the settings", absl::DataLossError("cannot be read"));
  }
  const auto large = [&](const char* name, auto* out) -> absl::Status {
    const std::string* text = value(name);
    if (text == nullptr) return absl::OkStatus();
    const absl::Status status = ReadLarge(reader, *text, &out->emplace());
    if (status.ok()) return status;
    out->reset();
    if (!absl::IsDataLoss(status)) return status;
    Problem(state, absl::StrCat("the ", name), status);
    return absl::OkStatus();
  };
  if (auto status = large("topology", &state->reported); !status.ok()) return status;
  return large("demands", &state->demands);
}

absl::Status ReadPlans(Reader& reader, const StateKeys& keys, HowMuch how_much, KeptState* kept) {
  RangeRequest request = RangeOf(keys.Plans(), 0);
  request.set_limit(kPlansTogether);
  if (how_much == HowMuch::kLatestPlanOnly) {
    request.set_sort_order(RangeRequest::DESCEND);
    request.set_limit(1);
  }
  for (;;) {
    const auto found = reader.Read(request);
    if (!found.ok()) return found.status();
    for (const mvccpb::KeyValue& entry : found->kvs()) {
      if (const auto name = ChunksOf(entry.value()); !name.empty()) kept->large[entry.key()] = name;
      rhumb::v1::LivePlan plan;
      const absl::Status status = ReadLarge(reader, entry.value(), &plan);
      if (status.ok()) {
        kept->state.plans.push_back(std::move(plan));
      } else if (absl::IsDataLoss(status)) {
        Problem(&kept->state, "a plan", status);
      } else {
        return status;
      }
    }
    if (how_much == HowMuch::kLatestPlanOnly || !found->more()) return absl::OkStatus();
    request.set_key(found->kvs().rbegin()->key() + std::string(1, '\0'));
  }
}

absl::Status CountAudit(Reader& reader, const StateKeys& keys, KeptState* kept) {
  RangeRequest request = RangeOf(keys.Audits(), 0);
  const auto found = reader.Read(request);
  if (!found.ok()) return found.status();
  for (const mvccpb::KeyValue& entry : found->kvs()) {
    if (const auto name = ChunksOf(entry.value()); !name.empty()) kept->large[entry.key()] = name;
    rhumb::v1::ListAuditResponse records;
    const absl::Status status = ReadLarge(reader, entry.value(), &records);
    if (!status.ok() && !absl::IsDataLoss(status)) return status;
    // What cannot be read is dropped in its turn, too.
    kept->audit[NumberOfKey(entry.key())] = records.records_size();
  }
  return absl::OkStatus();
}

}  // namespace

std::string StateKeys::State(absl::string_view name) const {
  return absl::StrCat(all, "/state/", name);
}
std::string StateKeys::Plan(uint64_t version) const {
  return absl::StrFormat("%s%020d", Plans(), version);
}
std::string StateKeys::Audit(uint64_t number) const {
  return absl::StrFormat("%s%020d", Audits(), number);
}
std::string StateKeys::Chunks(absl::string_view name) const {
  return absl::StrCat(AllChunks(), name, "/");
}
std::string StateKeys::Chunk(absl::string_view name, size_t place) const {
  return absl::StrFormat("%s%06d", Chunks(name), place);
}

uint64_t NumberOfKey(absl::string_view key) {
  uint64_t number = 0;
  if (key.size() < kDigits || !absl::SimpleAtoi(key.substr(key.size() - kDigits), &number)) {
    return 0;
  }
  return number;
}

std::string ChunksOf(absl::string_view value) {
  if (!absl::StartsWith(value, "C")) return "";
  return std::string(value.substr(1, value.find(':') - 1));
}

absl::StatusOr<KeptState> ReadKeptState(EtcdClient& etcd, const StateKeys& keys, HowMuch how_much,
                                        SteadyTime deadline) {
  Reader reader(etcd, keys, deadline);
  const std::string prefix = keys.State("");
  const auto found = reader.Read(RangeOf(prefix, 0));
  if (!found.ok()) return found.status();
  KeptState kept;
  kept.revision = reader.revision();
  std::map<std::string, std::string> values;
  for (const mvccpb::KeyValue& entry : found->kvs()) {
    const std::string name = entry.key().substr(prefix.size());
    values[name] = entry.value();
    if (name == "write") {
      kept.written_revision = entry.mod_revision();
      kept.written = entry.value();
    }
    if (name != "topology" && name != "demands") continue;
    if (const std::string chunks = ChunksOf(entry.value()); !chunks.empty()) {
      kept.large[entry.key()] = chunks;
    }
  }
  const auto format = values.find("format");
  if (format == values.end()) return kept;
  if (format->second != kStateFormat) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "the state under %s in etcd is of format %s, and this program knows %s; use a program of "
        "the version that wrote it",
        keys.all, format->second, kStateFormat));
  }
  if (auto s = ReadState(reader, values, &kept.state); !s.ok()) return s;
  if (auto s = ReadPlans(reader, keys, how_much, &kept); !s.ok()) return s;
  if (how_much == HowMuch::kAll) {
    if (auto s = CountAudit(reader, keys, &kept); !s.ok()) return s;
  }
  return kept;
}

absl::StatusOr<LatestWrite> ReadLatestWrite(EtcdClient& etcd, const StateKeys& keys,
                                            SteadyTime deadline) {
  RangeRequest request;
  request.set_key(keys.State("write"));
  const auto found = etcd.Range(request, deadline);
  if (!found.ok()) return found.status();
  LatestWrite latest;
  if (found->kvs_size() > 0) latest = {found->kvs(0).mod_revision(), found->kvs(0).value()};
  return latest;
}

absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> ReadAudit(EtcdClient& etcd,
                                                              const StateKeys& keys, int limit,
                                                              SteadyTime deadline) {
  std::vector<rhumb::v1::AuditRecord> records;
  if (limit <= 0) return records;
  RangeRequest request = RangeOf(keys.Audits(), 0);
  request.set_sort_order(RangeRequest::DESCEND);
  request.set_limit(limit);
  Reader reader(etcd, keys, deadline);
  const auto found = reader.Read(request);
  if (!found.ok()) return found.status();
  for (const mvccpb::KeyValue& entry : found->kvs()) {
    rhumb::v1::ListAuditResponse written;
    if (auto status = ReadLarge(reader, entry.value(), &written); !status.ok()) return status;
    for (int i = written.records_size(); i-- > 0;) {
      if (records.size() == static_cast<size_t>(limit)) return records;
      records.push_back(written.records(i));
    }
  }
  return records;
}

}  // namespace rhumb
