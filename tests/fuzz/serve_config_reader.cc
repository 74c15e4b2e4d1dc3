#include "tests/fuzz/serve_config_reader.h"

#include "controller/serving/configuration/serve_config.h"
#include "tests/fuzz/promise.h"

namespace rhumb::testing {

void RunServeConfig(absl::string_view bytes) {
  const auto read = ParseServeConfig(bytes, kFile);
  if (!read.ok()) return CheckFileRefusal(read.status());
  for (const std::string& fault : read->faults) CheckFileRefusal(absl::InvalidArgumentError(fault));
  const std::string written = ToToml(read->config);
  const auto again = ParseServeConfig(written, kFile);
  Require(again.ok(), again.status().ToString());
  Require(again->faults.empty(), "a written configuration has faults");
  Require(ToToml(again->config) == written,
          "a configuration differs after it was written and read");
}

}  // namespace rhumb::testing
