#include "topologies/formats/loader.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "topologies/formats/archive.h"
#include "topologies/formats/connectivity.h"
#include "topologies/formats/file_io.h"
#include "topologies/formats/file_writer.h"
#include "topologies/formats/format_table.h"
#include "topologies/formats/names.h"
#include "topologies/formats/native_json.h"
#include "topologies/formats/npy_stream.h"
#include "topologies/formats/repair.h"
#include "topologies/formats/rfc8345_json.h"
#include "topologies/formats/screening.h"
#include "topologies/formats/series_joiner.h"

namespace rhumb {
namespace {

namespace fs = std::filesystem;

// Unpacked content without a byte-order mark. `storage` keeps what had to be unpacked. A zip
// archive of one file is that file; of arrays (.npz) it is left as it is.
absl::StatusOr<absl::string_view> PlainContent(absl::string_view bytes, absl::string_view file,
                                               const LoadOptions& options, std::string* storage) {
  const Input input{{}, file};
  const Packing packing = PackingOf(bytes);
  const auto with_command = [&](const absl::Status& status) {
    return input.Prefixed(absl::Status(
        status.code(),
        absl::StrCat(status.message(), " (", UnpackCommand(packing, file), " unpacks it)")));
  };
  if (IsGzip(bytes)) {
    auto plain = Gunzip(bytes, options.max_file_bytes);
    if (!plain.ok()) return input.Prefixed(plain.status());
    *storage = *std::move(plain);
    bytes = *storage;
  } else if (packing == Packing::kZip) {
    auto members = UnpackZip(bytes, options.max_file_bytes);
    if (!members.ok()) return with_command(members.status());
    const bool arrays = std::any_of(members->begin(), members->end(), [](const ArchiveMember& m) {
      return absl::EndsWith(m.name, ".npy");
    });
    if (arrays) return bytes;
    if (members->size() > 1) {
      return input.Fault(absl::StrFormat(
          "this is a zip archive of %d files (%s, ...); unpack it (%s) and name one of them",
          members->size(), members->front().name.substr(0, 60), UnpackCommand(packing, file)));
    }
    *storage = std::move(members->front().bytes);
    bytes = *storage;
  } else if (CanUnpack(packing)) {
    auto plain = Unpack(bytes, options.max_file_bytes);
    if (!plain.ok()) return with_command(plain.status());
    *storage = *std::move(plain);
    bytes = *storage;
  }
  if (const Packing still = PackingOf(bytes);
      still != Packing::kNone && !(still == Packing::kZip && packing == Packing::kZip)) {
    return input.Fault(
        absl::StrFormat("this is packed%s; unpack it (%s) and name the file or directory",
                        packing != Packing::kNone ? " twice" : "", UnpackCommand(still, file)));
  }
  absl::ConsumePrefix(&bytes, "\xef\xbb\xbf");
  return bytes;
}

std::string DescribeContent(const Sniff& sniff) {
  switch (sniff.kind) {
    case Sniff::Kind::kEmpty:
      return "the file is empty";
    case Sniff::Kind::kBinary:
      return sniff.utf16 ? "the content is UTF-16; convert it (iconv -f UTF-16 -t UTF-8)"
                         : "the content is not text";
    case Sniff::Kind::kXml:
      return sniff.xml_root.empty()
                 ? "the XML has no element"
                 : absl::StrCat("this is XML with the root element <", sniff.xml_root, ">");
    case Sniff::Kind::kJsonObject:
      return "this is JSON with other fields";
    case Sniff::Kind::kText:
      break;
  }
  return absl::StrCat("this is text that begins with \"", sniff.first_line.substr(0, 40), "\"");
}

// `other` recognises what a file is when it holds the other kind of thing.
template <typename T, typename Other>
absl::StatusOr<Loaded<T>> Read(absl::string_view bytes, absl::string_view file_name,
                               const LoadOptions& options, absl::Span<const Format<T>> formats,
                               absl::Span<const Format<Other>> other_formats, const char* what,
                               const char* other_what) {
  std::string storage;
  auto plain = PlainContent(bytes, file_name, options, &storage);
  if (!plain.ok()) return plain.status();
  const Input input{*plain, file_name};
  const Sniff sniff = SniffContent(input.bytes);
  const Format<T>* format = FindFormat(formats, sniff);
  if (format == nullptr) {
    if (const Format<Other>* other = FindFormat(other_formats, sniff); other != nullptr) {
      return input.Fault(absl::StrFormat("this is %s (%s), not %s", other_what, other->name, what));
    }
    return input.Fault(absl::StrFormat("%s; %s is read from: %s", DescribeContent(sniff), what,
                                       FormatNames(formats)));
  }
  auto loaded = format->read(input, options);
  if (!loaded.ok()) return loaded;
  loaded->report.format = format->name;
  for (std::string& note : loaded->report.notes) note = ToUtf8(note);  // they quote the file
  return loaded;
}

absl::StatusOr<Loaded<TrafficSeries>> ReadUnscreened(absl::string_view bytes,
                                                     absl::string_view file_name,
                                                     const LoadOptions& options) {
  return Read(bytes, file_name, options, TrafficFormats(), TopologyFormats(), "traffic",
              "a topology");
}

absl::StatusOr<Loaded<TrafficSeries>> Screened(absl::StatusOr<Loaded<TrafficSeries>> loaded,
                                               const LoadOptions& options) {
  if (!loaded.ok()) return loaded;
  auto screened = Screen(std::move(loaded->value), options, &loaded->report);
  if (!screened.ok()) return screened.status();
  loaded->value = *std::move(screened);
  return loaded;
}

// One series out of the files of a directory; those that are no traffic are counted.
absl::StatusOr<Loaded<TrafficSeries>> LoadTrafficDirectory(const std::string& path,
                                                           const LoadOptions& options) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file(error)) files.push_back(it->path().string());
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrFormat("%s: cannot list the directory: %s", path, error.message()));
  }
  std::sort(files.begin(), files.end());
  SeriesJoiner joiner(path, options);
  for (const std::string& file : files) {
    const auto bytes = ReadWholeFile(file, options.max_file_bytes);
    if (!bytes.ok()) return bytes.status();
    std::string storage;
    const auto plain = PlainContent(*bytes, file, options, &storage);
    if (!plain.ok()) return plain.status();
    if (FindFormat(TrafficFormats(), SniffContent(*plain)) == nullptr) {
      joiner.Skip(file);
      continue;
    }
    auto loaded = ReadUnscreened(*plain, file, options);
    if (!loaded.ok()) return loaded.status();
    if (absl::Status status = joiner.Add(*std::move(loaded), file); !status.ok()) return status;
  }
  return joiner.Finish();
}

}  // namespace

std::string Input::Stem() const {
  absl::string_view name = file;
  if (const size_t slash = name.rfind('/'); slash != absl::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  for (absl::string_view packed : {".gz", ".xz", ".bz2", ".zst", ".zip", ".lzma", ".lz4"}) {
    if (absl::ConsumeSuffix(&name, packed)) break;
  }
  for (absl::string_view ending :
       {".topology.json", ".traffic.json", ".json", ".graphml", ".xml", ".txt", ".csv", ".tsv",
        ".graph", ".demands", ".gml", ".dot", ".gv", ".brite", ".npy", ".npz"}) {
    if (absl::ConsumeSuffix(&name, ending)) break;
  }
  return name.empty() ? std::string("unnamed") : ToUtf8(name);
}

absl::StatusOr<Loaded<Topology>> ReadTopology(absl::string_view bytes, absl::string_view file_name,
                                              const LoadOptions& options) {
  auto loaded =
      Read(bytes, file_name, options, TopologyFormats(), TrafficFormats(), "a topology", "traffic");
  if (!loaded.ok()) return loaded.status();
  auto connected = KeepConnected(std::move(loaded->value), options, &loaded->report);
  if (!connected.ok()) return Input{{}, file_name}.Prefixed(connected.status());
  loaded->value = *std::move(connected);
  return loaded;
}

absl::StatusOr<Loaded<TrafficSeries>> ReadTraffic(absl::string_view bytes,
                                                  absl::string_view file_name,
                                                  const LoadOptions& options) {
  return Screened(ReadUnscreened(bytes, file_name, options), options);
}

absl::StatusOr<Loaded<Topology>> LoadTopology(absl::string_view name_or_path,
                                              const LoadOptions& options) {
  const auto path = FindTopologyFile(name_or_path);
  if (!path.ok()) return path.status();
  const auto bytes = ReadWholeFile(*path, options.max_file_bytes);
  if (!bytes.ok()) return bytes.status();
  auto loaded = ReadTopology(*bytes, *path, options);
  if (loaded.ok() || options.findings != nullptr) return loaded;
  // One run tells all that the file needs.
  const Repair repair = FindRepair(*bytes, *path, options);
  if (!repair.options) return loaded;
  return absl::Status(loaded.status().code(),
                      absl::StrCat(loaded.status().message(), "; this loads it: ",
                                   LoadCommand("describe", name_or_path, *repair.options)));
}

absl::StatusOr<Loaded<TrafficSeries>> LoadTraffic(absl::string_view name_or_path,
                                                  const LoadOptions& options) {
  const auto path = FindTrafficFile(name_or_path);
  if (!path.ok()) return path.status();
  std::error_code error;
  if (fs::is_directory(*path, error)) {
    return Screened(LoadTrafficDirectory(*path, options), options);
  }
  const auto bytes = ReadWholeFile(*path, options.max_file_bytes);
  if (!bytes.ok()) return bytes.status();
  return ReadTraffic(*bytes, *path, options);
}

absl::StatusOr<Loaded<TrafficStream>> OpenTraffic(absl::string_view name_or_path,
                                                  const LoadOptions& options) {
  const auto path = FindTrafficFile(name_or_path);
  if (!path.ok()) return path.status();
  auto opened = OpenNpyStream(*path, options);
  if (!opened.ok()) return opened.status();
  if (opened->has_value()) {
    Loaded<TrafficStream>& loaded = **opened;
    for (std::string& note : loaded.report.notes) note = ToUtf8(note);
    loaded.value = Screen(std::move(loaded.value), options, &loaded.report);
    return std::move(loaded);
  }
  auto loaded = LoadTraffic(name_or_path, options);
  if (!loaded.ok()) return loaded.status();
  return Loaded<TrafficStream>{std::move(loaded->value), std::move(loaded->report)};
}

namespace {

absl::Status Save(const absl::StatusOr<std::string>& json, const std::string& path) {
  if (!json.ok()) return json.status();
  if (!absl::EndsWith(path, ".gz")) return WriteFileAtomically(path, *json);
  const auto compressed = Gzip(*json);
  if (!compressed.ok()) return compressed.status();
  return WriteFileAtomically(path, *compressed);
}

}  // namespace

absl::Status SaveTopology(const Topology& topology, const std::string& path) {
  return Save(WriteNativeTopology(topology), path);
}

absl::Status SaveTraffic(const TrafficSeries& series, const std::string& path) {
  return Save(WriteNativeTraffic(series), path);
}

absl::StatusOr<int64_t> SaveTraffic(const TrafficStream& stream, const std::string& path,
                                    const std::function<void(int, int)>& on_progress) {
  auto file = FileWriter::Create(path, absl::EndsWith(path, ".gz"));
  if (!file.ok()) return file.status();
  int64_t bytes = 0;
  const absl::Status written = WriteNativeTraffic(stream, on_progress, [&](absl::string_view part) {
    bytes += static_cast<int64_t>(part.size());
    return (*file)->Append(part);
  });
  if (!written.ok()) return written;
  if (absl::Status status = (*file)->Finish(); !status.ok()) return status;
  return bytes;
}

absl::StatusOr<std::vector<std::string>> SaveTopologyAsRfc8345(const Topology& topology,
                                                               const std::string& path) {
  auto written = WriteRfc8345Json(topology);
  if (!written.ok()) return written.status();
  if (absl::Status status = Save(written->text, path); !status.ok()) return status;
  return std::move(written->notes);
}

}  // namespace rhumb
