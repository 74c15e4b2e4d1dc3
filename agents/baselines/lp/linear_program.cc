#include "agents/baselines/lp/linear_program.h"

#include <ClpEventHandler.hpp>
#include <ClpSimplex.hpp>
#include <CoinPackedMatrix.hpp>
#include <ctime>

#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

// ClpModel's status when an event handler stopped it.
constexpr int kStoppedByHandler = 5;
// Reading a thread's clock is a system call: one in so many iterations does it.
constexpr int kIterationsPerLook = 16;

double ToClp(double bound) {
  if (bound >= kLpInfinity) return COIN_DBL_MAX;
  if (bound <= -kLpInfinity) return -COIN_DBL_MAX;
  return bound;
}

}  // namespace

double ThreadCpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// When a solution has to end. CLP's own limit counts the CPU time of all threads of the process.
class LinearProgram::Deadline {
 public:
  void Set(double at_s) {
    at_s_ = at_s;
    calls_ = 0;
  }
  bool Passed() const { return ThreadCpuSeconds() >= at_s_; }

  // CLP keeps a copy of what it is given, hence the detour to the one deadline.
  class Handler : public ClpEventHandler {
   public:
    explicit Handler(Deadline* deadline) : deadline_(deadline) {}
    ClpEventHandler* clone() const override { return new Handler(*this); }
    int event(Event what) override {
      constexpr int kStop = 0, kGoOn = -1;
      if (what != endOfIteration && what != endOfFactorization) return kGoOn;
      if (deadline_->calls_++ % kIterationsPerLook != 0) return kGoOn;
      return deadline_->Passed() ? kStop : kGoOn;
    }

   private:
    Deadline* deadline_;
  };

 private:
  double at_s_ = 0;
  int calls_ = 0;
};

struct LinearProgram::Additions {
  std::vector<double> row_lower, row_upper;
  std::vector<double> cost, lower, upper, coefficients;
  std::vector<CoinBigIndex> begin{0};
  std::vector<int> rows;

  void ClearColumns() {
    cost.clear(), lower.clear(), upper.clear(), coefficients.clear(), rows.clear();
    begin.assign(1, 0);
  }
};

LinearProgram::LinearProgram()
    : deadline_(std::make_unique<Deadline>()),
      clp_(std::make_unique<ClpSimplex>()),
      additions_(std::make_unique<Additions>()) {
  clp_->setLogLevel(0);
  const Deadline::Handler handler(deadline_.get());
  clp_->passInEventHandler(&handler);
  // Many small demands may each gain a little; CLP's 1e-7 would leave that lying.
  clp_->setDualTolerance(1e-9);
}
LinearProgram::~LinearProgram() = default;
LinearProgram::LinearProgram(LinearProgram&&) noexcept = default;
LinearProgram& LinearProgram::operator=(LinearProgram&&) noexcept = default;

int LinearProgram::num_rows() const {
  return clp_->numberRows() + static_cast<int>(additions_->row_lower.size());
}

int LinearProgram::num_columns() const {
  return clp_->numberColumns() + static_cast<int>(additions_->cost.size());
}

int LinearProgram::AddRow(double lower, double upper) {
  additions_->row_lower.push_back(ToClp(lower));
  additions_->row_upper.push_back(ToClp(upper));
  return num_rows() - 1;
}

int LinearProgram::AddRow(double lower, double upper, absl::Span<const int> columns,
                          absl::Span<const double> coefficients) {
  Flush();
  clp_->addRow(static_cast<int>(columns.size()), columns.data(), coefficients.data(), ToClp(lower),
               ToClp(upper));
  return num_rows() - 1;
}

int LinearProgram::AddColumn(double cost, double lower, double upper, absl::Span<const int> rows,
                             absl::Span<const double> coefficients) {
  additions_->cost.push_back(cost);
  additions_->lower.push_back(ToClp(lower));
  additions_->upper.push_back(ToClp(upper));
  additions_->rows.insert(additions_->rows.end(), rows.begin(), rows.end());
  additions_->coefficients.insert(additions_->coefficients.end(), coefficients.begin(),
                                  coefficients.end());
  additions_->begin.push_back(static_cast<CoinBigIndex>(additions_->rows.size()));
  return num_columns() - 1;
}

void LinearProgram::Flush() {
  Additions& added = *additions_;
  if (!added.row_lower.empty()) {
    // Empty rows: later columns carry the coefficients.
    clp_->addRows(static_cast<int>(added.row_lower.size()), added.row_lower.data(),
                  added.row_upper.data(), nullptr, nullptr, nullptr);
    added.row_lower.clear();
    added.row_upper.clear();
  }
  if (!added.cost.empty()) {
    clp_->addColumns(static_cast<int>(added.cost.size()), added.lower.data(), added.upper.data(),
                     added.cost.data(), added.begin.data(), added.rows.data(),
                     added.coefficients.data());
    added.ClearColumns();
  }
}

void LinearProgram::SetRowBounds(int row, double lower, double upper) {
  Flush();
  clp_->setRowBounds(row, ToClp(lower), ToClp(upper));
}

void LinearProgram::SetColumnBounds(int column, double lower, double upper) {
  Flush();
  clp_->setColumnBounds(column, ToClp(lower), ToClp(upper));
}

void LinearProgram::SetCost(int column, double cost) {
  Flush();
  clp_->setObjectiveCoefficient(column, cost);
}

absl::Status LinearProgram::Solve(Method method, const LpLimits& limits, absl::string_view what) {
  Flush();
  const absl::Status late = absl::DeadlineExceededError(absl::StrFormat(
      "%s (%d rows, %d columns) was not solved within %.3g s of CPU time; allow more time", what,
      num_rows(), num_columns(), limits.time_s));
  deadline_->Set(ThreadCpuSeconds() + limits.time_s);
  if (deadline_->Passed()) return late;
  clp_->setMaximumIterations(limits.iterations);
  if (method == Method::kDual) {
    clp_->dual();
  } else {
    clp_->primal();
  }
  switch (clp_->status()) {
    case 0:
      return absl::OkStatus();
    case 1:
      return absl::FailedPreconditionError(absl::StrFormat("%s is infeasible", what));
    case kStoppedByHandler:
      return late;
    case 3:
      return absl::ResourceExhaustedError(absl::StrFormat(
          "%s (%d rows, %d columns) was not solved within %d simplex iterations; allow more", what,
          num_rows(), num_columns(), limits.iterations));
    default:
      return absl::InternalError(absl::StrFormat(
          "CLP gave up on %s (%d rows, %d columns) with status %d, secondary status %d", what,
          num_rows(), num_columns(), clp_->status(), clp_->secondaryStatus()));
  }
}

double LinearProgram::objective() const { return clp_->objectiveValue(); }

absl::Span<const double> LinearProgram::values() const {
  return {clp_->getColSolution(), static_cast<size_t>(clp_->numberColumns())};
}

absl::Span<const double> LinearProgram::row_duals() const {
  return {clp_->getRowPrice(), static_cast<size_t>(clp_->numberRows())};
}

int LinearProgram::iterations() const { return clp_->numberIterations(); }

}  // namespace rhumb
