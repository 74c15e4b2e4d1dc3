#include "controller/serving/http/peer_table.h"

#include <utility>

namespace rhumb {

bool PeerTable::MakeRoom() {
  const bool full = strangers_.size() + known_.size() >= most_;
  if (!full && strangers_.size() < most_strangers_) return true;
  if (strangers_.empty()) return false;
  const std::shared_ptr<Peer> oldest = strangers_.front();
  oldest->Close();
  return true;
}

PeerTable::Place PeerTable::Add(std::shared_ptr<Peer> peer) {
  return strangers_.insert(strangers_.end(), std::move(peer));
}

void PeerTable::Know(Place place) { known_.splice(known_.end(), strangers_, place); }

void PeerTable::Remove(Place place, bool known) { (known ? known_ : strangers_).erase(place); }

void PeerTable::WakeAll() {
  for (auto* peers : {&strangers_, &known_}) {
    for (auto at = peers->begin(); at != peers->end();) {
      const std::shared_ptr<Peer> peer = *at++;  // it may leave the list
      peer->Wake();
    }
  }
}

void PeerTable::CloseAll() {
  for (auto* peers : {&strangers_, &known_}) {
    while (!peers->empty()) {
      const std::shared_ptr<Peer> peer = peers->front();
      peer->Close();
    }
  }
}

}  // namespace rhumb
