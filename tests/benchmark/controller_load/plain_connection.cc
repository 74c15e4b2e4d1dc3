#include "tests/benchmark/controller_load/plain_connection.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace rhumb::benchmark {
namespace {

constexpr size_t kPrefix = 5;  // of a message: whether it is compressed, and its length
constexpr int kWindow = 1 << 20;
constexpr size_t kReadBytes = 256 << 10;

nghttp2_nv Header(absl::string_view name, absl::string_view value) {
  const auto bytes = [](absl::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

int Connect(const std::string& host, const std::string& port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  int file = -1;
  for (const addrinfo* a = found; a != nullptr && file < 0; a = a->ai_next) {
    file = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file >= 0 && connect(file, a->ai_addr, a->ai_addrlen) != 0) {
      close(file);
      file = -1;
    }
  }
  freeaddrinfo(found);
  return file;
}

}  // namespace

// The thread that reads all connections.
class PlainReader {
 public:
  static PlainReader& Get() {
    static auto* reader = new PlainReader;
    return *reader;
  }
  void Add(const std::shared_ptr<PlainConnection>& connection) {
    absl::MutexLock lock(&mutex_);
    connections_[connection->file_] = connection;
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.fd = connection->file_;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->file_, &event);
  }
  void Watch(int file, bool for_room) {
    epoll_event event = {};
    event.events = for_room ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.fd = file;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, file, &event);
  }
  void Remove(int file) { epoll_ctl(epoll_, EPOLL_CTL_DEL, file, nullptr); }

 private:
  PlainReader() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    std::thread([this] { Run(); }).detach();
  }
  void Run() {
    epoll_event events[256];
    for (;;) {
      const int count = epoll_wait(epoll_, events, 256, -1);
      for (int i = 0; i < count; ++i) {
        std::shared_ptr<PlainConnection> connection;
        {
          absl::MutexLock lock(&mutex_);
          connection = connections_[events[i].data.fd].lock();
        }
        if (connection != nullptr) connection->Serve();
      }
    }
  }
  const int epoll_;
  absl::Mutex mutex_;
  absl::flat_hash_map<int, std::weak_ptr<PlainConnection>> connections_ ABSL_GUARDED_BY(mutex_);
};

nghttp2_session_callbacks* PlainConnection::Callbacks() {
  static nghttp2_session_callbacks* const callbacks = [] {
    nghttp2_session_callbacks* all = nullptr;
    nghttp2_session_callbacks_new(&all);
    nghttp2_session_callbacks_set_send_callback(
        all, [](nghttp2_session*, const uint8_t* bytes, size_t size, int, void* self) -> ssize_t {
          const int file = static_cast<PlainConnection*>(self)->file_;
          const ssize_t sent = send(file, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
          if (sent >= 0) return sent;
          return errno == EAGAIN ? NGHTTP2_ERR_WOULDBLOCK : NGHTTP2_ERR_CALLBACK_FAILURE;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        all, [](nghttp2_session*, uint8_t, int32_t call, const uint8_t* bytes, size_t size,
                void* self) ABSL_NO_THREAD_SAFETY_ANALYSIS {
          static_cast<PlainConnection*>(self)->Take(call,
                                                    {reinterpret_cast<const char*>(bytes), size});
          return 0;
        });
    nghttp2_session_callbacks_set_on_header_callback(
        all, [](nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                const uint8_t* value, size_t value_size, uint8_t, void* self)
                 ABSL_NO_THREAD_SAFETY_ANALYSIS {
                   auto& calls = static_cast<PlainConnection*>(self)->calls_;
                   const auto call = calls.find(frame->hd.stream_id);
                   if (call == calls.end()) return 0;
                   const absl::string_view key(reinterpret_cast<const char*>(name), name_size);
                   const std::string text(reinterpret_cast<const char*>(value), value_size);
                   if (key == "grpc-status") call->second->status = text;
                   if (key == "grpc-message") call->second->message = text;
                   return 0;
                 });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        all, [](nghttp2_session*, int32_t call, uint32_t error, void* self)
                 ABSL_NO_THREAD_SAFETY_ANALYSIS {
                   static_cast<PlainConnection*>(self)->End(call, error);
                   return 0;
                 });
    return all;
  }();
  return callbacks;
}

absl::StatusOr<std::shared_ptr<PlainConnection>> PlainConnection::Dial(const std::string& server,
                                                                       const std::string& token) {
  const size_t colon = server.rfind(':');
  std::string host = server.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  const int file =
      colon == std::string::npos || host == "unix" ? -1 : Connect(host, server.substr(colon + 1));
  if (file < 0) {
    return absl::UnavailableError(absl::StrCat("no TCP connection to ", server,
                                               "; is the server there, and is that HOST:PORT?"));
  }
  const int on = 1;
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  std::shared_ptr<PlainConnection> connection(new PlainConnection(file, server, token));
  PlainReader::Get().Add(connection);
  return connection;
}

PlainConnection::PlainConnection(int file, std::string server, std::string token)
    : file_(file), server_(std::move(server)), token_(std::move(token)) {
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, 1);  // see `reads`
  absl::MutexLock lock(&mutex_);
  nghttp2_session_client_new2(&session_, Callbacks(), this, option);
  nghttp2_option_del(option);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
  Flush();
}

PlainConnection::~PlainConnection() {
  PlainReader::Get().Remove(file_);
  absl::MutexLock lock(&mutex_);
  nghttp2_session_del(session_);
  close(file_);
}

int32_t PlainConnection::Call(const std::string& method, bool reads, CallListener* listener) {
  const std::string bearer = absl::StrCat("Bearer ", token_);
  std::vector<nghttp2_nv> headers = {
      Header(":method", "POST"), Header(":scheme", "http"),
      Header(":path", method),   Header(":authority", server_),
      Header("te", "trailers"),  Header("content-type", "application/grpc")};
  if (!token_.empty()) headers.push_back(Header("authorization", bearer));
  auto open = std::make_unique<Open>();
  open->listener = listener;
  open->reads = reads;
  nghttp2_data_provider body = {};
  body.source.ptr = open.get();
  body.read_callback = [](nghttp2_session*, int32_t, uint8_t* to, size_t room, uint32_t*,
                          nghttp2_data_source* source, void*) -> ssize_t {
    std::string& bytes = static_cast<Open*>(source->ptr)->to_send;
    if (bytes.empty()) return NGHTTP2_ERR_DEFERRED;
    const size_t size = std::min(room, bytes.size());
    std::memcpy(to, bytes.data(), size);
    bytes.erase(0, size);
    return static_cast<ssize_t>(size);
  };
  absl::MutexLock lock(&mutex_);
  const int32_t call = end_.ok() ? nghttp2_submit_request(session_, nullptr, headers.data(),
                                                          headers.size(), &body, nullptr)
                                 : NGHTTP2_ERR_EOF;
  if (call < 0) {
    listener->OnEnd(end_.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, nghttp2_strerror(call))
                              : end_);
    return call;
  }
  calls_[call] = std::move(open);
  Flush();
  if (reads) nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, call, kWindow);
  Flush();
  return call;
}

void PlainConnection::Send(int32_t call, absl::string_view message) {
  absl::MutexLock lock(&mutex_);
  const auto open = calls_.find(call);
  if (open == calls_.end()) return;
  char prefix[kPrefix] = {};
  const uint32_t length = htonl(static_cast<uint32_t>(message.size()));
  std::memcpy(prefix + 1, &length, sizeof(length));
  absl::StrAppend(&open->second->to_send, absl::string_view(prefix, kPrefix), message);
  nghttp2_session_resume_data(session_, call);
  Flush();
}

void PlainConnection::Cancel(int32_t call) {
  absl::MutexLock lock(&mutex_);
  const auto open = calls_.find(call);
  if (open == calls_.end()) return;
  // nghttp2 may ask for more of its body until the end of it is sent.
  open->second->listener = nullptr;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, call, NGHTTP2_CANCEL);
  Flush();
}

void PlainConnection::Serve() {
  static thread_local std::vector<uint8_t> buffer(kReadBytes);
  absl::MutexLock lock(&mutex_);
  const ssize_t size = recv(file_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size > 0) {
    const ssize_t taken =
        nghttp2_session_mem_recv(session_, buffer.data(), static_cast<size_t>(size));
    if (taken < 0) return EndAll(nghttp2_strerror(static_cast<int>(taken)));
  } else if (size == 0 || errno != EAGAIN) {
    return EndAll("the server closed the connection");
  }
  Flush();
}

void PlainConnection::Flush() {
  if (const int fault = nghttp2_session_send(session_); fault != 0) {
    return EndAll(nghttp2_strerror(fault));
  }
  const bool waits = nghttp2_session_want_write(session_) != 0;
  if (waits != waits_to_write_) PlainReader::Get().Watch(file_, waits);
  waits_to_write_ = waits;
}

void PlainConnection::EndAll(const std::string& why) {
  PlainReader::Get().Remove(file_);
  end_ = grpc::Status(grpc::StatusCode::UNAVAILABLE, why);
  for (const auto& [id, call] : calls_) {
    if (call->listener != nullptr) call->listener->OnEnd(end_);
  }
  calls_.clear();
}

void PlainConnection::Take(int32_t call, absl::string_view bytes) {
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  Open& open = *found->second;
  if (!open.reads || open.listener == nullptr) return;
  nghttp2_session_consume(session_, call, bytes.size());
  open.received.append(bytes.data(), bytes.size());
  size_t at = 0;
  while (open.received.size() - at >= kPrefix) {
    uint32_t length = 0;
    std::memcpy(&length, open.received.data() + at + 1, sizeof(length));
    const size_t size = ntohl(length);
    if (open.received.size() - at < kPrefix + size) break;
    open.listener->OnMessage(absl::string_view(open.received).substr(at + kPrefix, size));
    at += kPrefix + size;
  }
  open.received.erase(0, at);
}

void PlainConnection::End(int32_t call, uint32_t error) {
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  const std::unique_ptr<Open> open = std::move(found->second);
  calls_.erase(found);
  if (open->listener == nullptr) return;
  int code = 0;
  const bool said = absl::SimpleAtoi(open->status, &code);
  open->listener->OnEnd(
      said ? grpc::Status(static_cast<grpc::StatusCode>(code), open->message)
           : grpc::Status(grpc::StatusCode::UNAVAILABLE,
                          absl::StrCat("the stream ended with HTTP/2's error ", error)));
}

}  // namespace rhumb::benchmark
