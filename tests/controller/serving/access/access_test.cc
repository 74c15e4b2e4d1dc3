#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>

#include "controller/serving/access/access_control.h"
#include "controller/serving/access/rate_limiter.h"
#include "controller/serving/access/token_file.h"
#include "tests/controller/cli/program.h"

namespace rhumb {
namespace {

using ::rhumb::testing::ReadFile;

std::string FreshPath(const std::string& name) {
  const std::string path = testing::TemporaryPath(name);
  std::remove(path.c_str());
  return path;
}

TEST(TokenFileTest, KeepsOnlyHashesInAFileForTheOwnerAlone) {
  const std::string path = FreshPath("tokens");
  const std::string token = NewToken();
  ASSERT_TRUE(AddToken(path, "alice", Role::kOperator, token).ok());
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(ReadFile(path).find(token), std::string::npos);
  const auto table = TokenTable::Load(path);
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_NE(table->Find(token), nullptr);
  EXPECT_EQ(table->Find(token)->name, "alice");
  EXPECT_EQ(table->Find(token)->role, Role::kOperator);
  EXPECT_EQ(table->Find(NewToken()), nullptr);
  EXPECT_EQ(table->Find(""), nullptr);
}

// SHA-256 of "abc", FIPS 180-2 appendix B.1.
TEST(TokenFileTest, HashesAsThePublishedExample) {
  const auto table = TokenTable::Parse(
      "a viewer sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n", "f");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_NE(table->Find("abc"), nullptr);
}

TEST(TokenFileTest, ANameIsTakenOnceAndCanBeRemoved) {
  const std::string path = FreshPath("tokens");
  const std::string token = NewToken();
  ASSERT_TRUE(AddToken(path, "alice", Role::kViewer, token).ok());
  EXPECT_EQ(AddToken(path, "alice", Role::kViewer, NewToken()).code(),
            absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(AddToken(path, "bob", Role::kViewer, NewToken()).ok());
  ASSERT_TRUE(RemoveToken(path, "alice").ok());
  EXPECT_EQ(TokenTable::Load(path)->Find(token), nullptr);
  EXPECT_EQ(TokenTable::Load(path)->entries().size(), 1u);
  EXPECT_EQ(RemoveToken(path, "alice").code(), absl::StatusCode::kNotFound);
}

TEST(TokenFileTest, FaultsNameTheLineButNeverQuoteIt) {
  const auto status =
      TokenTable::Parse("# fine\n\nalice operator rhumb_secret\n", "tokens").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("tokens:3"), absl::string_view::npos);
  EXPECT_EQ(status.message().find("rhumb_secret"), absl::string_view::npos);
  for (const char* bad : {"alice", "alice king sha256:00", "a/b viewer sha256:00"}) {
    EXPECT_FALSE(TokenTable::Parse(bad, "tokens").ok()) << bad;
  }
}

TEST(TokenFileTest, AFileThatOthersMayReadIsRefused) {
  const std::string path = FreshPath("tokens");
  ASSERT_TRUE(AddToken(path, "alice", Role::kViewer, NewToken()).ok());
  for (const mode_t mode : {0640, 0604, 0620}) {
    chmod(path.c_str(), mode);
    EXPECT_EQ(TokenTable::Load(path).status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST(AccessControlTest, WithoutTokensEveryCallerIsAnOperatorByItsAddress) {
  const AccessControl access("");
  const auto caller = access.Identify(std::nullopt, "ipv4:10.0.0.1:4711", Role::kOperator);
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->name, "ipv4:10.0.0.1:4711");
  EXPECT_EQ(caller->peer, "ipv4:10.0.0.1");
}

TEST(AccessControlTest, AddressesAreCountedWithoutTheirPort) {
  EXPECT_EQ(WithoutPort("ipv4:10.0.0.1:4711"), "ipv4:10.0.0.1");
  EXPECT_EQ(WithoutPort("ipv6:[::1]:4711"), "ipv6:[::1]");
  EXPECT_EQ(WithoutPort("unix:/run/rhumb.sock"), "unix:/run/rhumb.sock");
}

TEST(RateLimiterTest, GivesABurstAndThenTheRate) {
  RateLimiter limiter(2, 5);
  SteadyTime now;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limiter.Take("peer", now));
  EXPECT_FALSE(limiter.Take("peer", now));
  EXPECT_TRUE(limiter.Take("another", now));
  now += absl::Milliseconds(500);
  EXPECT_TRUE(limiter.Take("peer", now));
  EXPECT_FALSE(limiter.Take("peer", now));
  now += absl::Hours(1);  // never more than the burst
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limiter.Take("peer", now));
  EXPECT_FALSE(limiter.Take("peer", now));
}

}  // namespace
}  // namespace rhumb
