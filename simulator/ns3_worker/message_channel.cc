// SPDX-License-Identifier: GPL-2.0-only
#include "message_channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace rhumb_ns3 {
namespace {

constexpr uint32_t kMostBytes = 1u << 30;

}  // namespace

bool MessageChannel::ReadBytes(char* data, size_t size) {
  while (size > 0) {
    const ssize_t got = read(fd_, data, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fault_ = std::string("cannot read a request: ") + std::strerror(errno);
    if (got <= 0) return false;
    data += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool MessageChannel::Read(google::protobuf::MessageLite* message) {
  unsigned char length[4];
  if (!ReadBytes(reinterpret_cast<char*>(length), sizeof length)) return false;
  const uint32_t size = length[0] | length[1] << 8 | length[2] << 16 | uint32_t{length[3]} << 24;
  if (size > kMostBytes) {
    fault_ = "a request claims " + std::to_string(size) + " bytes";
    return false;
  }
  buffer_.resize(size);
  if (!ReadBytes(buffer_.data(), size)) return false;
  if (!message->ParseFromString(buffer_)) {
    fault_ = "a request of " + std::to_string(size) + " bytes cannot be parsed";
    return false;
  }
  return true;
}

bool MessageChannel::Write(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  buffer_.resize(4);
  for (int i = 0; i < 4; ++i) buffer_[i] = static_cast<char>(size >> (8 * i));
  message.AppendToString(&buffer_);
  for (size_t sent = 0; sent < buffer_.size();) {
    const ssize_t put = send(fd_, buffer_.data() + sent, buffer_.size() - sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      if (errno != EPIPE) fault_ = std::string("cannot send a response: ") + std::strerror(errno);
      return false;
    }
    sent += static_cast<size_t>(put);
  }
  return true;
}

}  // namespace rhumb_ns3
