#include "controller/serving/live/request_checks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rhumb {
namespace {

HttpRequest With(HttpHeaders headers) {
  HttpRequest request;
  request.headers = std::move(headers);
  return request;
}

TEST(RequestChecksTest, OnlyAddressesAndKnownNamesAreHosts) {
  const std::vector<std::string> names = {"rhumb.example.net"};
  for (const char* host : {"127.0.0.1:8433", "127.0.0.1", "[::1]:8433", "localhost:1", "LOCALHOST",
                           "10.0.0.7:80", "rhumb.example.net", "Rhumb.Example.NET:8433"}) {
    EXPECT_TRUE(CheckHost(With({{"Host", host}}), names).ok()) << host;
  }
  for (const char* host :
       {"", "evil.example", "127.0.0.1.evil.example:8433", "127.evil.example", "localhost.evil",
        "rhumb.example.net.evil", "[::1]evil", "localhost:evil", "rhumb.example.net:80@evil"}) {
    EXPECT_FALSE(CheckHost(With({{"Host", host}}), names).ok()) << host;
  }
  EXPECT_FALSE(CheckHost(With({}), names).ok());
  EXPECT_FALSE(CheckHost(With({{"Host", "localhost"}, {"Host", "evil.example"}}), names).ok());
}

HttpHeaders OwnHeaders() {
  return {{"Host", "127.0.0.1:8433"},        {"Origin", "http://127.0.0.1:8433"},
          {"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "application/json; charset=utf-8"},
          {"X-Rhumb-Request", "1"},          {"Cookie", "rhumb=secret"}};
}

HttpHeaders Without(const std::string& name) {
  HttpHeaders kept;
  for (const auto& header : OwnHeaders()) {
    if (header.first != name) kept.push_back(header);
  }
  return kept;
}

HttpHeaders Instead(const std::string& name, const std::string& value) {
  HttpHeaders changed = Without(name);
  changed.emplace_back(name, value);
  return changed;
}

TEST(RequestChecksTest, OurOwnPageMayChangeThings) {
  EXPECT_TRUE(CheckOwnRequest(With(OwnHeaders())).ok());
}

TEST(RequestChecksTest, AProgramWithoutACookieNeedsNoOrigin) {
  HttpHeaders headers = {
      {"Host", "127.0.0.1:8433"}, {"Content-Type", "application/json"}, {"X-Rhumb-Request", "1"}};
  EXPECT_TRUE(CheckOwnRequest(With(headers)).ok());
}

TEST(RequestChecksTest, WhatAnotherPageCanSendChangesNothing) {
  for (const HttpHeaders& headers :
       {Instead("Origin", "http://evil.example"), Instead("Origin", "null"),
        Instead("Origin", "https://127.0.0.1:8433"), Instead("Origin", "http://127.0.0.1:9999"),
        Without("Origin"), Instead("Sec-Fetch-Site", "cross-site"),
        Instead("Sec-Fetch-Site", "same-site"), Without("X-Rhumb-Request"), Without("Content-Type"),
        Instead("Content-Type", "text/plain"),
        Instead("Content-Type", "application/x-www-form-urlencoded"),
        Instead("Content-Type", "text/plain; application/json")}) {
    EXPECT_EQ(CheckOwnRequest(With(headers)).code(), absl::StatusCode::kPermissionDenied);
  }
}

TEST(RequestChecksTest, ACookieIsReadByItsWholeName) {
  EXPECT_EQ(CookieOf(With({{"Cookie", "a=1; rhumb=s; b=2"}}), "rhumb"), "s");
  EXPECT_FALSE(CookieOf(With({{"Cookie", "xrhumb=s; rhumbx=t"}}), "rhumb"));
  EXPECT_FALSE(CookieOf(With({{"Cookie", "rhumb=s; rhumb=t"}}), "rhumb"));
  EXPECT_FALSE(CookieOf(With({{"Cookie", "rhumb="}}), "rhumb"));
  EXPECT_FALSE(CookieOf(With({}), "rhumb"));
}

}  // namespace
}  // namespace rhumb
