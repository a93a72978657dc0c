#include "tracking/prepared_statements.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "tracking/c_errors.hpp"
#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

using ServerResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// A plan is made anew after so many runs, because the tables may have grown since.
constexpr int runs_of_a_plan = 50;
constexpr Oid bigint_type = 20, text_type = 25;

/// The values of a statement as libpq takes them: binary.
struct Parameters {
  explicit Parameters(std::initializer_list<Value> values) {
    std::size_t place = 0;
    for (const Value& value : values) {
      const auto* const text = std::get_if<std::string_view>(&value);
      const auto* const number = std::get_if<long long>(&value);
      types.push_back(text ? text_type : bigint_type);
      if (number) append_bytes(bytes[place], *number);
      if (text) bytes[place] = *text;
      pointers.push_back(text || number ? bytes[place].data() : nullptr);
      sizes.push_back(static_cast<int>(bytes[place].size()));
      formats.push_back(1);
      ++place;
    }
  }
  [[nodiscard]] int count() const noexcept { return static_cast<int>(types.size()); }

  std::map<std::size_t, std::string> bytes;
  std::vector<Oid> types;
  std::vector<const char*> pointers;
  std::vector<int> sizes, formats;
};

void expect_success(Session& session, const ServerResult& result) {
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw_postgresql(session, result.get());
}

}  // namespace

int bind_value(sqlite_api::sqlite3_stmt* statement, int place, const Value& value) noexcept {
  if (const auto* const text = std::get_if<std::string_view>(&value))
    return sqlite_api::sqlite3_bind_text64(statement, place, text->data() ? text->data() : "",
                                           text->size(), SQLITE_STATIC, SQLITE_UTF8);
  if (const auto* const number = std::get_if<long long>(&value))
    return sqlite_api::sqlite3_bind_int64(statement, place, *number);
  return sqlite_api::sqlite3_bind_null(statement, place);
}

void append_bytes(std::string& out, long long number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift);
}

PreparedStatements::~PreparedStatements() {
  for (const auto& [text, statement] : sqlite_) sqlite_api::sqlite3_finalize(statement);
}

PreparedStatements::Result PreparedStatements::run(const std::string& text,
                                                   std::initializer_list<Value> values) {
  session_.observe(text);
  return session_.is_sqlite() ? run_on_sqlite(text, values) : run_on_postgresql(text, values);
}

sqlite_api::sqlite3_stmt* PreparedStatements::on_sqlite(const std::string& text) {
  const auto found = sqlite_.find(text);
  if (found != sqlite_.end()) return found->second;
  sqlite_api::sqlite3_stmt* statement = nullptr;
  check_sqlite(session_, sqlite_api::sqlite3_prepare_v3(
                             session_.sqlite(), text.c_str(), static_cast<int>(text.size() + 1),
                             SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  return sqlite_.emplace(text, statement).first->second;
}

PreparedStatements::Result PreparedStatements::run_on_sqlite(const std::string& text,
                                                             std::initializer_list<Value> values) {
  sqlite_api::sqlite3_stmt* const statement = on_sqlite(text);
  int place = 0;
  for (const Value& value : values) check_sqlite(session_, bind_value(statement, ++place, value));
  Result result;
  if (sqlite_api::sqlite3_step(statement) == SQLITE_ROW) {
    result.row.resize(static_cast<std::size_t>(sqlite_api::sqlite3_column_count(statement)));
    int column = 0;
    for (auto& value : result.row) {
      if (const auto* const bytes = sqlite_api::sqlite3_column_text(statement, column))
        value.emplace(
            reinterpret_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(statement, column)));
      ++column;
    }
    while (sqlite_api::sqlite3_step(statement) == SQLITE_ROW) {
    }
  }
  check_sqlite(session_, sqlite_api::sqlite3_reset(statement));
  result.changed = sqlite_api::sqlite3_changes(session_.sqlite());
  return result;
}

PreparedStatements::Result PreparedStatements::run_on_postgresql(
    const std::string& text, std::initializer_list<Value> values) {
  const Parameters parameters(values);
  Plan& plan = postgresql_[text];
  if (plan.runs % runs_of_a_plan == 0)
    prepare_on_postgresql(plan, text, parameters.count(), parameters.types.data());
  ++plan.runs;
  const ServerResult result(PQexecPrepared(session_.postgresql(), plan.name.c_str(),
                                           parameters.count(), parameters.pointers.data(),
                                           parameters.sizes.data(), parameters.formats.data(), 0),
                            PQclear);
  expect_success(session_, result);
  Result out;
  out.changed = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
  if (PQntuples(result.get()) > 0)
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      auto& value = out.row.emplace_back();
      if (!PQgetisnull(result.get(), 0, column))
        value.emplace(PQgetvalue(result.get(), 0, column),
                      static_cast<std::size_t>(PQgetlength(result.get(), 0, column)));
    }
  return out;
}

void PreparedStatements::prepare_on_postgresql(Plan& plan, const std::string& text, int count,
                                               const Oid* types) {
  PGconn* const connection = session_.postgresql();
  if (plan.name.empty()) {
    plan.name = "bitbucket_" + std::to_string(postgresql_.size());
  } else {
    const ServerResult gone(PQexec(connection, ("DEALLOCATE " + plan.name).c_str()), PQclear);
    expect_success(session_, gone);
  }
  const ServerResult result(PQprepare(connection, plan.name.c_str(), text.c_str(), count, types),
                            PQclear);
  expect_success(session_, result);
}

}  // namespace bitbucket::inline v0_1::tracking
