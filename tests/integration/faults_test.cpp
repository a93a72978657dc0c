// Every call of the integration meets a server that cuts, resets, stalls, refuses or lies.
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/integration/breakage.hpp>
#include <bitbucket/integration/source_links.hpp>

#include "integration/repository_fixture.hpp"

namespace bitbucket::test {
namespace {

using std::chrono::milliseconds;
using ::testing::Contains;
using testing::Fault;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Place = testing::Fault::Place;

/// A call with its name.
struct Step {
  const char* name;
  std::function<void()> run;
};

/// Attacks each request of each call.
class IntegrationFaultsTest : public RepositoryServiceTest {
 protected:
  /// Returns a service whose requests may take as long as `timeout_`.
  [[nodiscard]] RepositoryService attacked() const {
    ClientOptions options = client_options();
    options.connection.timeout = timeout_;
    return {BitbucketServer(std::move(options)),
            store_,
            {.base_url = server_->base_url(),
             .webhook_url = [this](const RepositoryDescription&) { return url_; }}};
  }
  /// Calls `run` while the n-th request meets `fault`, and returns whether there was such a
  /// request. `run` may throw only errors of the library, without secrets.
  bool meets(const std::function<void()>& run, const Fault& fault, int n, bool& failed) {
    server_->clear_requests();
    server_->misbehave({.first = n, .fault = fault});
    const auto began = std::chrono::steady_clock::now();
    failed = false;
    try {
      run();
    } catch (const Error& error) {
      failed = true;
      EXPECT_THAT(error.what(), Not(HasSubstr("ann-token")));
      EXPECT_LT(std::string(error.what()).size(), 3000u);
      EXPECT_FALSE(classify(error).advice.empty());
      for (const auto& stored : store_->list())
        EXPECT_THAT(error.what(), Not(HasSubstr(std::string(stored.webhook_secret.reveal()))));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
    server_->behave();
    for (const auto& request : server_->requests())
      if (!request.fault.empty()) return true;
    return false;
  }
  void expect_nothing_left() {
    EXPECT_THAT(ours(), IsEmpty());
    EXPECT_THAT(store_->list(), IsEmpty());
  }
  /// Attaches and detaches while each request in turn meets the fault.
  int attack_attaching(const Fault& fault) {
    int attacks = 0;
    bool failed = false;
    for (int n = 1; meets([&] { (void)attacked().attach(kDemoName); }, fault, n, failed); ++n) {
      ++attacks;
      if (failed) expect_nothing_left();
      const auto attached = service().attach(kDemoName);
      expect_attached(attached);
      service().detach(attached.external_id);
    }
    return attacks;
  }
  int attack_detaching(const Fault& fault) {
    int attacks = 0;
    bool failed = false;
    for (int n = 1;; ++n) {
      const auto attached = service().attach(kDemoName);
      const bool met = meets([&] { attacked().detach(attached.external_id); }, fault, n, failed);
      // The client cannot notice that the answer to a DELETE is a lie.
      const bool lied = fault.answer && fault.answer->status / 100 == 2;
      if (failed) {
        EXPECT_EQ(store_->find(attached.external_id), attached);
      } else if (!lied) {
        expect_nothing_left();
      }
      (void)service().attach(kDemoName);
      service().detach(attached.external_id);
      expect_nothing_left();
      if (!met) return attacks;
      ++attacks;
    }
  }

  milliseconds timeout_ = std::chrono::seconds(30);

  /// Returns the distance between two offsets: 53, or what the environment says.
  static std::size_t stride() {
    const char* wanted = std::getenv("BITBUCKET_FAULT_STRIDE");
    return wanted ? std::stoul(wanted) : 53;
  }
};

std::vector<std::pair<std::string, Fault>> refusals() {
  const auto html = [](int status) {
    return faults::answer(status, {{"Content-Type", "text/html"}}, "<html>no</html>");
  };
  const auto json_text = [](std::string body) {
    return faults::answer(200, {{"Content-Type", "application/json"}}, std::move(body));
  };
  std::vector<std::pair<std::string, Fault>> out;
  for (const int status : {204, 206, 301, 400, 401, 403, 404, 409, 410, 418, 500, 502, 503})
    out.emplace_back(std::to_string(status), html(status));
  out.emplace_back("429", faults::too_many_requests(std::chrono::seconds(0)));
  out.emplace_back("captcha", faults::captcha_required());
  out.emplace_back("XSRF", faults::xsrf_refused());
  out.emplace_back("login page", faults::login_page());
  out.emplace_back("login redirect", faults::login_redirect());
  out.emplace_back("XML", faults::xml_error());
  out.emplace_back("no route", faults::no_such_route());
  out.emplace_back("dead link", faults::dead_link());
  out.emplace_back("empty", faults::empty_answer());
  for (const char* body : {"", "{", "null", "[]", "1", "\"x\"", "{}", "\xff", R"({"values":[{}]})"})
    out.emplace_back(body, json_text(body));
  out.emplace_back("deep", json_text(std::string(100'000, '[')));
  for (const Place place : {Place::before, Place::head, Place::after_head, Place::body})
    out.emplace_back("reset", faults::reset(place));
  out.emplace_back("status line", faults::bad_status_line());
  out.emplace_back("length", faults::wrong_length(7));
  return out;
}

TEST_F(IntegrationFaultsTest, AnAnswerThatIsCutAtAnyOffsetLeavesNothingHalfDone) {
  std::size_t attacks = 0;
  for (std::size_t offset = 0; offset < 700; offset += stride()) {
    SCOPED_TRACE(offset);
    for (const Fault& fault : {faults::cut_head(offset), faults::cut_body(offset)})
      attacks += static_cast<std::size_t>(attack_attaching(fault) + attack_detaching(fault));
  }
  EXPECT_GT(attacks, 100u);
  RecordProperty("attacks", static_cast<int>(attacks));
}

TEST_F(IntegrationFaultsTest, ARefusalOrAnAnswerOfAnotherShapeLeavesNothingHalfDone) {
  for (const auto& [name, fault] : refusals()) {
    SCOPED_TRACE(name);
    EXPECT_GE(attack_attaching(fault), 4);
    EXPECT_GE(attack_detaching(fault), 3);
  }
}

TEST_F(IntegrationFaultsTest, ASilentServerDoesNotHoldACallForever) {
  timeout_ = milliseconds(50);
  for (const Place place : {Place::before, Place::body}) {
    EXPECT_GE(attack_attaching(faults::stall(place)), 4);
    EXPECT_GE(attack_detaching(faults::stall(place)), 3);
  }
}

TEST_F(IntegrationFaultsTest, ReadingMeetsEveryFaultWithATypedError) {
  const BitbucketServer client(client_options());
  const std::vector<Step> steps{
      {"search", [&] { (void)service().search("demo"); }},
      {"describe", [&] { (void)service().describe(kDemoName); }},
      {"find_source",
       [&] {
         (void)find_source(client, server_->base_url(), kDemoName, {"README.md", ""});
       }},
      {"find_code_owners", [&] { (void)find_code_owners(client, server_->base_url(), kDemoName); }},
      {"check_access", [&] { (void)check_access(client); }},
  };
  auto all = refusals();
  for (std::size_t offset = 0; offset < 400; offset += stride()) {
    all.emplace_back("cut head", faults::cut_head(offset));
    all.emplace_back("cut body", faults::cut_body(offset));
  }
  bool failed = false;
  for (const auto& [name, run] : steps)
    for (const auto& [fault_name, fault] : all) {
      SCOPED_TRACE(std::string(name) + " meets " + fault_name);
      int n = 1;
      while (meets(run, fault, n, failed)) ++n;
      EXPECT_GT(n, 1);
    }
}

}  // namespace
}  // namespace bitbucket::test
