// A linear program that is solved again and again while its right-hand sides change and columns and
// rows are added: the part of CLP that routing needs, with its answers turned into Status.
#ifndef RHUMB_AGENTS_BASELINES_LP_LINEAR_PROGRAM_H_
#define RHUMB_AGENTS_BASELINES_LP_LINEAR_PROGRAM_H_

#include <limits>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

class ClpSimplex;

namespace rhumb {

constexpr double kLpInfinity = std::numeric_limits<double>::max();

// CPU time of the calling thread. Limits count in it, so that a busy machine does not change which
// programs are solved.
double ThreadCpuSeconds();

// How long one solution may take.
struct LpLimits {
  double time_s = 600;                               // CPU time of the solving thread
  int iterations = std::numeric_limits<int>::max();  // simplex iterations
};

// Minimises a sum of costs over columns (variables) subject to bounds on rows. Numbers should be of
// order 1; tolerances are absolute: 1e-7 on bounds, 1e-9 on costs. Movable, not copyable, used by
// one thread at a time.
class LinearProgram {
 public:
  // Which simplex method starts from the last basis. Dual: right after right-hand sides changed or
  // rows were added. Primal: after columns were added. From nothing, dual suits programs whose
  // costs are not negative.
  enum class Method { kDual, kPrimal };

  LinearProgram();
  ~LinearProgram();
  LinearProgram(LinearProgram&&) noexcept;
  LinearProgram& operator=(LinearProgram&&) noexcept;

  // Additions are collected and reach the solver at the next Solve. All return the index.
  int AddRow(double lower, double upper);
  // Over existing columns, each at most once.
  int AddRow(double lower, double upper, absl::Span<const int> columns,
             absl::Span<const double> coefficients);
  // `rows` are existing ones, each at most once.
  int AddColumn(double cost, double lower, double upper, absl::Span<const int> rows,
                absl::Span<const double> coefficients);
  void SetRowBounds(int row, double lower, double upper);
  void SetColumnBounds(int column, double lower, double upper);
  void SetCost(int column, double cost);

  int num_rows() const;
  int num_columns() const;

  // Solves from the last basis. `what` names the program in errors. FailedPrecondition when it is
  // infeasible, DeadlineExceeded or ResourceExhausted at the time or iteration limit, Internal when
  // CLP gives up.
  absl::Status Solve(Method method, const LpLimits& limits, absl::string_view what);

  // Of the last solution.
  double objective() const;
  absl::Span<const double> values() const;     // [columns]
  absl::Span<const double> row_duals() const;  // [rows]
  int iterations() const;

 private:
  void Flush();

  struct Additions;
  class Deadline;
  std::unique_ptr<Deadline> deadline_;  // outlives clp_, which looks at it
  std::unique_ptr<ClpSimplex> clp_;
  std::unique_ptr<Additions> additions_;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_LINEAR_PROGRAM_H_
