// The subcommands of `rhumb ctl`, one a call of rhumb.v1.North.
#ifndef RHUMB_CONTROLLER_CLI_CTL_CTL_COMMANDS_H_
#define RHUMB_CONTROLLER_CLI_CTL_CTL_COMMANDS_H_

#include <google/protobuf/message.h>

#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/cli/frame/command_line.h"
#include "controller/client/client_options.h"
#include "controller/client/connection.h"
#include "rhumb/v1/north.grpc.pb.h"

namespace rhumb {

// What all subcommands share; filled by the command line before one of them runs.
struct CtlSession {
  ClientOptions client;
  std::string output = "table";

  bool json() const { return output == "json"; }
};
using CtlSessionPtr = std::shared_ptr<CtlSession>;

std::vector<Command> QuestionCommands(const CtlSessionPtr& session);  // change nothing
std::vector<Command> SettingCommands(const CtlSessionPtr& session);

// proto3 JSON with the names of the .proto files and every field that has a value or is a plain
// number, text or flag; 64-bit integers are strings, as proto3 JSON has it.
std::string AnswerJson(const google::protobuf::Message& answer, bool on_one_line = false);

// "CHIC>KANS", or "CHIC" and "KANS" as two words, as source and destination. UsageError otherwise.
absl::StatusOr<std::pair<std::string, std::string>> ParseDemand(
    const std::vector<std::string>& words);
// Adds the positional DEMAND that ParseDemand reads.
void AddDemand(CLI::App& app, std::vector<std::string>* words, bool required);

// "A>C,C>B=0.7": links, or nodes as in "A>C>B", then the ratio (NaN when there is none).
// UsageError for what is neither.
struct PathWords {
  std::vector<std::string> links;
  double ratio = 0;
};
absl::StatusOr<PathWords> ParsePath(const std::string& text);

// One call; `text` makes the table of the answer.
template <typename Request, typename Response>
absl::Status Ask(const CtlSession& session,
                 grpc::Status (rhumb::v1::North::Stub::*method)(grpc::ClientContext*,
                                                                const Request&, Response*),
                 const Request& request, const std::function<std::string(const Response&)>& text) {
  const absl::StatusOr<Connection> connection = Connection::Open(session.client);
  if (!connection.ok()) return connection.status();
  const auto north = rhumb::v1::North::NewStub(connection->channel());
  const absl::StatusOr<Response> response = Call(*connection, *north, method, request);
  if (!response.ok()) return response.status();
  std::cout << (session.json() ? AnswerJson(*response) : text(*response));
  return absl::OkStatus();
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_CTL_CTL_COMMANDS_H_
