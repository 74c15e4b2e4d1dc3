#include "controller/serving/store/sqlite_store.h"

#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

constexpr int kSchemaVersion = 1;
constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS plan (version INTEGER PRIMARY KEY, message BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY AUTOINCREMENT, message BLOB NOT NULL);
)";

// One prepared statement; parameters are bound in order.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    result_ = sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& Bind(absl::string_view text) {
    if (statement_ != nullptr) {
      sqlite3_bind_blob64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT);
    }
    return *this;
  }
  Statement& BindNumber(uint64_t value) {
    if (statement_ != nullptr) {
      sqlite3_bind_int64(statement_, ++bound_, static_cast<sqlite3_int64>(value));
    }
    return *this;
  }
  // True when there is a row.
  bool Step() {
    if (result_ != SQLITE_OK && result_ != SQLITE_ROW) return false;
    result_ = sqlite3_step(statement_);
    return result_ == SQLITE_ROW;
  }
  std::string Blob(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
  }
  // After the last Step.
  absl::Status status() const {
    if (result_ == SQLITE_OK || result_ == SQLITE_ROW || result_ == SQLITE_DONE) {
      return absl::OkStatus();
    }
    return absl::UnavailableError(
        absl::StrFormat("%s (SQLite code %d)", sqlite3_errmsg(db_), result_));
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int result_ = SQLITE_OK;
  int bound_ = 0;
};

class SqliteStore : public Store {
 public:
  SqliteStore(StoreOptions options, int kept_plans)
      : options_(std::move(options)), kept_plans_(kept_plans) {}
  ~SqliteStore() override { sqlite3_close(db_); }

  std::string kind() const override { return "sqlite"; }

  absl::StatusOr<StoredState> Load() override {
    absl::StatusOr<StoredState> state = OpenAndRead();
    if (state.ok() || !corrupt_) return state;
    const std::string aside =
        absl::StrCat(options_.path, ".corrupt-", absl::ToUnixSeconds(absl::Now()));
    spdlog::error("store is corrupt path=\"{}\" error=\"{}\"; moved to \"{}\"", options_.path,
                  std::string(state.status().message()), aside);
    sqlite3_close(std::exchange(db_, nullptr));
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::rename((options_.path + suffix).c_str(), (aside + suffix).c_str());
    }
    const std::string problem =
        absl::StrFormat("the store was corrupt (%s) and was moved to %s; this one is new",
                        state.status().message(), aside);
    state = OpenAndRead();
    if (state.ok()) state->problem = problem;
    return state;
  }

  absl::Status Write(const std::vector<StoreChange>& changes) override {
    if (auto status = Open(); !status.ok()) return status;
    if (auto status = Execute("BEGIN IMMEDIATE"); !status.ok()) return status;
    absl::Status status = WriteAll(changes);
    if (status.ok()) status = Execute("COMMIT");
    if (!status.ok()) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    return status;
  }

  absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> Audit(int limit) override {
    if (auto status = Open(); !status.ok()) return status;
    Statement statement(db_, "SELECT message FROM audit ORDER BY id DESC LIMIT ?");
    statement.BindNumber(limit);
    std::vector<rhumb::v1::AuditRecord> records;
    while (statement.Step()) {
      if (rhumb::v1::AuditRecord record; record.ParseFromString(statement.Blob(0))) {
        records.push_back(std::move(record));
      }
    }
    if (!statement.status().ok()) return statement.status();
    return records;
  }

 private:
  absl::Status Error(absl::string_view what) const {
    return absl::UnavailableError(
        absl::StrFormat("%s: %s: %s; check the disk and the file's rights", options_.path, what,
                        db_ != nullptr ? sqlite3_errmsg(db_) : "out of memory"));
  }

  absl::Status Execute(const char* sql) {
    const int result = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
    if (result == SQLITE_OK) return absl::OkStatus();
    corrupt_ = result == SQLITE_CORRUPT || result == SQLITE_NOTADB;
    return Error(sql);
  }

  absl::Status Open() {
    if (db_ != nullptr) return absl::OkStatus();
    corrupt_ = false;
    // Before SQLite creates it with the process's umask; the WAL takes the mode of the file.
    if (FILE* file = std::fopen(options_.path.c_str(), "ab"); file != nullptr) std::fclose(file);
    chmod(options_.path.c_str(), 0600);
    if (sqlite3_open(options_.path.c_str(), &db_) != SQLITE_OK) {
      const absl::Status status = Error("cannot open the store");
      sqlite3_close(std::exchange(db_, nullptr));
      return status;
    }
    sqlite3_busy_timeout(db_, 1000);
    for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", kSchema}) {
      if (auto status = Execute(sql); !status.ok()) {
        sqlite3_close(std::exchange(db_, nullptr));
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<StoredState> OpenAndRead() {
    if (auto status = Open(); !status.ok()) return status;
    Statement check(db_, "PRAGMA quick_check(1)");
    if (!check.Step() || check.Blob(0) != "ok") {
      corrupt_ = true;
      return absl::DataLossError(absl::StrCat(options_.path, ": ", check.Blob(0)));
    }
    StoredState state;
    auto corrupt = [&](absl::string_view what) {
      corrupt_ = true;
      return absl::DataLossError(absl::StrCat(options_.path, ": cannot read ", what));
    };
    const auto schema = Number("schema");
    if (schema && *schema != kSchemaVersion) return corrupt("a store of another version");
    state.epoch = Number("epoch").value_or(0);
    if (state.epoch == 0) {
      state.epoch = NewEpoch();
      for (auto status :
           {Put("schema", absl::StrCat(kSchemaVersion)), Put("epoch", absl::StrCat(state.epoch))}) {
        if (!status.ok()) return status;
      }
    }
    state.floor.topology = Number("floor.topology").value_or(0);
    state.floor.traffic = Number("floor.traffic").value_or(0);
    state.floor.plan = Number("floor.plan").value_or(0);
    if (const auto blob = Get("topology")) {
      state.reported.emplace();
      if (!state.reported->ParseFromString(*blob)) return corrupt("the topology");
    }
    if (const auto blob = Get("settings"); blob && !state.settings.ParseFromString(*blob)) {
      return corrupt("the settings");
    }
    Statement plans(db_, "SELECT message FROM plan ORDER BY version");
    while (plans.Step()) {
      if (!state.plans.emplace_back().ParseFromString(plans.Blob(0))) return corrupt("a plan");
    }
    if (!plans.status().ok()) return plans.status();
    return state;
  }

  absl::Status WriteAll(const std::vector<StoreChange>& changes) {
    for (const StoreChange& change : changes) {
      if (change.epoch) {
        if (auto s = Put("epoch", absl::StrCat(*change.epoch)); !s.ok()) return s;
        if (auto s = Execute("DELETE FROM plan"); !s.ok()) return s;
      }
      if (change.reported) {
        if (auto s = Put("topology", ToProto(*change.reported).SerializeAsString()); !s.ok()) {
          return s;
        }
      }
      if (change.settings) {
        if (auto s = Put("settings", change.settings->SerializeAsString()); !s.ok()) return s;
      }
      if (change.floor) {
        const auto& floor = *change.floor;
        for (auto s : {Put("floor.topology", absl::StrCat(floor.topology)),
                       Put("floor.traffic", absl::StrCat(floor.traffic)),
                       Put("floor.plan", absl::StrCat(floor.plan))}) {
          if (!s.ok()) return s;
        }
      }
      for (const LivePlanPtr& plan : change.plans) {
        Statement insert(db_, "INSERT OR REPLACE INTO plan VALUES (?, ?)");
        insert.BindNumber(plan->version()).Bind(ToProto(*plan).SerializeAsString()).Step();
        if (!insert.status().ok()) return insert.status();
      }
      for (const auto& record : change.audit) {
        Statement insert(db_, "INSERT INTO audit (message) VALUES (?)");
        insert.Bind(record.SerializeAsString()).Step();
        if (!insert.status().ok()) return insert.status();
      }
    }
    return Prune();
  }

  absl::Status Prune() {
    Statement plans(db_,
                    "DELETE FROM plan WHERE version NOT IN "
                    "(SELECT version FROM plan ORDER BY version DESC LIMIT ?)");
    plans.BindNumber(kept_plans_).Step();
    if (!plans.status().ok()) return plans.status();
    Statement audit(db_, "DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - ?");
    audit.BindNumber(options_.kept_audit).Step();
    return audit.status();
  }

  absl::Status Put(absl::string_view key, absl::string_view value) {
    Statement statement(db_, "INSERT OR REPLACE INTO state VALUES (CAST(? AS TEXT), ?)");
    statement.Bind(key).Bind(value).Step();
    return statement.status();
  }
  std::optional<std::string> Get(absl::string_view key) {
    Statement statement(db_, "SELECT value FROM state WHERE key = CAST(? AS TEXT)");
    if (!statement.Bind(key).Step()) return std::nullopt;
    return statement.Blob(0);
  }
  std::optional<uint64_t> Number(absl::string_view key) {
    const auto text = Get(key);
    if (!text) return std::nullopt;
    return std::strtoull(text->c_str(), nullptr, 10);
  }

  const StoreOptions options_;
  const int kept_plans_;
  sqlite3* db_ = nullptr;
  bool corrupt_ = false;  // the last fault was in the file's content
};

}  // namespace

std::unique_ptr<Store> MakeSqliteStore(StoreOptions options, int kept_plans) {
  return std::make_unique<SqliteStore>(std::move(options), kept_plans);
}

}  // namespace rhumb
