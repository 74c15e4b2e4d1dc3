// libFuzzer's entry.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/serve_config_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rhumb::testing::RunServeConfig(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
