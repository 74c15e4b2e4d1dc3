// Where the members of a zip archive lie, so that one that is stored without compression can be
// read in parts (APPNOTE.TXT 6.3, with its 64-bit fields). archive.h unpacks whole archives.
#ifndef RHUMB_TOPOLOGIES_FORMATS_ZIP_DIRECTORY_H_
#define RHUMB_TOPOLOGIES_FORMATS_ZIP_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "topologies/formats/seekable_file.h"

namespace rhumb {

struct ZipMember {
  std::string name;
  bool stored = false;  // neither compressed nor encrypted
  int64_t bytes = 0;    // unpacked
  int64_t offset = 0;   // of its bytes in the file, as they are there
  uint32_t crc32 = 0;   // of its bytes, as the archive says
};

// Directories are left out. InvalidArgument, without the file's name, when the end of the archive
// or a member is not where it should be, or a member is no file. Reads the directory and the head
// of each member.
absl::StatusOr<std::vector<ZipMember>> ReadZipDirectory(const SeekableFile& file);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_ZIP_DIRECTORY_H_
