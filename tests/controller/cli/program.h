// Runs the real program `rhumb` and catches what it prints.
#ifndef RHUMB_TESTS_CONTROLLER_CLI_PROGRAM_H_
#define RHUMB_TESTS_CONTROLLER_CLI_PROGRAM_H_

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace rhumb::testing {

struct ProgramResult {
  int exit_code = -1;
  std::string stdout_text;
  std::string stderr_text;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

// A path in the test's own temporary directory.
inline std::string TemporaryPath(const std::string& name) {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return ::testing::TempDir() + "rhumb_" + test->test_suite_name() + "_" + test->name() + "_" +
         name;
}

// `arguments` as typed in a shell. RHUMB_PROGRAM comes from the build.
// May be called from several threads.
inline ProgramResult RunRhumb(const std::string& arguments) {
  static std::atomic<int> runs{0};
  const std::string run = std::to_string(++runs);
  const std::string out = TemporaryPath("stdout" + run), err = TemporaryPath("stderr" + run);
  const int status = std::system(
      (std::string(RHUMB_PROGRAM) + " " + arguments + " >'" + out + "' 2>'" + err + "'").c_str());
  ProgramResult result = {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(out),
                          ReadFile(err)};
  std::remove(out.c_str());
  std::remove(err.c_str());
  return result;
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_CLI_PROGRAM_H_
