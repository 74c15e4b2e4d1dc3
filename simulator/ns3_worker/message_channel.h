// SPDX-License-Identifier: GPL-2.0-only
// The worker's end of the socket: messages preceded by their length.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_MESSAGE_CHANNEL_H_
#define RHUMB_SIMULATOR_NS3_WORKER_MESSAGE_CHANNEL_H_

#include <google/protobuf/message_lite.h>

#include <string>

namespace rhumb_ns3 {

class MessageChannel {
 public:
  explicit MessageChannel(int fd) : fd_(fd) {}

  // Blocks. False at the end of the stream or after a fault.
  bool Read(google::protobuf::MessageLite* message);
  bool Write(const google::protobuf::MessageLite& message);
  // Empty unless something went wrong.
  const std::string& fault() const { return fault_; }

 private:
  bool ReadBytes(char* data, size_t size);

  const int fd_;
  std::string buffer_;
  std::string fault_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_MESSAGE_CHANNEL_H_
