// One prepared statement of SQLite; parameters are bound in order.
#ifndef RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STATEMENT_H_
#define RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STATEMENT_H_

#include <sqlite3.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace rhumb {

class SqliteStatement {
 public:
  SqliteStatement(sqlite3* db, const char* sql) : db_(db) {
    result_ = sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr);
  }
  ~SqliteStatement() { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  SqliteStatement& Bind(absl::string_view text) {
    if (statement_ != nullptr) {
      sqlite3_bind_blob64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT);
    }
    return *this;
  }
  SqliteStatement& BindNumber(uint64_t value) {
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
  uint64_t Number(int column) const {
    return static_cast<uint64_t>(sqlite3_column_int64(statement_, column));
  }
  bool Absent(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

  // After the last Step. DataLoss when the file's content is at fault.
  absl::Status status() const {
    if (result_ == SQLITE_OK || result_ == SQLITE_ROW || result_ == SQLITE_DONE) {
      return absl::OkStatus();
    }
    const std::string message =
        absl::StrFormat("%s (SQLite code %d)", sqlite3_errmsg(db_), result_);
    return result_ == SQLITE_CORRUPT || result_ == SQLITE_NOTADB ? absl::DataLossError(message)
                                                                 : absl::UnavailableError(message);
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int result_ = SQLITE_OK;
  int bound_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STATEMENT_H_
