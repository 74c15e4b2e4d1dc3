#include "tests/controller/steering/store/store_contract.h"

#include <sqlite3.h>

#include "controller/serving/store/sqlite_store.h"
#include "controller/steering/decision/core_options.h"
#include "controller/steering/store/memory_store.h"

namespace rhumb {
namespace {

using testing::StoreContractTest;
using testing::StoreUnderTest;

std::string PathIn(const std::string& directory) { return directory + "/state.db"; }

std::unique_ptr<Store> OpenSqlite(const std::string& directory) {
  return MakeSqliteStore({PathIn(directory)}, CoreOptions().kept_plans);
}

// Refuses a record while there are two already, counting what is not committed yet.
void BreakSecondRecord(const std::string& directory) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(PathIn(directory).c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db,
                         "CREATE TRIGGER refuse BEFORE INSERT ON audit "
                         "WHEN (SELECT COUNT(*) FROM audit) >= 2 "
                         "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
                         nullptr, nullptr, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(db);
  sqlite3_close(db);
}

INSTANTIATE_TEST_SUITE_P(All, StoreContractTest,
                         ::testing::Values(StoreUnderTest{"Memory",
                                                          [](const std::string&) {
                                                            return std::make_unique<MemoryStore>();
                                                          },
                                                          false,
                                                          {}},
                                           StoreUnderTest{"Sqlite", OpenSqlite, true,
                                                          BreakSecondRecord}),
                         testing::NameOfStore);

}  // namespace
}  // namespace rhumb
