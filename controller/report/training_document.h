// The data of a training's report, `rhumb.training/1`.
#ifndef RHUMB_CONTROLLER_REPORT_TRAINING_DOCUMENT_H_
#define RHUMB_CONTROLLER_REPORT_TRAINING_DOCUMENT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controller/replay/provenance.h"

namespace rhumb {

// {schema, title, provenance, columns: [name...], rows: [[number or null...]...]} of a metrics.csv,
// as every stage of training writes it. InvalidArgument, naming file and line, for a row of another
// length or a field that is no number; FailedPrecondition for one without rows.
absl::StatusOr<std::string> TrainingDocument(absl::string_view csv, const std::string& file,
                                             const std::string& title,
                                             const Provenance& provenance);

// Writes `directory`/report.html from its metrics.csv. FailedPrecondition in a program without
// pages.
absl::Status WriteTrainingReport(const std::string& directory, const Provenance& provenance);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_TRAINING_DOCUMENT_H_
