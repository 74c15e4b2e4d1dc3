// Which etcd keeps the state that several controllers share, and how.
#ifndef RHUMB_CONTROLLER_SERVING_ETCD_ETCD_OPTIONS_H_
#define RHUMB_CONTROLLER_SERVING_ETCD_ETCD_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rhumb {

struct EtcdOptions {
  std::vector<std::string> endpoints;  // HOST:PORT; asked in turn until one answers
  // Of every key. Controllers with the same one share a state.
  std::string prefix = "/rhumb";
  // A leader that etcd has not heard of for so long is replaced. Whole seconds.
  absl::Duration lease = absl::Seconds(3);
  // PEM files. The first alone: TLS; all three: mutual TLS.
  std::string authorities;
  std::string certificate;
  std::string key;
  // HOST:PORT that clients reach this controller at; told to whoever asks a standby.
  std::string advertise;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ETCD_ETCD_OPTIONS_H_
