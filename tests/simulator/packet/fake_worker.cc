// A worker that misbehaves as $RHUMB_FAKE_WORKER says.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "worker.pb.h"

namespace {

bool Read(char* data, size_t size) {
  while (size > 0) {
    const ssize_t got = read(3, data, size);
    if (got <= 0) return false;
    data += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

void Write(const std::string& bytes) {
  if (write(3, bytes.data(), bytes.size()) < 0) _exit(9);
}

std::string Framed(const std::string& body) {
  std::string out;
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(body.size() >> (8 * i)));
  return out + body;
}

}  // namespace

int main() {
  const std::string mode = std::getenv("RHUMB_FAKE_WORKER");
  unsigned char length[4];
  for (int number = 0; Read(reinterpret_cast<char*>(length), 4); ++number) {
    std::string body(length[0] | length[1] << 8 | length[2] << 16 | length[3] << 24, '\0');
    if (!Read(body.data(), body.size())) return 1;
    rhumb::worker::Response response;
    if (number == 0) {  // the reset
      response.mutable_ready();
      Write(Framed(response.SerializeAsString()));
      continue;
    }
    if (mode == "exits") {
      std::fputs("msg=\"something is wrong\", file=node.cc, line=1\n", stderr);
      return 3;
    }
    if (mode == "aborts") std::abort();
    if (mode == "killed") raise(SIGKILL);
    if (mode == "floods") {
      for (int i = 0; i < 100000; ++i) std::fputs("a long line of complaint\n", stderr);
      std::fputs("the last line\n", stderr);
      return 4;
    }
    if (mode == "garbage") Write(Framed("\xff\xff\xff\xff this is no message"));
    if (mode == "huge") Write("\xff\xff\xff\xff");
    if (mode == "half") {
      response.mutable_result()->set_window_s(1);
      const std::string whole = Framed(response.SerializeAsString());
      Write(whole.substr(0, whole.size() / 2));
      return 0;
    }
    if (mode == "short") {  // a result that lacks links and demands
      response.mutable_result()->set_window_s(1);
      Write(Framed(response.SerializeAsString()));
    }
    if (mode == "off-topic") {
      response.mutable_ready();
      Write(Framed(response.SerializeAsString()));
    }
    if (mode == "hangs") {
      std::fputs("thinking\n", stderr);
      while (true) pause();
    }
  }
  return 0;
}
