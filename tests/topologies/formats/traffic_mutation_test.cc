// Traffic files with one slip in them: what is read then is the same, or told, or refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/topologies/formats/numpy_files.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

struct Sample {
  const char* name;
  std::string text;
  // Lines are entries, and nothing says how many there are: those missing at the end cannot be
  // seen, nor the digits missing of the last number.
  bool open_end = false;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name; }

class TrafficMutationTest : public ::testing::TestWithParam<Sample> {
 protected:
  void SetUp() override {
    const auto loaded = ReadTraffic(GetParam().text, "f");
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    facts_ = Facts(loaded->value);
    rates_ = Rates(loaded->value);
    num_nodes_ = static_cast<int>(loaded->value.node_names().size());
    notes_ = loaded->report.notes;
  }

  // Rates, times and interval; names are texts, which may hold anything.
  static std::string Facts(const TrafficSeries& series) {
    rhumb::v1::TrafficSeries message = ToProto(series);
    message.clear_nodes();
    message.clear_origin();
    message.clear_name();
    return message.SerializeAsString();
  }

  // True when `text` was refused; a failure when it is read as something else without a word.
  bool IsRefused(const std::string& text, absl::string_view what) {
    const auto loaded = ReadTraffic(text, "f");
    if (!loaded.ok()) return true;
    EXPECT_TRUE(IsSame(loaded->value) || loaded->report.notes != notes_) << what << "\n" << text;
    return false;
  }

  // A letter of one name in the head of a table makes another node of it, which nobody can tell
  // without the network; the rates must be the same all the same.
  bool IsSame(const TrafficSeries& series) const {
    if (Facts(series) == facts_) return true;
    return static_cast<int>(series.node_names().size()) > num_nodes_ && Rates(series) == rates_;
  }

  static std::multiset<double> Rates(const TrafficSeries& series) {
    std::multiset<double> rates;
    for (int i = 0; i < series.size(); ++i) {
      for (const double rate : series.demands(i).rates_bps()) {
        if (rate > 0) rates.insert(rate);
      }
    }
    return rates;
  }

  std::string facts_;
  std::multiset<double> rates_;
  int num_nodes_ = 0;
  std::vector<std::string> notes_;
};

TEST_P(TrafficMutationTest, ADigitThatBecameSomethingElseIsNeverReadInPart) {
  const std::string& text = GetParam().text;
  std::mt19937 random(11);
  int refused = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] < '0' || text[at] > '9') continue;
    for (const char other : {"qO?#~!"[random() % 6], ' ', ';', '\t', '"'}) {
      std::string changed = text;
      changed[at] = other;
      // A blank around a number changes nothing but the number of digits; that is another number.
      const bool at_edge = at == 0 || at + 1 == text.size() || !absl::ascii_isdigit(text[at - 1]) ||
                           !absl::ascii_isdigit(text[at + 1]);
      if ((other == ' ' || other == '\t') && at_edge) continue;
      refused += IsRefused(changed, absl::StrCat("at ", at));
    }
  }
  EXPECT_GT(refused, 0);
}

TEST_P(TrafficMutationTest, ALetterThatBecameAnotherIsNoSilentDifference) {
  const std::string& text = GetParam().text;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!absl::ascii_isalpha(text[at])) continue;
    std::string changed = text;
    changed[at] = text[at] == 'q' ? 'w' : 'q';
    IsRefused(changed, absl::StrCat("at ", at));
  }
}

TEST_P(TrafficMutationTest, APunctuationMarkThatIsMissingOrDoubledIsNoSilentDifference) {
  const std::string& text = GetParam().text;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!absl::ascii_ispunct(text[at]) || text[at] == '.' || text[at] == '-') continue;
    std::string without = text, doubled = text;
    without.erase(at, 1);
    doubled.insert(at, 1, text[at]);
    // The head of a remark is what makes it one.
    if (text[at] != '#') IsRefused(without, absl::StrCat("without that at ", at));
    IsRefused(doubled, absl::StrCat("doubled at ", at));
  }
}

TEST_P(TrafficMutationTest, ACutShortFileIsRefusedOrTheSame) {
  const std::string& text = GetParam().text;
  for (size_t size = 0; size < text.size(); ++size) {
    const auto loaded = ReadTraffic(text.substr(0, size), "f");
    if (!loaded.ok() || GetParam().open_end) continue;
    // Digits missing of the last number of a text make another number.
    const bool in_last_number =
        text.substr(size).find_first_not_of("0123456789.\n") == std::string::npos;
    EXPECT_TRUE(in_last_number || Facts(loaded->value) == facts_ || loaded->report.notes != notes_)
        << text.substr(0, size);
  }
}

TEST_P(TrafficMutationTest, ALineTwiceOrMissingInsideIsNoSilentDifference) {
  const std::vector<std::string> lines = absl::StrSplit(GetParam().text, '\n');
  if (lines.size() < 3) return;
  for (size_t i = 0; i + 2 < lines.size(); ++i) {
    std::vector<std::string> twice = lines;
    twice.insert(twice.begin() + static_cast<ptrdiff_t>(i), lines[i]);
    // A row of a table without times is one more interval.
    if (!GetParam().open_end)
      IsRefused(absl::StrJoin(twice, "\n"), absl::StrCat("twice: ", lines[i]));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, TrafficMutationTest,
    ::testing::Values(
        Sample{"WideCsv",
               "# unit: Mbit/s mean over 5 min\n# source: a test\ntime,AAA>BBB,BBB>AAA\n"
               "2024-03-31T00:00:00Z,125,375\n2024-03-31T00:05:00Z,135,385\n",
               true},
        Sample{"WideCsvUnix",
               "# unit: kbit/s\ntime;a>b;b>a\n1711843200;100;200\n1711844100;300;400\n", true},
        Sample{"MatrixText",
               "# unit: Gbit/s\n,AA,BB,CC\nAA,0,100,200\nBB,300,0,400\nCC,500,600,0\n"},
        Sample{"MatrixStack",
               "0 100 200\n300 0 400\n500 600 0\n\n0 110 210\n310 0 410\n510 610 0\n", true},
        Sample{
            "Repetita",
            "DEMANDS 3\nlabel src dest bw\ndemand_0 0 1 100\ndemand_1 1 0 200\ndemand_2 1 2 300\n"},
        Sample{"SndlibNative", R"(?SNDlib native format; type: network; version: 1.0
NODES (
  AA ( 10.00 50.00 )
  BB ( 11.00 51.00 )
)
DEMANDS (
  D1 ( AA BB ) 1 195.00 UNLIMITED
  D2 ( BB AA ) 1 145.00 UNLIMITED
)
)"},
        Sample{"SndlibXml", R"(<?xml version="1.0"?>
<network><meta><granularity>5min</granularity><time>20240331-0005</time><unit>MBITPERSEC</unit></meta>
<networkStructure><nodes coordinatesType="geographical">
<node id="AA"><coordinates><x>10.00</x><y>50.00</y></coordinates></node>
<node id="BB"><coordinates><x>11.00</x><y>51.00</y></coordinates></node></nodes></networkStructure>
<demands><demand id="D1"><source>AA</source><target>BB</target><demandValue>195.00</demandValue></demand>
<demand id="D2"><source>BB</source><target>AA</target><demandValue>145.00</demandValue></demand></demands></network>)"},
        Sample{
            "Native",
            R"({"name":"t","nodes":["AA","BB"],"interval":"300s","matrices":[{"time":"2024-03-31T00:05:00Z",
"source":[0,1],"destination":[1,0],"rateBps":[100,200]}],"origin":"o"})"},
        Sample{"Npy",
               testing::Npy("<f4", "(2, 2, 2)", testing::Bytes<float>({0, 1, 2, 0, 0, 3, 4, 0}))}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace rhumb
