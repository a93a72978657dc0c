#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "server/error_answers.hpp"
#include "server/fake_client.hpp"
#include "support/demo.hpp"

// Errors that do not look like errors, and errors that are hard to read.

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorBodiesTest, ABodyThatCannotBeReadSaysNothingAboutTheApi) {
  const std::string whole = entry("repository.NoSuchRepositoryException");
  for (const std::string& body : {whole.substr(0, 40), std::string("not found"), std::string()}) {
    const ApiError error = error_of(json_answer(body, 404));
    EXPECT_TRUE(error.is_not_found()) << body;
    EXPECT_FALSE(error.is_unrouted()) << body;
    EXPECT_THAT(error.what(), Not(HasSubstr("no such API"))) << body;
  }
}

TEST(ErrorBodiesTest, ReadsAnErrorThatIsNotQuiteUtf8) {
  const std::string message = R"({"errors":[{"message":"no caf)";
  for (const std::string& body :
       {"\xef\xbb\xbf" + message + "\"}]}", message + "\xe9\"}]}", message + "\\ud800\"}]}"}) {
    const ApiError error = error_of(json_answer(body, 404));
    EXPECT_FALSE(error.is_unrouted()) << body;
    EXPECT_THAT(error.what(), HasSubstr("no caf")) << body;
    EXPECT_EQ(error.body(), body);
  }
}

TEST(ErrorBodiesTest, AnErrorInTheFormOfOldServersIsAnApiError) {
  const ApiError error =
      error_of(json_answer(R"({"context":null,"message":"m","exceptionName":"a.B"})", 404));
  EXPECT_FALSE(error.is_unrouted());
  EXPECT_TRUE(error.has_exception("B"));
}

TEST(ErrorBodiesTest, AnErrorWithStatus200IsAnError) {
  const ApiError error = error_of(json_answer(entry("AuthorisationException")));
  EXPECT_EQ(error.status(), 200);
  EXPECT_TRUE(error.is_forbidden());
  EXPECT_FALSE(error.is_retryable());
  EXPECT_THAT(error.what(), HasSubstr("HTTP 200: m"));
  const auto answer = json_answer(entry("AuthorisationException"));
  const auto transport = FakeTransport::in_turn({answer, answer, answer, answer});
  BitbucketServer client(fake_options(transport));
  EXPECT_THROW(client.server.application_properties(), ApiError);
  EXPECT_THROW(client.hooks.remove(demo, HookId{3}), ApiError);
  EXPECT_THROW(client.tags.list(demo).to_vector(), ApiError);
  EXPECT_THROW((void)client.call(Method::get, "/rest/api/1.0/x"), ApiError);
  EXPECT_EQ(transport->started(), 4u) << "nothing is sent again";
}

TEST(ErrorBodiesTest, AnEntityWithoutItsIdentifierIsADecodeError) {
  BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer("{}")})));
  try {
    client.repos.get(demo);
    FAIL();
  } catch (const DecodeError& error) {
    EXPECT_EQ(error.pointer(), "/slug");
    EXPECT_THAT(error.what(), HasSubstr("GET /rest/api/1.0/projects/PRJ/repos/demo"));
  }
}

}  // namespace
}  // namespace bitbucket::test
