// The server gives answers that are not true.
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/testing/fake_transport.hpp>

#include "integration/repository_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::ElementsAre;
using testing::FakeTransport;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::json_answer;

class LiesTest : public RepositoryServiceTest {
 protected:
  testing::Fault told(const std::string& body, int status = 200) const {
    return faults::answer(status, {{"Content-Type", "application/json"}}, body);
  }
  static std::string page(const std::string& rows, std::size_t count) {
    return R"({"size":)" + std::to_string(count) +
           R"(,"limit":25,"start":0,"isLastPage":true,"values":[)" + rows + "]}";
  }
  static std::string hook(std::int64_t id, const std::string& url) {
    return R"({"id":)" + std::to_string(id) + R"(,"name":"bot","url":")" + url + R"("})";
  }
  /// Returns a service whose server is a function.
  RepositoryService service_over(const FakeTransport::Script& script) {
    return {BitbucketServer({.base_url = "https://git.example.com",
                             .connection = {.transport = std::make_shared<FakeTransport>(script)}}),
            store_,
            {.base_url = "https://git.example.com",
             .webhook_url = [this](const RepositoryDescription&) { return url_; }}};
  }
};

TEST_F(LiesTest, AWebhookWithoutAnIdIsRefused) {
  for (const std::int64_t id : {std::int64_t(0), std::int64_t(-1), INT64_MIN}) {
    server_->misbehave(
        {.method = "GET", .path = kHooksPath, .fault = told(page(hook(id, url_), 1))});
    EXPECT_THROW(service().attach(kDemoName), DecodeError) << id;
    EXPECT_EQ(server_->request_count("PUT " + kHooksPath + "/" + std::to_string(id)), 0u);
    server_->behave();
    EXPECT_THAT(store_->list(), IsEmpty());
  }
}

TEST_F(LiesTest, AnAnswerAboutAnotherWebhookIsCheckedInTheList) {
  const json other = webhook("https://bot.example.com/other");
  const auto id = other["id"].get<std::int64_t>();
  for (const std::string& lie :
       {hook(0, url_), hook(-7, url_), hook(id, "https://bot.example.com/other")}) {
    // The server does not carry out the POST.
    server_->misbehave({.method = "POST", .path = kHooksPath, .fault = told(lie, 201)});
    EXPECT_THROW(service().attach(kDemoName), DecodeError) << lie;
    server_->behave();
    EXPECT_THAT(webhooks("https://bot.example.com/other"), ElementsAre(other));
    EXPECT_THAT(ours(), IsEmpty());
    EXPECT_THAT(store_->list(), IsEmpty());
  }
}

TEST_F(LiesTest, ARepositoryThatCannotExistIsRefused) {
  for (const char* place :
       {R"("slug":"..","project":{"key":"PRJ"})", R"("slug":"a/b","project":{"key":"PRJ"})",
        R"("slug":"demo","project":{"key":".."})", R"("slug":"demo","project":{"key":"A/B"})"}) {
    const std::string repo = R"({"id":7,"name":"x",)" + std::string(place) + "}";
    const RepositoryService lied_to = service_over([&](const Request& request) {
      return json_answer(request.url.find("repos?") == std::string::npos ? repo : page(repo, 1));
    });
    EXPECT_THROW((void)lied_to.describe(kDemoName), DecodeError) << place;
    EXPECT_THROW((void)lied_to.search(), DecodeError) << place;
    EXPECT_THROW(lied_to.attach(kDemoName), DecodeError) << place;
  }
  EXPECT_THAT(store_->list(), IsEmpty());
}

TEST_F(LiesTest, AListOfWebhooksMustEnd) {
  std::atomic<int> requests = 0;
  const RepositoryService lied_to = service_over([&](const Request& request) {
    ++requests;
    if (request.url.find("/webhooks") == std::string::npos)
      return json_answer(R"({"id":7,"slug":"demo","project":{"key":"PRJ"}})");
    const std::size_t at = request.url.find("start=");
    const long long start = at == std::string::npos ? 0 : std::stoll(request.url.substr(at + 6));
    std::string rows;
    for (int i = 1; i <= 25; ++i)
      rows += (i == 1 ? "" : ",") + hook(start + i, "https://x.example.com/");
    const std::string from = std::to_string(start), next = std::to_string(start + 25);
    return json_answer(R"({"size":25,"limit":25,"start":)" + from +
                       R"(,"isLastPage":false,"nextPageStart":)" + next + R"(,"values":[)" + rows +
                       "]}");
  });
  try {
    (void)lied_to.attach(kDemoName);
    ADD_FAILURE() << "attach() accepted an endless list";
  } catch (const DecodeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("more than 10000 rows"));
  }
  EXPECT_LT(requests, 1000);
  EXPECT_THAT(store_->list(), IsEmpty());
}

TEST_F(LiesTest, A404ThatIsNotFromBitbucketDoesNotDetach) {
  const auto attached = service().attach(kDemoName);
  for (const auto& fault : {faults::dead_link(), faults::no_such_route(),
                            faults::answer(404, {{"Content-Type", "text/html"}}, "no")}) {
    for (const std::string& path : {kDemo, kHooksPath, kHooksPath + "/{webhook}"}) {
      server_->misbehave({.path = path, .times = 0, .fault = fault});
      EXPECT_THROW(service().detach(attached.external_id), ApiError) << fault.name << path;
      server_->behave();
      expect_attached(attached);
    }
  }
}

TEST_F(LiesTest, CredentialsDoNotFollowARedirectToAnotherHost) {
  const auto other = server_test::serve();
  for (const int status : {301, 302, 303, 307, 308})
    for (int n = 1; n <= 3; ++n) {
      server_->misbehave(
          {.first = n,
           .times = 0,
           .fault = faults::answer(status, {{"Location", other->base_url() + kDemo}})});
      EXPECT_THROW(service().attach(kDemoName), Error);
      EXPECT_THROW((void)service().search(), Error);
      server_->behave();
    }
  EXPECT_TRUE(other->requests().empty());
}

TEST_F(LiesTest, AStoredRepositoryWithoutASecretIsNotAttached) {
  const auto attached = service().attach(kDemoName);
  auto unsigned_one = attached;
  unsigned_one.webhook_secret = {};
  ASSERT_TRUE(store_->replace(attached, unsigned_one));
  EXPECT_THROW(service().attach(kDemoName), Error);
  EXPECT_EQ(ours().at(0)["configuration"]["secret"], attached.webhook_secret.reveal());
  auto pending = unsigned_one;
  pending.webhook.reset();
  ASSERT_TRUE(store_->replace(unsigned_one, pending));
  EXPECT_THROW(service().attach(kDemoName), Error);
  EXPECT_EQ(store_->find(attached.external_id), pending);
  service().detach(attached.external_id);
  EXPECT_THAT(ours(), IsEmpty());
}

TEST_F(LiesTest, AnEmptyAddressForTheWebhookIsRefused) {
  const auto attached = service().attach(kDemoName);
  const std::string address = std::exchange(url_, "");
  EXPECT_THROW(service().attach(kDemoName), InvalidArgument);
  EXPECT_THROW(service().detach(attached.external_id), InvalidArgument);
  url_ = address;
  expect_attached(attached);
}

TEST_F(LiesTest, PassesOnWhatTheFunctionForAddressesThrows) {
  struct Own {};
  const auto attached = service().attach(kDemoName);
  const RepositoryService broken(
      BitbucketServer(client_options()), store_,
      {.base_url = server_->base_url(),
       .webhook_url = [](const RepositoryDescription&) -> std::string { throw Own(); }});
  EXPECT_THROW(broken.attach("PRJ/rich"), Own);
  EXPECT_THROW(broken.detach(attached.external_id), Own);
  expect_attached(attached);
  EXPECT_EQ(store_->list().size(), 1u);
}

}  // namespace
}  // namespace bitbucket::test
