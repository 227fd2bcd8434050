#include "record/index.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "core/error.h"

namespace tandem::record {
namespace {

constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS runs (
  run_id TEXT NOT NULL, attempt INTEGER NOT NULL,
  status TEXT NOT NULL, outcome TEXT NOT NULL, message TEXT NOT NULL,
  mode TEXT NOT NULL, scale TEXT NOT NULL, device TEXT NOT NULL, repetition INTEGER NOT NULL,
  study_device TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT NOT NULL,
  makespan_seconds REAL, start_skew_seconds REAL, overlap_fraction REAL,
  gpu_energy_total_joules REAL, gpu_energy_source TEXT NOT NULL,
  cpu_energy_total_joules REAL, cpu_energy_source TEXT NOT NULL,
  total_energy_joules REAL, total_energy_source TEXT NOT NULL,
  gpu_util_avg_percent REAL, gpu_power_avg_watts REAL, gpu_memory_peak REAL,
  imported_from TEXT, stated_energy_joules REAL,
  PRIMARY KEY (run_id, attempt));
CREATE TABLE IF NOT EXISTS trainings (
  run_id TEXT NOT NULL, attempt INTEGER NOT NULL, role TEXT NOT NULL, workload TEXT NOT NULL,
  hyperparameters TEXT NOT NULL, seed INTEGER NOT NULL,
  training_success INTEGER NOT NULL, outcome TEXT NOT NULL, message TEXT NOT NULL,
  epochs_done INTEGER NOT NULL, duration_seconds REAL,
  performance_metric TEXT NOT NULL, performance REAL,
  cpu_time_seconds REAL, memory_peak_mib REAL, tensor_memory_peak_mib REAL,
  gpu_energy_share_joules REAL, cpu_energy_share_joules REAL, energy_share_model TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (run_id, attempt, role));
CREATE TABLE IF NOT EXISTS epochs (
  run_id TEXT NOT NULL, attempt INTEGER NOT NULL, role TEXT NOT NULL, epoch INTEGER NOT NULL,
  end_s REAL NOT NULL, train_loss REAL, metric TEXT NOT NULL, value REAL,
  PRIMARY KEY (run_id, attempt, role, epoch, metric));
)sql";

/// Raised with every change of the tables.
constexpr int schema_version = 3;

/// Empties an index that another version of tandem made: its rows come back from the run folders.
void drop_other_version(SQLite::Database& database) {
  if (database.execAndGet("PRAGMA user_version").getInt() == schema_version) return;
  database.exec(
      "DROP TABLE IF EXISTS runs; DROP TABLE IF EXISTS trainings; "
      "DROP TABLE IF EXISTS epochs; "
      "PRAGMA user_version = " +
      std::to_string(schema_version));
}

std::string insertion(const std::string& table, int columns) {
  std::string places = "?";
  for (int i = 1; i < columns; ++i) places += ", ?";
  return fmt::format("INSERT OR REPLACE INTO {} VALUES ({})", table, places);
}

/// One row to be inserted, its values given one after the other.
class Row {
 public:
  explicit Row(SQLite::Statement& insertion) : statement_(insertion) { statement_.tryReset(); }

  template <typename Value>
  Row& operator<<(const Value& value) {
    statement_.bind(++column_, value);
    return *this;
  }
  Row& operator<<(const core::Reading& reading) {
    ++column_;
    if (reading) {
      statement_.bind(column_, *reading);
    } else {
      statement_.bind(column_);  // NULL
    }
    return *this;
  }
  void insert() { statement_.exec(); }

 private:
  SQLite::Statement& statement_;
  int column_ = 0;
};

}  // namespace

/// Prepared once: to prepare a statement takes longer than to insert a row.
struct Index::Insertions {
  explicit Insertions(SQLite::Database& database)
      : run(database, insertion("runs", 26)),
        training(database, insertion("trainings", 20)),
        epoch(database, insertion("epochs", 8)) {}
  SQLite::Statement run;
  SQLite::Statement training;
  SQLite::Statement epoch;
};

namespace {

void insert_run(SQLite::Statement& insertion, const RunResult& result) {
  Row row(insertion);
  row << result.run_id << result.attempt << name_of(result.outcome.status) << result.outcome.name
      << result.outcome.message << std::string(result.spec.concurrent() ? "concurrent" : "solo")
      << (result.imported ? "not stated" : study::name_of(result.spec.scale))
      << (result.imported ? "not stated" : study::name_of(result.spec.device))
      << result.spec.repetition << result.device << result.started_at << result.ended_at
      << result.makespan_seconds << result.start_skew_seconds << result.overlap_fraction
      << result.gpu_energy_total_joules.joules
      << core::name_of(result.gpu_energy_total_joules.source)
      << result.cpu_energy_total_joules.joules
      << core::name_of(result.cpu_energy_total_joules.source) << result.total_energy_joules.joules
      << core::name_of(result.total_energy_joules.source) << result.gpu_util_avg_percent
      << result.gpu_power_avg_watts << result.gpu_memory_peak_mib;
  if (result.imported) {
    row << result.imported->source << result.imported->stated_energy_joules;
  } else {
    row << core::Reading() << core::Reading();  // NULL
  }
  row.insert();
}

void insert_training(SQLite::Statement& insertion, SQLite::Statement& epoch_insertion,
                     const RunResult& result, const std::string& role,
                     const ParticipantResult& training) {
  Row row(insertion);
  row << result.run_id << result.attempt << role << training.spec.workload
      << core::Json(training.spec.hyperparameters).dump() << training.spec.seed
      << static_cast<int>(training.training_success) << training.outcome.name
      << training.outcome.message << training.epochs_done << training.duration_seconds
      << training.performance_metric << training.performance << training.cpu_time_seconds
      << training.memory_peak_mib << training.tensor_memory_peak_mib
      << training.gpu_energy_share_joules << training.cpu_energy_share_joules
      << training.energy_share_model << training.data;
  row.insert();
  for (const EpochRecord& epoch : training.epochs) {
    const auto insert_epoch = [&](const std::string& metric, const core::Reading& value) {
      Row epoch_row(epoch_insertion);
      epoch_row << result.run_id << result.attempt << role << epoch.epoch << epoch.end_s
                << epoch.train_loss << metric << value;
      epoch_row.insert();
    };
    for (const auto& [metric, value] : epoch.metrics) insert_epoch(metric, value);
    if (epoch.metrics.empty()) insert_epoch("", core::Reading::missing("no finite metric"));
  }
}

/// With the journal that a killed session may have left: SQLite would apply it to whatever database
/// has that name next. A kill between the two leaves a journal without a database, which SQLite
/// throws away.
void remove_database(const std::filesystem::path& file) {
  std::filesystem::remove(file);
  std::filesystem::remove(file.string() + "-journal");
}

}  // namespace

Index::Index(const std::filesystem::path& file) {
  try {
    database_ = std::make_unique<SQLite::Database>(file.string(),
                                                   SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database_->setBusyTimeout(5000);              // somebody may be reading
    database_->exec("PRAGMA synchronous = OFF");  // can be rebuilt, so a lost write costs nothing
    SQLite::Transaction transaction(*database_);
    drop_other_version(*database_);
    database_->exec(schema);
    transaction.commit();
    insertions_ = std::make_unique<Insertions>(*database_);
  } catch (const SQLite::Exception& error) {
    throw core::SystemError(
        fmt::format("can't open the index '{}': {}", file.string(), error.what()));
  }
}

Index::~Index() = default;

void Index::add(const RunResult& result) {
  try {
    SQLite::Transaction transaction(*database_);
    insert(result);
    transaction.commit();
  } catch (const SQLite::Exception& error) {
    throw core::SystemError(
        fmt::format("can't add '{}' to the index: {}", result.run_id, error.what()));
  }
}

void Index::insert(const RunResult& result) {
  insert_run(insertions_->run, result);
  const char* role = result.spec.concurrent() ? "A" : "solo";
  for (const ParticipantResult& training : result.participants) {
    insert_training(insertions_->training, insertions_->epoch, result, role, training);
    role = "B";
  }
}

void Index::add_missing(const RunStore& store) {
  try {
    SQLite::Transaction transaction(*database_);
    for (const auto& [run_id, attempt] : store.finished()) {
      if (holds(run_id, attempt)) continue;
      if (const auto result = store.try_read_attempt(run_id, attempt)) insert(*result);
    }
    transaction.commit();
  } catch (const SQLite::Exception& error) {
    throw core::SystemError(fmt::format("can't complete the index: {}", error.what()));
  }
}

bool Index::holds(const std::string& run_id, int attempt) const {
  try {
    SQLite::Statement row(*database_, "SELECT 1 FROM runs WHERE run_id = ? AND attempt = ?");
    row.bind(1, run_id);
    row.bind(2, attempt);
    return row.executeStep();
  } catch (const SQLite::Exception& error) {
    throw core::SystemError(
        fmt::format("can't look for '{}' in the index: {}", run_id, error.what()));
  }
}

int Index::size() const {
  return database_->execAndGet("SELECT count(*) FROM runs").getInt();
}

int Index::rebuild(const RunStore& store, std::vector<std::string>& problems) {
  const std::filesystem::path file = file_of(store);
  const std::filesystem::path fresh = file.string() + ".new";
  remove_database(fresh);
  int size = 0;
  {
    Index index(fresh);
    try {
      SQLite::Transaction transaction(*index.database_);
      store.for_each_result([&](RunResult result) { index.insert(result); }, &problems);
      transaction.commit();
    } catch (const SQLite::Exception& error) {
      throw core::SystemError(
          fmt::format("can't fill the index '{}': {}", fresh.string(), error.what()));
    }
    size = index.size();
  }
  remove_database(file);
  std::filesystem::rename(fresh, file);
  return size;
}

}  // namespace tandem::record
