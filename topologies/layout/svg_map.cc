#include "topologies/layout/svg_map.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "topologies/layout/svg_text.h"

namespace rhumb {
namespace {

constexpr double kSteps[] = {0.25, 0.5, 0.7, 0.85, 1};
constexpr const char* kRamp[] = {"#c3d0de", "#86b1d9", "#4d87c0", "#dd9a1f", "#d4550f", "#8d0f2b"};
constexpr const char* kStepNames[] = {"under 25 %", "25-50",  "50-70",
                                      "70-85",      "85-100", "over capacity, dashed"};
constexpr int kOver = 5;
constexpr char kCapacityColour[] = "#4d87c0";
constexpr char kInk[] = "#17202b";
constexpr char kMute[] = "#5b6775";
constexpr char kBad[] = "#a3112a";
constexpr int kMostLoads = 6;
constexpr double kLabelledFrom = 0.7;
constexpr int kManyLinks = 1500;  // above it lines are thin and nodes have no names
constexpr double kHead = 26;      // above a map, for its title
constexpr double kFoot = 26;      // below all, for the legend
constexpr double kGap = 14;
constexpr double kNameSize = 10.5;
constexpr double kLoadSize = 11.5;
constexpr int kMostTitle = 80;
constexpr int kMostName = 14;

// A link at exactly its capacity is not over it.
int StepOf(double utilization) {
  const auto step = std::upper_bound(std::begin(kSteps), std::end(kSteps), utilization);
  const int reached = static_cast<int>(step - std::begin(kSteps));
  return reached == kOver && utilization <= 1 ? kOver - 1 : reached;
}

struct Box {
  double left, top, right, bottom;
};

// One panel, drawn from the bottom to the top.
class PanelDrawing {
 public:
  PanelDrawing(const MapLayout& layout, const MapPanel& panel, std::string* svg)
      : layout_(layout),
        panel_(panel),
        topology_(panel.topology),
        many_(topology_.num_links() > kManyLinks),
        svg_(*svg) {
    for (const Link& link : topology_.links()) widest_ = std::max(widest_, link.capacity_bps);
    std::map<std::pair<NodeId, NodeId>, int> seen;
    for (const Link& link : topology_.links()) {
      rank_.push_back(seen[{link.source, link.destination}]++);
    }
  }

  void Draw() {
    absl::StrAppendFormat(&svg_,
                          "<text x=\"2\" y=\"-9\" font-size=\"13\" font-weight=\"600\" fill=\"%s\">"
                          "%s</text>\n",
                          kInk, EscapedXml(PlainName(panel_.title, kMostTitle)));
    absl::StrAppendFormat(&svg_,
                          "<g clip-path=\"url(#box)\"><rect width=\"%g\" height=\"%g\" "
                          "fill=\"#fff\"/>\n",
                          layout_.width, layout_.height);
    if (!layout_.land.empty()) {
      absl::StrAppendFormat(&svg_,
                            "<path d=\"%s\" fill=\"#eceff3\" stroke=\"#d3d9e1\" "
                            "stroke-width=\"0.8\"/>\n",
                            layout_.land);
    }
    for (const double x : layout_.breaks) {
      absl::StrAppendFormat(&svg_,
                            "<path d=\"M%.1f,0V%g\" stroke=\"%s\" stroke-dasharray=\"2 5\" "
                            "opacity=\"0.5\"/>\n",
                            x, layout_.height, kMute);
    }
    const std::vector<LinkId> order = ByLoad();
    for (const LinkId link : order) DrawLink(link);
    DrawCrosses();
    DrawNodes();
    DrawLoads(order);
    if (!many_) DrawNames();
    svg_ += "</g>\n";
  }

 private:
  struct Lane {
    double x0, y0, x1, y1, width, nx, ny, length;
  };

  double Load(LinkId link) const {
    return panel_.utilization.empty() ? std::nan("") : panel_.utilization[link];
  }

  // The fullest last, so that they lie on top.
  std::vector<LinkId> ByLoad() const {
    std::vector<LinkId> order(topology_.num_links());
    std::iota(order.begin(), order.end(), 0);
    auto key = [this](LinkId link) {
      const double load = Load(link);
      return topology_.link(link).usable() && std::isfinite(load) ? load : -1;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](LinkId a, LinkId b) { return key(a) < key(b); });
    return order;
  }

  Lane LaneOf(LinkId id) const {
    const Link& link = topology_.link(id);
    const MapPoint& a = layout_.positions[link.source];
    const MapPoint& b = layout_.positions[link.destination];
    const double length = std::max(1e-9, std::hypot(b.x - a.x, b.y - a.y));
    const double nx = -(b.y - a.y) / length, ny = (b.x - a.x) / length;
    const double width = many_ ? 0.7 : 2 + 4 * std::sqrt(link.capacity_bps / widest_);
    const double side = many_ ? 0.6 : width / 2 + 0.8 + rank_[id] * (width + 1.5);
    return {a.x + nx * side, a.y + ny * side, b.x + nx * side, b.y + ny * side, width, nx, ny,
            length};
  }

  void Line(const Lane& lane, absl::string_view colour, double width, absl::string_view dash) {
    absl::StrAppendFormat(&svg_,
                          "<path d=\"M%.1f,%.1fL%.1f,%.1f\" stroke=\"%s\" stroke-width=\"%.2g\"",
                          lane.x0, lane.y0, lane.x1, lane.y1, colour, width);
    if (!dash.empty()) absl::StrAppend(&svg_, " stroke-dasharray=\"", dash, "\"");
    svg_ += "/>\n";
  }

  void DrawLink(LinkId id) {
    const Link& link = topology_.link(id);
    const Lane lane = LaneOf(id);
    if (link.operational_state == OperationalState::kDown) return Line(lane, kBad, 1.4, "3 4");
    if (!link.usable()) return Line(lane, kMute, 1.4, "1.5 4");
    if (panel_.utilization.empty()) {
      Line(lane, kCapacityColour, lane.width, "");
    } else if (!std::isfinite(Load(id))) {
      return Line(lane, kMute, 1.4, "8 6");
    } else {
      const int step = StepOf(Load(id));
      Line(lane, kRamp[step], lane.width, "");
      if (step == kOver) Line(lane, "#fff", std::max(1.2, lane.width * 0.4), "3 5");
    }
    if (!many_ && lane.length >= 46) DrawChevron(lane, StepOf(Load(id)));
  }

  void DrawChevron(const Lane& lane, int step) {
    const double ux = (lane.x1 - lane.x0) / lane.length, uy = (lane.y1 - lane.y0) / lane.length;
    const double x = lane.x0 + (lane.x1 - lane.x0) * 0.6, y = lane.y0 + (lane.y1 - lane.y0) * 0.6;
    const double r = std::max(1.6, lane.width * 0.42);
    absl::StrAppendFormat(&svg_,
                          "<path d=\"M%.1f,%.1fL%.1f,%.1fL%.1f,%.1f\" stroke=\"%s\" "
                          "stroke-width=\"1.1\"/>\n",
                          x - ux * r + lane.nx * r, y - uy * r + lane.ny * r, x, y,
                          x - ux * r - lane.nx * r, y - uy * r - lane.ny * r,
                          step == 0 ? kMute : "#fff");
  }

  // One a cable.
  void DrawCrosses() {
    std::set<std::pair<NodeId, NodeId>> crossed;
    for (const Link& link : topology_.links()) {
      if (link.operational_state != OperationalState::kDown) continue;
      if (!crossed.insert(std::minmax(link.source, link.destination)).second) continue;
      const MapPoint& a = layout_.positions[link.source];
      const MapPoint& b = layout_.positions[link.destination];
      absl::StrAppendFormat(&svg_,
                            "<path d=\"M%.1f,%.1fl10,10m0,-10l-10,10\" stroke=\"%s\" "
                            "stroke-width=\"2.4\"/>\n",
                            (a.x + b.x) / 2 - 5, (a.y + b.y) / 2 - 5, kBad);
    }
  }

  void DrawNodes() {
    for (const MapPoint& p : layout_.positions) {
      absl::StrAppendFormat(&svg_, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%g\" fill=\"%s\"", p.x, p.y,
                            many_ ? 1.1 : 3.6, many_ ? kInk : "#fff");
      if (!many_) absl::StrAppend(&svg_, " stroke=\"", kInk, "\" stroke-width=\"1.8\"");
      svg_ += "/>\n";
      if (!many_) taken_.push_back({p.x - 4, p.y - 4, p.x + 4, p.y + 4});
    }
  }

  bool Fits(const Box& box) const {
    if (box.left < 2 || box.top < 2 || box.right > layout_.width - 2 ||
        box.bottom > layout_.height - 2) {
      return false;
    }
    return std::none_of(taken_.begin(), taken_.end(), [&box](const Box& other) {
      return box.left < other.right && box.right > other.left && box.top < other.bottom &&
             box.bottom > other.top;
    });
  }

  void DrawLoads(const std::vector<LinkId>& order) {
    int shown = 0;
    for (auto it = order.rbegin(); it != order.rend() && shown < kMostLoads; ++it) {
      const double load = Load(*it);
      if (!topology_.link(*it).usable() || !(load >= kLabelledFrom)) break;
      const Lane lane = LaneOf(*it);
      const std::string text = absl::StrFormat("%.0f %%", load * 100);
      const double width = TextWidth(text, kLoadSize) + 10;
      for (const double away : {11.0, -15.0, 20.0, -24.0}) {
        const double x =
            (lane.x0 + lane.x1) / 2 + lane.nx * away * (std::abs(lane.nx) > 0.6 ? 1.9 : 1);
        const double y = (lane.y0 + lane.y1) / 2 + lane.ny * away;
        const Box box{x - width / 2, y - 8, x + width / 2, y + 8};
        if (!Fits(box)) continue;
        taken_.push_back(box);
        ++shown;
        const int step = StepOf(load);
        absl::StrAppendFormat(
            &svg_,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"16\" rx=\"4\" fill=\"%s\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%g\" font-weight=\"700\" "
            "text-anchor=\"middle\" fill=\"%s\">%s</text>\n",
            box.left, box.top, width, kRamp[step], x, y + 4, kLoadSize, step >= 4 ? "#fff" : kInk,
            text);
        break;
      }
    }
  }

  void DrawNames() {
    std::vector<NodeId> order(topology_.num_nodes());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [this](NodeId a, NodeId b) {
      return topology_.out_links(a).size() > topology_.out_links(b).size();
    });
    for (const NodeId id : order) {
      const std::string name = PlainName(topology_.node(id).name, kMostName);
      const double width = TextWidth(name, kNameSize) + 4;
      const MapPoint& p = layout_.positions[id];
      const std::initializer_list<MapPoint> places = {{7, -9},           {-width - 7, -9},
                                                      {7, 10},           {-width - 7, 10},
                                                      {-width / 2, -13}, {-width / 2, 14}};
      for (const MapPoint& place : places) {
        const double x = p.x + place.x, y = p.y + place.y;
        const Box box{x, y - 6.5, x + width, y + 6.5};
        if (!Fits(box)) continue;
        taken_.push_back(box);
        absl::StrAppendFormat(&svg_,
                              "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%g\" fill=\"%s\" "
                              "stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">"
                              "%s</text>\n",
                              x + 2, y + 3.7, kNameSize, kInk, EscapedXml(name));
        break;
      }
    }
  }

  const MapLayout& layout_;
  const MapPanel& panel_;
  const Topology& topology_;
  const bool many_;
  std::string& svg_;
  double widest_ = 1;
  std::vector<int> rank_;  // [links], among those with the same ends
  std::vector<Box> taken_;
};

void DrawLegend(bool loads, double y, std::string* svg) {
  double x = 2;
  auto words = [&](absl::string_view text) {
    absl::StrAppendFormat(svg,
                          "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11\" fill=\"%s\">%s</text>\n", x,
                          y, kMute, EscapedXml(text));
    x += TextWidth(text, 11) + 12;
  };
  for (int step = 0; loads && step <= kOver; ++step) {
    absl::StrAppendFormat(svg, "<path d=\"M%.1f,%.1fh26\" stroke=\"%s\" stroke-width=\"8\"/>\n", x,
                          y - 4, kRamp[step]);
    if (step == kOver) {
      absl::StrAppendFormat(svg,
                            "<path d=\"M%.1f,%.1fh26\" stroke=\"#fff\" stroke-width=\"3\" "
                            "stroke-dasharray=\"3 5\"/>\n",
                            x, y - 4);
    }
    x += 31;
    words(kStepNames[step]);
  }
  if (!loads) words("thicker = more capacity");
}

}  // namespace

std::string DrawMaps(const MapLayout& layout, const std::vector<MapPanel>& panels) {
  const double count = static_cast<double>(panels.size());
  const double width = count * layout.width + (count - 1) * kGap;
  const double height = kHead + layout.height + kFoot;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\" "
      "fill=\"none\" font-family=\"'Noto Sans', 'DejaVu Sans', sans-serif\">\n"
      "<defs><clipPath id=\"box\"><rect width=\"%g\" height=\"%g\" rx=\"8\"/></clipPath></defs>\n"
      "<rect width=\"%g\" height=\"%g\" fill=\"#f7f8fa\"/>\n",
      width, height, width, height, layout.width, layout.height, width, height);
  bool loads = false;
  for (size_t i = 0; i < panels.size(); ++i) {
    absl::StrAppendFormat(&svg, "<g transform=\"translate(%g %g)\">\n",
                          static_cast<double>(i) * (layout.width + kGap), kHead);
    PanelDrawing(layout, panels[i], &svg).Draw();
    svg += "</g>\n";
    loads = loads || !panels[i].utilization.empty();
  }
  DrawLegend(loads, kHead + layout.height + 17, &svg);
  return svg + "</svg>\n";
}

}  // namespace rhumb
