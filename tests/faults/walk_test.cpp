// Each shape of operation meets every fault, over real HTTP.  The table of operations and the list
// of faults say what is run: what is new in either needs no new code here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>

#include <bitbucket/testing/git_server.hpp>

#include "faults/expectations.hpp"
#include "faults/heap.hpp"
#include "server/invoke.hpp"

namespace bitbucket::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::Fault;
using testing::GitServer;
using testing::GitServerRequest;

constexpr const char* kSecret = "s3cret-token";
constexpr const char* kOtherSecret = "another-token";
constexpr int kAttempts = 3;
constexpr std::size_t kMaxAnswer = 1u << 20;
constexpr std::size_t kSlack = 6u << 20;  // buffers of both sides, and growing ones
constexpr std::chrono::seconds kBound(20);

/// Returns whether an answer must be a page or have a member that identifies it.
template <Method M, class A, class... P>
constexpr bool is_identified(const ApiPath<M, A, P...>&) {
  return !std::is_same_v<A, RawJson> && !std::is_same_v<A, HookTestResult> &&
         !std::is_same_v<A, ApplicationProperties>;
}

/// A correct answer for an operation.  It has 200 kB, so that faults can damage its body.
template <Method M, class A, class... P>
testing::FaultAnswer right_answer(const ApiPath<M, A, P...>& row) {
  const AnswerKind kind = row.answer;
  const std::string padding(200'000, 'p');
  if (kind == AnswerKind::stream)
    return {.headers = {{"Content-Type", "application/octet-stream"}}, .body = padding};
  constexpr bool number = std::is_same_v<A, Repo> || std::is_same_v<A, Hook>;
  std::string body = R"({"slug":"s","id":)" + std::string(number ? "1" : "\"1\"") +
                     ",\"padding\":\"" + padding + "\"}";
  if (kind == AnswerKind::array) body = '[' + body + ']';
  if (kind == AnswerKind::page)
    body = R"({"size":0,"limit":25,"start":0,"isLastPage":true,"values":[],"padding":")" + padding +
           "\"}";
  return {.headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

struct Ended {
  Outcome outcome = Outcome::served;
  std::string text = {};
  bool as_expected = true;  ///< what Expected::also says
  std::chrono::nanoseconds took{};
};

template <class Call>
Ended watch(Call&& call, const Expected& expected) {
  Ended out;
  const auto began = steady_clock::now();
  const auto note = [&](Outcome outcome, const Error& error) {
    out.outcome = outcome;
    out.text = error.what();
    if (expected.also && outcome == expected.outcome) out.as_expected = expected.also(error);
  };
  try {
    call();
  } catch (const ApiError& error) {
    note(Outcome::api, error);
  } catch (const DecodeError& error) {
    note(Outcome::decode, error);
  } catch (const TransportError& error) {
    note(Outcome::transport, error);
  }
  out.took = steady_clock::now() - began;
  return out;
}

/// A scripted server, and a client that does not really wait between attempts.
class FaultWalk : public ::testing::TestWithParam<FaultCase> {
 protected:
  FaultWalk()
      : server_({.context_path = "/bitbucket",
                 .tokens = {{kSecret, "admin"}, {kOtherSecret, "admin"}}}) {}

  ClientOptions options() const {
    ClientOptions out{.base_url = server_.base_url(), .credentials = BearerToken{kSecret}};
    out.connection.max_answer = kMaxAnswer;
    out.connection.timeout = std::chrono::minutes(10);  // longer than every requested pause
    out.connection.proxy.url = "direct";
    out.connection.retry.max_attempts = kAttempts;
    out.connection.retry.first_delay = milliseconds(1);
    out.connection.retry.sleeper = [](milliseconds, std::stop_token stop) {
      return !stop.stop_requested();
    };
    return out;
  }

  void expect_one_honest_answer(const BitbucketServer& client) {
    EXPECT_EQ(client.server.application_properties().display_name, "Bitbucket");
  }

  GitServer server_;
};

std::vector<GitServerRequest> faulted(const std::vector<GitServerRequest>& requests) {
  std::vector<GitServerRequest> out;
  for (const GitServerRequest& request : requests)
    if (!request.fault.empty()) out.push_back(request);
  return out;
}

std::size_t expected_requests(Repeated repeated, const Operation& row) {
  const bool again =
      repeated == Repeated::always || (repeated == Repeated::if_repeatable && row.repeatable);
  return again ? kAttempts : 1;
}

void check_end(const Ended& ended, const Expected& expected) {
  EXPECT_NE(expected.outcome, Outcome::unexplained);
  EXPECT_EQ(ended.outcome, expected.outcome) << ended.text;
  EXPECT_THAT(ended.text, ::testing::HasSubstr(expected.gist));
  EXPECT_TRUE(ended.as_expected) << ended.text;
  EXPECT_THAT(ended.text, ::testing::Not(::testing::HasSubstr(kSecret)));
  EXPECT_LT(ended.text.size(), 3000u);
  EXPECT_LT(ended.took, kBound);
}

/// Expects that a connection carries no further request after a fault that breaks it, and does
/// carry one after any other fault.
void check_connections(const std::vector<GitServerRequest>& requests, bool breaks) {
  std::set<std::uint64_t> numbers;
  for (const GitServerRequest& request : requests) numbers.insert(request.connection);
  EXPECT_EQ(numbers.size(), breaks ? requests.size() : 1u);
}

/// What decides how an operation meets a fault: two rows that agree in all of it would prove the
/// same twice.
template <Method M, class A, class... P>
auto shape_of(const ApiPath<M, A, P...>& row) {
  return std::tuple(row.method, row.answer, row.repeatable, row.takes_body, is_identified(row));
}

TEST_P(FaultWalk, EveryShapeOfOperationEndsAsItShould) {
  const FaultCase& given = GetParam();
  std::set<std::tuple<Method, AnswerKind, bool, bool, bool>> shapes;
  api::for_each_operation([&](std::string_view name, const auto& row) {
    if (!shapes.insert(shape_of(row)).second) return;
    SCOPED_TRACE(std::string(name) + " meets " + given.name);
    Fault fault = given.fault;
    if (!fault.answer) fault.answer = right_answer(row);
    const Expected& expected = given.of(row.answer, is_identified(row));
    const BitbucketServer honest(options());  // only this row meets what a fault leaves behind
    const BitbucketServer client = honest.with({.timeout = given.timeout});
    expect_one_honest_answer(honest);
    server_.clear_requests();
    server_.misbehave({.times = 0, .fault = std::move(fault)});

    const std::size_t before = reset_heap_peak();
    const Ended ended = watch([&] { invoke(client, row); }, expected);
    EXPECT_LT(heap_peak() - before, kMaxAnswer + kSlack);
    server_.behave();
    check_end(ended, expected);

    if (given.silent_later) {
      EXPECT_THROW(expect_one_honest_answer(honest.with({.timeout = milliseconds(100)})),
                   TransportError);
    }
    const BitbucketServer other = honest.with({.credentials = BearerToken{kOtherSecret}});
    expect_one_honest_answer(given.speaks_later ? other : honest);
    const auto requests = server_.requests();
    EXPECT_EQ(faulted(requests).size(), expected_requests(given.repeated, row));
    if (!given.silent_later) check_connections(requests, given.breaks);
  });
  EXPECT_GT(shapes.size(), 8u);
}

TEST(FaultCasesTest, ContainEveryFaultOfTheWire) {
  std::set<Fault::Wire> met;
  for (const FaultCase& each : fault_cases()) met.insert(each.fault.wire);
  EXPECT_EQ(met.size(), static_cast<std::size_t>(Fault::Wire::status_line) + 1);
}

INSTANTIATE_TEST_SUITE_P(Faults, FaultWalk, ::testing::ValuesIn(fault_cases()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace bitbucket::test
