// Who is connected, and who makes room for others.
#ifndef RHUMB_CONTROLLER_SERVING_HTTP_PEER_TABLE_H_
#define RHUMB_CONTROLLER_SERVING_HTTP_PEER_TABLE_H_

#include <cstddef>
#include <list>
#include <memory>

namespace rhumb {

// A connection as the others see it.
class Peer {
 public:
  virtual ~Peer() = default;
  // At once: nothing more is read or written.
  virtual void Close() = 0;
  virtual void Wake() = 0;
};

// The oldest of those whose caller is not known makes room for a new one. Owned by one thread.
class PeerTable {
 public:
  using Place = std::list<std::shared_ptr<Peer>>::iterator;

  PeerTable(size_t most, size_t most_strangers) : most_(most), most_strangers_(most_strangers) {}

  // False when all are known and there is no room.
  bool MakeRoom();
  // Of a stranger.
  Place Add(std::shared_ptr<Peer> peer);
  // From now on it is known, at the same place.
  void Know(Place place);
  void Remove(Place place, bool known);
  void WakeAll();
  void CloseAll();

 private:
  const size_t most_, most_strangers_;
  std::list<std::shared_ptr<Peer>> strangers_, known_;  // the oldest first
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_HTTP_PEER_TABLE_H_
