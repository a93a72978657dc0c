// What a client meets on either side of a version that changed something.
#include <gmock/gmock.h>
#include <bitbucket/testing/fault.hpp>

#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

const std::string kRepos = "/rest/api/1.0/repos";

std::unique_ptr<GitServer> of_version(const std::string& version) {
  GitServerOptions with = options();
  with.version = version;
  return serve(with);
}

TEST(GitServerVersionsTest, KnowsArchivedRepositoriesFrom8) {
  for (const std::string version : {"7.21.23", "7.999"}) {
    const auto server = of_version(version);
    const json page = send(server->port(), "GET", kRepos + "?archived=ARCHIVED", kBearer).parsed();
    EXPECT_GT(page["size"], 0) << "the filter is not known";
    EXPECT_FALSE(page["values"][0].contains("archived"));
    EXPECT_EQ(send(server->port(), "GET", kRepos + "?archived=nonsense", kBearer).status, 200);
  }
  for (const std::string version : {"8.0", "8.0.0", "10.3"}) {
    const auto server = of_version(version);
    EXPECT_EQ(send(server->port(), "GET", kRepos + "?archived=ARCHIVED", kBearer).parsed()["size"],
              0);
    EXPECT_EQ(send(server->port(), "GET", kRepos, kBearer).parsed()["values"][0]["archived"],
              false);
    EXPECT_EQ(send(server->port(), "GET", kRepos + "?archived=nonsense", kBearer).status, 400);
  }
}

TEST(GitServerVersionsTest, GivesErrorsNoContextFrom9Point4) {
  namespace faults = bitbucket::testing::faults;
  const auto error = [](const std::string& version) {
    const auto server = of_version(version);
    const json honest =
        send(server->port(), "GET", "/rest/api/1.0/projects/NO", kBearer).parsed()["errors"][0];
    server->misbehave({.fault = faults::version_conflict()});
    const json scripted = send(server->port(), "GET", kRepos, kBearer).parsed()["errors"][0];
    EXPECT_EQ(honest.contains("context"), scripted.contains("context"));
    EXPECT_EQ(scripted["currentVersion"], 1);
    EXPECT_TRUE(honest.contains("exceptionName"));
    return honest;
  };
  EXPECT_TRUE(error("8.19.0").contains("context"));
  EXPECT_TRUE(error("9.3.9").contains("context"));
  EXPECT_FALSE(error("9.4.0").contains("context"));
  EXPECT_FALSE(error("9.10").contains("context"));
  EXPECT_FALSE(error("10.3").contains("context"));
}

TEST(GitServerVersionsTest, TakesNoPasswordsFrom10) {
  const auto status = [](GitServer& server, const std::string& password) {
    return send(server.port(), "GET", kRepos, basic("ann", password)).status;
  };
  EXPECT_EQ(status(*of_version("9.6.5"), "secret"), 200);
  const auto server = of_version("10.0.0");
  EXPECT_EQ(status(*server, "secret"), 403);
  EXPECT_EQ(status(*server, "wrong"), 403);
  EXPECT_EQ(status(*server, "ann-token"), 200);
  EXPECT_EQ(status(*server, "bob-token"), 401);
  EXPECT_EQ(send(server->port(), "GET", kRepos, kBearer).status, 200);
  GitServerOptions with = options();
  with.version = "10.3";
  with.block_passwords = false;
  EXPECT_EQ(status(*serve(with), "secret"), 200);
  with.version = "8.19.0";
  with.block_passwords = true;
  EXPECT_EQ(status(*serve(with), "secret"), 403);
}

}  // namespace
}  // namespace server_test
