// Runs the real program `rhumb` and catches what it prints.
#ifndef RHUMB_TESTS_CONTROLLER_PROGRAM_H_
#define RHUMB_TESTS_CONTROLLER_PROGRAM_H_

#include <gtest/gtest.h>
#include <sys/wait.h>

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
inline ProgramResult RunRhumb(const std::string& arguments) {
  const std::string out = TemporaryPath("stdout"), err = TemporaryPath("stderr");
  const int status = std::system(
      (std::string(RHUMB_PROGRAM) + " " + arguments + " >'" + out + "' 2>'" + err + "'").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(out), ReadFile(err)};
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_PROGRAM_H_
