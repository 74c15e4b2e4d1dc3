#include "controller/report/worst_interval.h"

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/report/packing.h"
#include "topologies/layout/svg_map.h"

namespace rhumb {
namespace {

// What the report calls the reference and the featured policy.
int ReferenceOf(const std::vector<PolicyCells>& cells) {
  for (size_t p = 0; p < cells.size(); ++p) {
    if (cells[p].name == kReferencePolicy) return static_cast<int>(p);
  }
  return 0;
}

int FeaturedOf(const std::vector<PolicyCells>& cells, int reference) {
  int last = reference;
  for (size_t p = 0; p < cells.size(); ++p) {
    if (absl::StartsWith(cells[p].name, "neural")) return static_cast<int>(p);
    if (!cells[p].omniscient && static_cast<int>(p) != reference) last = static_cast<int>(p);
  }
  return last;
}

// Of the first seed.
int WidestGap(const ReplayStory& story, int a, int b) {
  int worst = 0;
  double widest = -1, fullest = -1;
  for (int moment = 0; moment < story.record.moments(); ++moment) {
    const int i = moment * story.record.every();
    const Cell& of_a = story.cells[a].cells[0][i];
    const Cell& of_b = story.cells[b].cells[0][i];
    if (of_a.lost || of_b.lost) continue;
    const double gap = std::abs(of_a.measured.mlu - of_b.measured.mlu);
    if (gap < widest || (gap == widest && of_a.measured.mlu <= fullest)) continue;
    widest = gap;
    fullest = of_a.measured.mlu;
    worst = i;
  }
  return worst;
}

MapPanel PanelOf(const ReplayStory& story, int policy, int index) {
  const std::vector<uint16_t> loads = story.record.Loads(policy);
  const int moments = story.record.moments();
  const ReplayMoment& moment = story.input.moments[index + 1];
  MapPanel panel{"", moment.topology, {}};
  double busiest = 0;
  for (int link = 0; link < moment.topology.num_links(); ++link) {
    const uint16_t load = loads[static_cast<size_t>(link) * moments + index / story.record.every()];
    panel.utilization.push_back(load == kUnknownLoad ? std::nan("") : load / 1000.0);
    if (load != kUnknownLoad) busiest = std::max(busiest, panel.utilization.back());
  }
  panel.title = absl::StrFormat("%s, interval %d: busiest link %.0f %%", story.cells[policy].name,
                                moment.number, busiest * 100);
  return panel;
}

}  // namespace

std::string DrawWorstInterval(const ReplayStory& story) {
  const int reference = ReferenceOf(story.cells);
  const int featured = FeaturedOf(story.cells, reference);
  const int index = WidestGap(story, reference, featured);
  std::vector<MapPanel> panels = {PanelOf(story, reference, index)};
  if (featured != reference) panels.push_back(PanelOf(story, featured, index));
  return DrawMaps(LayOutMap(story.input.topology), panels);
}

}  // namespace rhumb
