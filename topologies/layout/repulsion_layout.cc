#include "topologies/layout/repulsion_layout.h"

#include <algorithm>
#include <cmath>

namespace rhumb {
namespace {

constexpr int kSteps = 150;
constexpr double kLastHeat = 0.001;
constexpr double kSpringLength = 24;
constexpr double kSpring = 0.35;
constexpr double kPush = 40;
constexpr double kToMiddleX = 0.045;
constexpr double kToMiddleY = 0.07;  // wider than high
constexpr double kDrag = 0.6;        // of the speed left after a step
constexpr int kMostCells = 24;       // a side
// Turns by this from one node to the next spread a start evenly over a disc.
constexpr double kGoldenTurn = 2.399963;

// All nodes by the cell of a grid over them that they are in.
class Grid {
 public:
  explicit Grid(const std::vector<MapPoint>& points)
      : side_(std::clamp(static_cast<int>(std::sqrt(points.size() / 3.0)), 1, kMostCells)),
        members_(static_cast<size_t>(side_) * side_),
        middles_(members_.size()) {
    left_ = right_ = points.front().x;
    top_ = bottom_ = points.front().y;
    for (const MapPoint& p : points) {
      left_ = std::min(left_, p.x);
      right_ = std::max(right_, p.x);
      top_ = std::min(top_, p.y);
      bottom_ = std::max(bottom_, p.y);
    }
    for (size_t i = 0; i < points.size(); ++i) {
      const size_t cell = static_cast<size_t>(Row(points[i])) * side_ + Column(points[i]);
      members_[cell].push_back(static_cast<int>(i));
      middles_[cell].x += points[i].x;
      middles_[cell].y += points[i].y;
    }
    for (size_t cell = 0; cell < members_.size(); ++cell) {
      const double count = std::max<double>(1, static_cast<double>(members_[cell].size()));
      middles_[cell] = {middles_[cell].x / count, middles_[cell].y / count};
    }
  }

  // push(point, how many) for whatever acts on node `i`.
  template <typename Push>
  void VisitOthers(const std::vector<MapPoint>& points, int i, Push push) const {
    const int row = Row(points[i]), column = Column(points[i]);
    for (int r = 0; r < side_; ++r) {
      for (int c = 0; c < side_; ++c) {
        const size_t cell = static_cast<size_t>(r) * side_ + c;
        if (members_[cell].empty()) continue;
        if (std::abs(r - row) > 1 || std::abs(c - column) > 1) {
          push(middles_[cell], static_cast<double>(members_[cell].size()));
          continue;
        }
        for (const int other : members_[cell]) {
          if (other != i) push(points[other], 1.0);
        }
      }
    }
  }

 private:
  int Index(double value, double low, double high) const {
    return high > low ? std::min(side_ - 1, static_cast<int>((value - low) / (high - low) * side_))
                      : 0;
  }
  int Row(const MapPoint& p) const { return Index(p.y, top_, bottom_); }
  int Column(const MapPoint& p) const { return Index(p.x, left_, right_); }

  int side_;
  std::vector<std::vector<int>> members_;  // [cells]
  std::vector<MapPoint> middles_;          // [cells]
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
};

}  // namespace

std::vector<MapPoint> RepulsionLayout(int nodes, const Cables& cables) {
  std::vector<MapPoint> points, speeds(nodes);
  for (int i = 0; i < nodes; ++i) {
    const double radius = 10 * std::sqrt(i + 0.5);
    points.push_back({radius * std::cos(i * kGoldenTurn), radius * std::sin(i * kGoldenTurn)});
  }
  std::vector<double> degree(nodes, 0);
  for (const auto& [a, b] : cables) {
    ++degree[a];
    ++degree[b];
  }
  double heat = 1;
  for (int step = 0; step < kSteps; ++step) {
    heat *= std::pow(kLastHeat, 1.0 / kSteps);
    for (const auto& [a, b] : cables) {
      const double dx = points[b].x + speeds[b].x - points[a].x - speeds[a].x;
      const double dy = points[b].y + speeds[b].y - points[a].y - speeds[a].y;
      const double length = std::max(1e-6, std::hypot(dx, dy));
      const double pull = (length - kSpringLength) / length * heat * kSpring;
      // The end with fewer cables gives way.
      const double of_b = degree[a] / (degree[a] + degree[b]);
      speeds[b].x -= dx * pull * of_b;
      speeds[b].y -= dy * pull * of_b;
      speeds[a].x += dx * pull * (1 - of_b);
      speeds[a].y += dy * pull * (1 - of_b);
    }
    const Grid grid(points);
    for (int i = 0; i < nodes; ++i) {
      MapPoint push;
      grid.VisitOthers(points, i, [&](const MapPoint& other, double count) {
        const double dx = points[i].x - other.x, dy = points[i].y - other.y;
        const double square = std::max(1.0, dx * dx + dy * dy);
        push.x += dx * count / square;
        push.y += dy * count / square;
      });
      speeds[i].x += (push.x * kPush - points[i].x * kToMiddleX) * heat;
      speeds[i].y += (push.y * kPush - points[i].y * kToMiddleY) * heat;
    }
    for (int i = 0; i < nodes; ++i) {
      speeds[i] = {speeds[i].x * kDrag, speeds[i].y * kDrag};
      points[i] = {points[i].x + speeds[i].x, points[i].y + speeds[i].y};
    }
  }
  return points;
}

}  // namespace rhumb
