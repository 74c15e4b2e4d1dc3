#include "controller/serving/server/log_format.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <sstream>

namespace rhumb {
namespace {

TEST(LogFormatTest, NothingOfACallerEndsALineOrReachesTheTerminal) {
  std::ostringstream out;
  spdlog::logger logger("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
  logger.set_formatter(MakeLogFormatter());
  logger.info("adapter gone name=\"{}\"",
              "a\nb\r\x1b[31m\x07\xff \xc2\x9b \xe2\x80\xa8 M\xc3\xbcnchen");
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_NE(text.find("name=\"a\\nb\\r\\x1b[31m\\x07\\xff \\xc2\\x9b \\xe2\\x80\\xa8 "
                      "M\xc3\xbcnchen\"\n"),
            std::string::npos)
      << text;
}

TEST(LogFormatTest, OrdinaryTextStaysAsItIs) {
  EXPECT_EQ(OnOneLine("plan version=1 \\ \"x\""), "plan version=1 \\ \"x\"");
  EXPECT_EQ(OnOneLine(""), "");
  EXPECT_EQ(OnOneLine("\xe2\x82"), "\\xe2\\x82");  // cut in the middle of a character
}

}  // namespace
}  // namespace rhumb
