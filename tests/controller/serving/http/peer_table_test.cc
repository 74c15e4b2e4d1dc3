#include "controller/serving/http/peer_table.h"

#include <gtest/gtest.h>

#include <memory>

namespace rhumb {
namespace {

// Leaves the table when it is closed, as a connection does.
class FakePeer final : public Peer {
 public:
  explicit FakePeer(PeerTable* table) : table_(table) {}
  void Close() override {
    closed = true;
    table_->Remove(place, known);
  }
  void Wake() override { ++woken; }

  PeerTable::Place place;
  bool known = false, closed = false;
  int woken = 0;

 private:
  PeerTable* const table_;
};

std::shared_ptr<FakePeer> Join(PeerTable* table) {
  auto peer = std::make_shared<FakePeer>(table);
  peer->place = table->Add(peer);
  return peer;
}

std::shared_ptr<FakePeer> JoinKnown(PeerTable* table) {
  auto peer = Join(table);
  table->Know(peer->place);
  peer->known = true;
  return peer;
}

TEST(PeerTableTest, TheOldestStrangerMakesRoom) {
  PeerTable table(4, 2);
  const auto first = Join(&table), second = Join(&table);

  EXPECT_TRUE(table.MakeRoom());

  EXPECT_TRUE(first->closed);
  EXPECT_FALSE(second->closed);
}

TEST(PeerTableTest, NobodyMakesRoomWhileThereIsSome) {
  PeerTable table(4, 2);
  const auto first = Join(&table);

  EXPECT_TRUE(table.MakeRoom());

  EXPECT_FALSE(first->closed);
}

TEST(PeerTableTest, StrangersMakeRoomBeforeThoseWhoAreKnown) {
  PeerTable table(3, 3);
  const auto known = JoinKnown(&table);
  const auto first = Join(&table), second = Join(&table);

  EXPECT_TRUE(table.MakeRoom());

  EXPECT_FALSE(known->closed);
  EXPECT_TRUE(first->closed);
  EXPECT_FALSE(second->closed);
}

TEST(PeerTableTest, HasNoRoomWhenAllAreKnown) {
  PeerTable table(2, 2);
  const auto first = JoinKnown(&table), second = JoinKnown(&table);

  EXPECT_FALSE(table.MakeRoom());

  EXPECT_FALSE(first->closed);
  EXPECT_FALSE(second->closed);
}

TEST(PeerTableTest, WakesAndClosesAll) {
  PeerTable table(4, 4);
  const auto known = JoinKnown(&table), stranger = Join(&table);

  table.WakeAll();
  table.CloseAll();

  EXPECT_EQ(known->woken, 1);
  EXPECT_EQ(stranger->woken, 1);
  EXPECT_TRUE(known->closed);
  EXPECT_TRUE(stranger->closed);
}

}  // namespace
}  // namespace rhumb
