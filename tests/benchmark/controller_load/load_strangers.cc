#include "tests/benchmark/controller_load/load_strangers.h"

#include <arpa/inet.h>
#include <grpcpp/generic/generic_stub.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "controller/clock/grpc/deadline.h"
#include "controller/clock/steady_time.h"

namespace rhumb::benchmark {
namespace {

constexpr int kConnections = 5000;
constexpr int kNewASecond = 1000;
constexpr int kSenders = 4;
constexpr size_t kRequestBytes = 16 << 20;
constexpr int kWatches = 10000;
constexpr int kWatchChannels = 20;

std::shared_ptr<grpc::Channel> ChannelOfItsOwn(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

// One stream that is opened and never read.
class LoadStrangers::Watch : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Watch(const std::shared_ptr<grpc::Channel>& channel, std::atomic<int>* ended)
      : stub_(channel), ended_(*ended) {
    stub_.PrepareBidiStreamingCall(&context_, "/grpc.health.v1.Health/Watch", grpc::StubOptions(),
                                   this);
    StartWriteLast(&empty_, grpc::WriteOptions());
    StartCall();
  }
  ~Watch() override {
    context_.TryCancel();
    done_.WaitForNotification();
  }
  void OnDone(const grpc::Status&) override {
    ++ended_;
    done_.Notify();
  }

 private:
  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  const grpc::Slice nothing_;
  const grpc::ByteBuffer empty_{&nothing_, 1};
  std::atomic<int>& ended_;
  absl::Notification done_;
};

LoadStrangers::LoadStrangers(const std::string& server) {
  int port = 0;
  if (!absl::SimpleAtoi(server.substr(server.rfind(':') + 1), &port)) return;
  threads_.emplace_back([this, port] { KeepConnections(port); });
  for (int i = 0; i < kSenders; ++i) {
    threads_.emplace_back([this, server] { SendLargeRequests(server); });
  }
  threads_.emplace_back([this, server] { OpenWatches(server); });
}

LoadStrangers::~LoadStrangers() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void LoadStrangers::KeepConnections(int port) {
  std::vector<int> files(kConnections, -1);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  while (!stop_) {
    int opened = 0;
    for (int& file : files) {
      char byte[4096];
      if (file >= 0 && recv(file, byte, sizeof(byte), MSG_DONTWAIT) == 0) {
        ++closed_;
        close(file);
        file = -1;
      }
      if (file >= 0 || opened >= kNewASecond / 10 || stop_) continue;
      file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (connect(file, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
        ++connections_;
      }
      ++opened;
    }
    absl::SleepFor(absl::Milliseconds(100));
  }
  for (const int file : files) {
    if (file >= 0) close(file);
  }
}

void LoadStrangers::SendLargeRequests(const std::string& server) {
  const auto channel = ChannelOfItsOwn(server);
  const grpc::Slice bytes(std::string(kRequestBytes - 100, '\0'));
  const grpc::ByteBuffer request(&bytes, 1);
  while (!stop_) {
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(GrpcDeadline(SteadyNow() + absl::Seconds(30)));
    grpc::ByteBuffer response;
    grpc::Status status;
    absl::Notification answered;
    stub.UnaryCall(&context, "/rhumb.v1.South/SetTopology", grpc::StubOptions(), &request,
                   &response, [&](grpc::Status result) {
                     status = std::move(result);
                     answered.Notify();
                   });
    answered.WaitForNotification();
    ++requests_;
    if (status.ok()) ++taken_requests_;
  }
}

void LoadStrangers::OpenWatches(const std::string& server) {
  for (int i = 0; i < kWatchChannels; ++i) channels_.push_back(ChannelOfItsOwn(server));
  while (!stop_) {
    for (int i = 0; i < kWatches / 100 && watches_ < kWatches; ++i) {
      open_.push_back(
          std::make_unique<Watch>(channels_[watches_ % kWatchChannels], &ended_watches_));
      ++watches_;
    }
    absl::SleepFor(absl::Milliseconds(50));
  }
  open_.clear();
}

std::string LoadStrangers::Summary() const {
  return absl::StrFormat(
      "%d connections made, %d closed by the server; %d requests of 16 MB, %d taken; %d watches of "
      "health, %d ended",
      connections_, closed_, requests_, taken_requests_, watches_, ended_watches_);
}

}  // namespace rhumb::benchmark
