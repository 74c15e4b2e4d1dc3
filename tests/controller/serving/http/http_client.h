// HTTP as bytes on a socket, so that tests can also say what no client library would.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_HTTP_HTTP_CLIENT_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_HTTP_HTTP_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace rhumb::testing {

struct HttpAnswer {
  int status = 0;  // 0: the server hung up
  std::string head;
  std::string body;

  // The first of this name; empty when there is none.
  std::string Header(const std::string& name) const {
    const std::string lower = absl::AsciiStrToLower(head);
    const std::string key = "\r\n" + absl::AsciiStrToLower(name) + ": ";
    const size_t at = lower.find(key);
    if (at == std::string::npos) return "";
    const size_t begin = at + key.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

// One connection to a port of this machine. Waits at most half a minute for anything.
class HttpClient {
 public:
  explicit HttpClient(int port, int receive_buffer = 0) {
    file_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) {
      setsockopt(file_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    host_ = absl::StrCat("127.0.0.1:", port);
  }
  ~HttpClient() { Close(); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void Close() {
    if (file_ >= 0) close(file_);
    file_ = -1;
  }
  bool connected() const { return connected_; }
  const std::string& host() const { return host_; }

  bool Send(const std::string& bytes) {
    return send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  // With Host unless `headers` has one, and Content-Length when there is a body or it is a POST.
  HttpAnswer Request(const std::string& method, const std::string& target,
                     const std::vector<std::string>& headers = {}, const std::string& body = "") {
    std::string text = absl::StrCat(method, " ", target, " HTTP/1.1\r\n");
    bool has_host = false;
    for (const std::string& header : headers) {
      has_host |= absl::StartsWithIgnoreCase(header, "host:");
      absl::StrAppend(&text, header, "\r\n");
    }
    if (!has_host) absl::StrAppend(&text, "Host: ", host_, "\r\n");
    if (!body.empty() || method == "POST") {
      absl::StrAppend(&text, "Content-Length: ", body.size(), "\r\n");
    }
    Send(text + "\r\n" + body);
    return ReadAnswer(method == "HEAD");
  }
  HttpAnswer ReadAnswer(bool head_only = false) {
    HttpAnswer answer;
    size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!ReadMore()) return answer;
    }
    answer.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    if (!absl::SimpleAtoi(answer.head.substr(9, 3), &answer.status)) return answer;
    size_t length = 0;
    if (head_only || !absl::SimpleAtoi(answer.Header("Content-Length"), &length)) return answer;
    while (buffer_.size() < length) {
      if (!ReadMore()) break;
    }
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, answer.body.size());
    return answer;
  }
  // What a stream sends until `text` is among it, that included; all of it when it ends before.
  std::string ReadUntil(const std::string& text) {
    size_t at;
    while ((at = buffer_.find(text)) == std::string::npos) {
      if (!ReadMore()) return std::exchange(buffer_, "");
    }
    // To the end of its event.
    while ((at = buffer_.find("\n\n", buffer_.find(text))) == std::string::npos) {
      if (!ReadMore()) return std::exchange(buffer_, "");
    }
    std::string read = buffer_.substr(0, at + 2);
    buffer_.erase(0, at + 2);
    return read;
  }
  // True once the server has hung up; what it sent before is dropped.
  bool WaitForEnd() {
    while (ReadMore()) buffer_.clear();
    return ended_;
  }

 private:
  bool ReadMore() {
    pollfd polled = {file_, POLLIN, 0};
    if (poll(&polled, 1, 30'000) != 1) return false;
    char bytes[16384];
    const ssize_t size = recv(file_, bytes, sizeof(bytes), 0);
    if (size <= 0) {
      ended_ = true;
      return false;
    }
    buffer_.append(bytes, size);
    return true;
  }

  int file_ = -1;
  bool connected_ = false, ended_ = false;
  std::string host_, buffer_;
};

// One request on a connection of its own.
inline HttpAnswer Fetch(int port, const std::string& method, const std::string& target,
                        const std::vector<std::string>& headers = {},
                        const std::string& body = "") {
  return HttpClient(port).Request(method, target, headers, body);
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_HTTP_HTTP_CLIENT_H_
