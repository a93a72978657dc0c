#include <gtest/gtest.h>

#include <string>
#include <variant>

#include <bitbucket/webhooks.hpp>

#include "webhooks/signed.hpp"

// What the payloads say, in the forms of old and new servers.

namespace webhook_test {
namespace {

const WebhookReceiver receiver({.secrets = WebhookSecrets::none_needed()});

WebhookReply deliver(const std::string& event, const std::string& body) {
  return signed_delivery(event, body).to(receiver);
}

template <class Event>
Event read(const std::string& event, const std::string& body) {
  WebhookReply reply = deliver(event, body);
  EXPECT_TRUE(reply.event) << reply.text;
  if (!reply.event || !std::holds_alternative<Event>(reply.event->payload)) {
    ADD_FAILURE() << event << " is read as another type";
    return {};
  }
  return std::get<Event>(reply.event->payload);
}

TEST(WebhookPayloadTest, HasATypeForEveryEvent) {
  const auto check = [](auto type, const std::string& name,
                        const std::vector<std::string>& events) {
    using Event = decltype(type);
    for (const std::string& event : events) {
      json body = bitbucket_test::sample(name);
      body["eventKey"] = event;
      const Event payload = read<Event>(event, body.dump());
      EXPECT_EQ(payload.event_key, event);
      EXPECT_EQ(json::parse(JsonCodec<Event>::write(payload)), body) << event;
    }
  };
  check(RefsChanged(), "RefsChanged", {"repo:refs_changed"});
  check(RepoModified(), "RepoModified", {"repo:modified"});
  check(RepoForked(), "RepoForked", {"repo:forked"});
  check(CommitCommented(), "CommitCommented",
        {"repo:comment:added", "repo:comment:edited", "repo:comment:deleted"});
  check(SecretDetected(), "SecretDetected", {"repo:secret_detected"});
  check(ProjectModified(), "ProjectModified", {"project:modified"});
  check(MirrorRepoSynchronized(), "MirrorRepoSynchronized", {"mirror:repo_synchronized"});
}

// A push as version 5 sends it: no links, no commits.
constexpr const char* old_push = R"({
  "eventKey": "repo:refs_changed", "date": "2017-09-19T09:58:11+1000",
  "actor": {"name": "admin", "emailAddress": "admin@example.com", "id": 1,
            "displayName": "Administrator", "active": true, "slug": "admin", "type": "NORMAL"},
  "repository": {"slug": "repository", "id": 84, "name": "repository", "scmId": "git",
                 "state": "AVAILABLE", "statusMessage": "Available", "forkable": true,
                 "project": {"key": "PROJ", "id": 84, "name": "project", "public": false,
                             "type": "NORMAL"}, "public": false},
  "changes": [
    {"ref": {"id": "refs/heads/new", "displayId": "new", "type": "BRANCH"},
     "refId": "refs/heads/new", "fromHash": "0000000000000000000000000000000000000000",
     "toHash": "178864a7d521b6f5e720b386b2c2b0ef8563e0dc", "type": "ADD"},
    {"ref": {"id": "refs/heads/old", "displayId": "old", "type": "BRANCH"},
     "refId": "refs/heads/old", "fromHash": "ecddabb624f6f5ba43816f5926e580a5f680a932",
     "toHash": "0000000000000000000000000000000000000000", "type": "DELETE"},
    {"ref": {"id": "refs/tags/v1", "displayId": "v1", "type": "TAG"},
     "refId": "refs/tags/v1", "fromHash": "ecddabb624f6f5ba43816f5926e580a5f680a932",
     "toHash": "178864a7d521b6f5e720b386b2c2b0ef8563e0dc", "type": "UPDATE"}]})";

TEST(WebhookPayloadTest, HasEveryChangeOfAPush) {
  const auto push = read<RefsChanged>("repo:refs_changed", old_push);
  EXPECT_EQ(push.date.time_since_epoch().count(), 1505779091000);
  EXPECT_EQ(push.actor.name, "admin");
  EXPECT_EQ(push.repository.ref(), RepoRef("PROJ", "repository"));
  EXPECT_FALSE(push.to_commit);
  ASSERT_EQ(push.changes.size(), 3u);
  EXPECT_EQ(push.changes[0].type, RefChangeType::add);
  EXPECT_FALSE(push.changes[0].from_hash) << "forty zeros are no commit";
  EXPECT_EQ(push.changes[0].to_hash, CommitId("178864a7d521b6f5e720b386b2c2b0ef8563e0dc"));
  EXPECT_EQ(push.changes[1].type, RefChangeType::del);
  EXPECT_EQ(push.changes[1].from_hash, CommitId("ecddabb624f6f5ba43816f5926e580a5f680a932"));
  EXPECT_FALSE(push.changes[1].to_hash);
  EXPECT_EQ(push.changes[2].type, RefChangeType::update);
  EXPECT_EQ(push.changes[2].ref.type, RefType::tag);
}

TEST(WebhookPayloadTest, MayHaveNoChanges) {
  json body = json::parse(old_push);
  body["changes"] = json::array();
  EXPECT_TRUE(read<RefsChanged>("repo:refs_changed", body.dump()).changes.empty());
}

TEST(WebhookPayloadTest, NeverTakesAMissingHashForNoCommit) {
  for (const json& wrong : {json(), json(""), json(0)}) {
    json body = json::parse(old_push);
    body["changes"][0]["toHash"] = wrong;
    EXPECT_EQ(deliver("repo:refs_changed", body.dump()).outcome, WebhookOutcome::bad_body) << wrong;
  }
}

TEST(WebhookPayloadTest, NamesItsRepositoryById) {
  for (const json& wrong : {json(), json(0), json(-1)}) {
    json push = json::parse(old_push);
    push["repository"]["id"] = wrong;
    const WebhookReply reply = deliver("repo:refs_changed", push.dump());
    EXPECT_EQ(reply.outcome, WebhookOutcome::bad_body) << wrong;
    EXPECT_NE(reply.text.find("/repository/id"), std::string::npos) << reply.text;
    json rename = bitbucket_test::sample("RepoModified");
    rename["new"]["id"] = wrong;
    EXPECT_EQ(deliver("repo:modified", rename.dump()).outcome, WebhookOutcome::bad_body) << wrong;
  }
}

TEST(WebhookPayloadTest, HasARepository) {
  for (const json& wrong :
       {json(), json(7), json("demo"), json::array(), json::object(), json{{"id", 84}}}) {
    json push = json::parse(old_push);
    push["repository"] = wrong;
    const WebhookReply reply = deliver("repo:refs_changed", push.dump());
    EXPECT_EQ(reply.outcome, WebhookOutcome::bad_body) << wrong;
    EXPECT_NE(reply.text.find("/repository"), std::string::npos) << reply.text;
  }
}

TEST(WebhookPayloadTest, NamesNoRepositoryWithASlashInItsKeyOrSlug) {
  const auto refusal = [](const std::string& event, const std::string& sample, const char* where,
                          const char* what) {
    json body = bitbucket_test::sample(sample);
    body[json::json_pointer(where)] = what;
    const WebhookReply reply = deliver(event, body.dump());
    EXPECT_EQ(reply.outcome, WebhookOutcome::bad_body) << where;
    return reply.text;
  };
  EXPECT_NE(refusal("repo:refs_changed", "RefsChanged", "/repository/slug", "nested/repo")
                .find("\"/repository/slug\": the slug has a slash"),
            std::string::npos);
  EXPECT_NE(refusal("repo:refs_changed", "RefsChanged", "/repository/project/key", "A/B")
                .find("\"/repository/project/key\": the project key has a slash"),
            std::string::npos);
  EXPECT_NE(refusal("repo:modified", "RepoModified", "/new/slug", "/").find("\"/new/slug\""),
            std::string::npos);
}

// Before version 10.3 the times of commits are milliseconds, and texts from then on.
TEST(WebhookPayloadTest, HasTimesInEitherForm) {
  json body = bitbucket_test::sample("RefsChanged");
  for (const auto& [text, milliseconds] :
       std::vector<std::pair<json, std::int64_t>>{{1537538991000, 1537538991000},
                                                  {"2018-09-21T14:09:51.000Z", 1537538991000},
                                                  {"2018-09-21T14:09:51.123+0000", 1537538991123},
                                                  {"2018-09-21T16:09:51+0200", 1537538991000},
                                                  {"2018-09-21T16:09:51+02:00", 1537538991000}}) {
    body["date"] = text;
    body["toCommit"]["authorTimestamp"] = text;
    const auto push = read<RefsChanged>("repo:refs_changed", body.dump());
    EXPECT_EQ(push.date.time_since_epoch().count(), milliseconds) << text;
    EXPECT_EQ(push.to_commit->author_timestamp.time_since_epoch().count(), milliseconds) << text;
  }
}

TEST(WebhookPayloadTest, SaysThatAMirrorReportsNoChanges) {
  const auto event = read<MirrorRepoSynchronized>(
      "mirror:repo_synchronized",
      R"({"eventKey": "mirror:repo_synchronized", "date": "2019-03-01T10:08:35+0100",
          "mirrorServer": {"id": "m1", "name": "Vietnam"}, "syncType": "SNAPSHOT",
          "refLimitExceeded": true, "repository": {"slug": "r", "id": 1, "project": {"key": "P"}},
          "changes": []})");
  EXPECT_TRUE(event.ref_limit_exceeded);
  EXPECT_EQ(event.sync_type, MirrorSyncType::snapshot);
}

}  // namespace
}  // namespace webhook_test
