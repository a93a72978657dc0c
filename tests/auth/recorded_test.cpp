#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <bitbucket/oauth1.hpp>

#include "auth/generated.hpp"
#include "auth/keys.hpp"
#include "auth/temporary.hpp"
#include "http/encoding.hpp"

// Tests of tests/support/verify_signatures.py, on which other tests rely.

namespace bitbucket {
namespace {

using testing::HasSubstr;

std::vector<nlohmann::json> records(int count) {
  const OAuth1Signer signer(keys::credentials());
  Generator generator(6);
  std::vector<nlohmann::json> out;
  for (int i = 0; i < count; ++i) {
    const Generator::Request request = generator.request();
    Parameters form;
    std::string type, body;
    if (i % 3 == 0) {
      form = {{"comment", "a b&c"}, {"n", std::to_string(i)}};
      type = "application/x-www-form-urlencoded; charset=utf-8";
      http::append_query(body, form);
      body.erase(0, 1);  // the '?'
    } else if (i % 3 == 1) {
      type = "application/json";
      body = "{\"not\":\"signed\"}";
    }
    out.push_back({{"method", request.method},
                   {"url", request.url},
                   {"authorization",
                    std::string(signer.authorization(request.method, request.url, form).reveal())},
                   {"content_type", type},
                   {"body", body},
                   {"public_key", keys::rsa_public()},
                   {"rsa", true}});
  }
  return out;
}

Outcome verified(const std::vector<nlohmann::json>& list) {
  const TemporaryFolder folder;
  std::string lines;
  for (const nlohmann::json& record : list) lines += record.dump() + '\n';
  (void)folder.write("recorded.jsonl", lines);
  return run("/usr/bin/python3 " BITBUCKET_SOURCE_DIR "/tests/support/verify_signatures.py " +
             folder.path());
}

TEST(RecordedTest, IsVerifiedByOauthlib) {
  const Outcome outcome = verified(records(2000));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("2000 signatures verified, 0 failed, 0 skipped\n"));
  EXPECT_THAT(outcome.output, HasSubstr("2000 changed requests refused, 0 accepted\n"));
}

TEST(RecordedTest, FailsTheRunWhenOneRequestIsWrong) {
  auto list = records(3);
  list[1]["url"] = list[1]["url"].get<std::string>() + "x";
  const Outcome outcome = verified(list);
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("recorded.jsonl:2: FAILED"));
  EXPECT_THAT(outcome.output, HasSubstr("2 signatures verified, 1 failed, 0 skipped\n"));
}

TEST(RecordedTest, FailsTheRunWhenOneRequestCannotBeJudged) {
  auto list = records(3);
  list[0]["rsa"] = false;
  list[2].erase("authorization");
  const Outcome outcome = verified(list);
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("1 signatures verified, 0 failed, 2 skipped\n"));
}

TEST(RecordedTest, FailsTheRunWhenThereIsNoRequest) {
  const Outcome outcome = verified({});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("0 signatures verified"));
}

}  // namespace
}  // namespace bitbucket
