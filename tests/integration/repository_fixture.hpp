#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/integration/repository_service.hpp>
#include <nlohmann/json.hpp>

#include "testing/server_fixture.hpp"

namespace bitbucket::test {

using server_test::json;
using server_test::kBearer;
using server_test::kDemo;
namespace faults = testing::faults;

inline const std::string kHooksPath = kDemo + "/webhooks";
inline const std::string kHooksRow = "/rest/api/1.0/projects/{project}/repos/{repo}/webhooks";
inline const std::string kDemoName = "PRJ/demo";

/// An embedded server, a store and a service for webhooks at `url_`.
class RepositoryServiceTest : public ::testing::Test {
 protected:
  ClientOptions client_options(Observer observer = {}) const {
    ClientOptions out{.base_url = server_->base_url(), .credentials = BearerToken{"ann-token"}};
    out.connection.retry.max_attempts = 1;
    out.connection.observer = std::move(observer);
    return out;
  }
  RepositoryService service(Observer observer = {}) const {
    return {BitbucketServer(client_options(std::move(observer))),
            store_,
            {.base_url = server_->base_url() + "//",
             .webhook_url = [this](const RepositoryDescription&) { return url_; }}};
  }
  json webhook(const std::string& url, const json& more = {}) {
    json body{{"name", "bot"}, {"url", url}, {"events", {"pr:merged"}}};
    if (more.is_object()) body.update(more);
    auto headers = kBearer;
    headers.emplace_back("Content-Type", "application/json");
    const auto made = server_test::send(server_->port(), "POST", kHooksPath, headers, body.dump());
    EXPECT_EQ(made.status, 201) << made.body;
    return made.parsed();
  }
  void remove_webhook(std::int64_t id) {
    const auto path = kHooksPath + '/' + std::to_string(id);
    auto headers = kBearer;
    headers.insert(headers.end(), server_test::kNoCheck.begin(), server_test::kNoCheck.end());
    EXPECT_EQ(server_test::send(server_->port(), "DELETE", path, headers).status, 204);
  }
  std::vector<json> webhooks(const std::string& url) const {
    std::vector<json> out;
    for (json start = 0; !start.is_null();) {
      const json page =
          server_test::send(server_->port(), "GET", kHooksPath + "?start=" + start.dump(), kBearer)
              .parsed();
      for (const json& hook : page["values"])
        if (hook["url"] == url) out.push_back(hook);
      start = page["nextPageStart"];
    }
    return out;
  }
  std::vector<json> ours() const { return webhooks(url_); }
  /// Expects one webhook of ours, with what is stored.
  void expect_attached(const AttachedRepository& attached) {
    const auto hooks = ours();
    ASSERT_THAT(hooks, ::testing::SizeIs(1));
    ASSERT_TRUE(attached.webhook);
    EXPECT_EQ(hooks[0]["id"], attached.webhook->value);
    EXPECT_EQ(hooks[0]["configuration"].value("secret", std::string()),
              attached.webhook_secret.reveal());
    EXPECT_EQ(store_->find(attached.external_id), attached);
  }
  /// Runs `work` once, after the first attempt of this kind.
  static Observer after_first(Method method, std::function<void()> work) {
    return [method, work, done = std::make_shared<bool>(false)](const Attempt& attempt) {
      if (attempt.method != method || attempt.path != kHooksRow || *done) return;
      *done = true;
      work();
    };
  }

  std::unique_ptr<testing::GitServer> server_ = server_test::serve();
  std::shared_ptr<RepositoryStore> store_ = std::make_shared<MemoryRepositoryStore>();
  std::string url_ = "https://bot.example.com/hook";
};

}  // namespace bitbucket::test
