#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/integration/installation.hpp>

#include "auth/keys.hpp"
#include "integration/sealers.hpp"
#include "server/signed_client.hpp"

namespace bitbucket {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

InstallationConfig good_config() {
  return {.url = "https://bitbucket.example.com/git/",
          .consumer_key = "cnsmr-key",
          .private_key = keys::rsa_pkcs8()};
}

std::string json_of(const std::string& more) {
  return R"({"url":"https://git.example.com")" + more + "}";
}

template <class Change>
std::vector<FieldError> errors_after(Change change) {
  InstallationConfig config = good_config();
  change(config);
  return config.errors();
}

/// Returns the message for the only field that is wrong.
template <class Change>
std::string error_after(const std::string& field, Change change) {
  const std::vector<FieldError> errors = errors_after(change);
  if (errors.size() != 1 || errors[0].field != field)
    return "not one error in " + field + ": " + std::to_string(errors.size());
  EXPECT_TRUE(errors[0].message.starts_with(field)) << errors[0].message;
  return errors[0].message;
}

std::string url_error(const std::string& url) {
  return error_after("url", [&](auto& config) { config.url = url; });
}
std::string consumer_key_error(const std::string& key) {
  return error_after("consumer_key", [&](auto& config) { config.consumer_key = key; });
}
std::string private_key_error(const std::string& pem) {
  return error_after("private_key", [&](auto& config) { config.private_key = pem; });
}

ConnectedInstallation connected() {
  return {.installation = {.external_id = "bitbucket.example.com:cnsmr-key",
                           .name = "cnsmr-key",
                           .base_url = "https://bitbucket.example.com/git",
                           .domain_name = "bitbucket.example.com",
                           .verify_ssl = false},
          .identity = {.external_id = "bitbucket.example.com:cnsmr-key",
                       .consumer_key = "cnsmr-key",
                       .private_key = keys::rsa_pkcs8(),
                       .access_token = "acs-tkn",
                       .access_token_secret = "acs-scrt"}};
}

TEST(InstallationConfigTest, AcceptsAUrlWithOrWithoutSlashesAtItsEnd) {
  for (const char* url : {"https://bitbucket.example.com", "https://bitbucket.example.com///",
                          "http://127.0.0.1:7990/bitbucket/", "HTTPS://[::1]:8443/"})
    EXPECT_THAT(errors_after([&](auto& config) { config.url = url; }), ElementsAre()) << url;
}

TEST(InstallationConfigTest, RefusesAUrlThatIsNotAnAddressOfAServer) {
  EXPECT_THAT(url_error(""), HasSubstr("is missing"));
  EXPECT_THAT(url_error(" "), HasSubstr("is missing"));
  EXPECT_THAT(url_error("bitbucket.example.com/"), HasSubstr("must begin with https://"));
  EXPECT_THAT(url_error("ftp://bitbucket.example.com"), HasSubstr("must begin with https://"));
  EXPECT_THAT(url_error("ftps://bitbucket.example.com"), HasSubstr("must begin with https://"));
  EXPECT_THAT(url_error("https://"), HasSubstr("no valid host"));
  EXPECT_THAT(url_error("https://git.example.com/rest/api"), HasSubstr("must end before /rest"));
  EXPECT_THAT(url_error("https://git.example.com?x=1"), HasSubstr("query"));
  const std::string with_password = url_error("https://me:s3cret@git.example.com");
  EXPECT_THAT(with_password, HasSubstr("must not contain a user"));
  EXPECT_THAT(with_password, Not(HasSubstr("s3cret")));
}

TEST(InstallationConfigTest, CountsTheCharactersOfAConsumerKey) {
  const auto accepts = [](const std::string& key) {
    return errors_after([&](auto& config) { config.consumer_key = key; }).empty();
  };
  EXPECT_TRUE(accepts(std::string(200, 'x')));
  EXPECT_THAT(consumer_key_error(std::string(201, 'x')), HasSubstr("201 characters; at most 200"));
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xBC";
  EXPECT_TRUE(accepts(umlauts));
  EXPECT_THAT(consumer_key_error(umlauts + "\xF0\x9F\x94\x91"), HasSubstr("201 characters"));
}

TEST(InstallationConfigTest, RefusesAConsumerKeyThatCannotBeSent) {
  EXPECT_THAT(consumer_key_error(""), HasSubstr("is missing"));
  EXPECT_THAT(consumer_key_error(" \t"), HasSubstr("is missing"));
  EXPECT_THAT(consumer_key_error("key\n"), HasSubstr("line break"));
  EXPECT_THAT(consumer_key_error("a\x7f"), HasSubstr("control character"));
  for (const char* bytes : {"\xFF", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"})
    EXPECT_THAT(consumer_key_error(bytes), HasSubstr("not UTF-8"));
}

TEST(InstallationConfigTest, AcceptsAPrivateKeyInEveryFormThatPeopleHave) {
  for (const std::string& pem :
       {keys::rsa_pkcs8(), keys::rsa_pkcs1(), keys::replaced(keys::rsa_pkcs8(), "\n", "\r\n"),
        keys::replaced(keys::rsa_pkcs8(), "\n", "\\n")})
    EXPECT_THAT(errors_after([&](auto& config) { config.private_key = pem; }), ElementsAre());
}

TEST(InstallationConfigTest, SaysWhatWasFoundInsteadOfAPrivateKey) {
  const auto block = [](const std::string& label) {
    return "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----\n";
  };
  const std::string pem = keys::rsa_pkcs8();
  EXPECT_THAT(private_key_error(""), HasSubstr("is empty"));
  EXPECT_THAT(private_key_error("garbage"), HasSubstr("is not PEM"));
  EXPECT_THAT(private_key_error(keys::rsa_public()), HasSubstr("is a public key"));
  EXPECT_THAT(private_key_error(block("CERTIFICATE")), HasSubstr("is a certificate"));
  EXPECT_THAT(private_key_error(keys::ec_pkcs8()), HasSubstr("is an EC key"));
  EXPECT_THAT(private_key_error(keys::ec_traditional()), HasSubstr("is an EC key"));
  EXPECT_THAT(private_key_error(keys::ed25519()), HasSubstr("Ed25519"));
  EXPECT_THAT(private_key_error(pem.substr(0, pem.size() / 2)), HasSubstr("cut short"));
  EXPECT_THAT(private_key_error(pem.substr(40)), HasSubstr("beginning is missing"));
  EXPECT_THAT(private_key_error(block("PRIVATE KEY")), HasSubstr("damaged"));
}

TEST(InstallationConfigTest, RefusesAnEncryptedKeyBecauseThereIsNoFieldForItsPassphrase) {
  for (const std::string& pem : {keys::rsa_encrypted_pkcs8(), keys::rsa_encrypted_traditional(),
                                 keys::base64(keys::rsa_encrypted_pkcs8())}) {
    EXPECT_THAT(private_key_error(pem), HasSubstr("without a passphrase"));
    EXPECT_THAT(private_key_error(pem), Not(HasSubstr("set `passphrase`")));
  }
}

TEST(InstallationConfigTest, ReportsEveryFieldThatIsWrongAtOnce) {
  const std::vector<FieldError> errors = InstallationConfig{.url = "bitbucket.example.com/",
                                                            .consumer_key = std::string(201, 'x'),
                                                            .private_key = "hunter2"}
                                             .errors();
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].field, "url");
  EXPECT_EQ(errors[1].field, "consumer_key");
  EXPECT_EQ(errors[2].field, "private_key");
  const InvalidConfiguration thrown(errors);
  EXPECT_EQ(thrown.errors(), errors);
  for (const FieldError& error : errors) {
    EXPECT_THAT(thrown.what(), HasSubstr(error.message));
    EXPECT_THAT(error.message, Not(HasSubstr("hunter2")));
  }
}

TEST(InstallationConfigTest, ReadsAFormInWhichAnAbsentBoxIsUnchecked) {
  const InstallationConfig config = InstallationConfig::from_form({{"csrf", "x"},
                                                                   {"url", " https://a.example "},
                                                                   {"consumer_key", "key\r\n"},
                                                                   {"private_key", "pem"}});
  EXPECT_EQ(config.url, "https://a.example");
  EXPECT_EQ(config.consumer_key, "key");
  EXPECT_EQ(config.private_key.reveal(), "pem");
  EXPECT_FALSE(config.verify_ssl);
  for (const char* checked : {"on", "true", "1", "yes"})
    EXPECT_TRUE(InstallationConfig::from_form({{"verify_ssl", checked}}).verify_ssl) << checked;
  for (const char* unchecked : {"", "0", "false", "off"})
    EXPECT_FALSE(InstallationConfig::from_form({{"verify_ssl", unchecked}}).verify_ssl);
  EXPECT_TRUE(InstallationConfig::from_form({{"verify_ssl", "0"}, {"verify_ssl", "1"}}).verify_ssl);
}

TEST(InstallationConfigTest, ReadsJsonInWhichAnAbsentFlagIsTrue) {
  const InstallationConfig config = InstallationConfig::from_json(
      json_of(R"(,"consumer_key":" key ","private_key":"pem\n","other":[1])"));
  EXPECT_EQ(config.url, "https://git.example.com");
  EXPECT_EQ(config.consumer_key, "key");
  EXPECT_EQ(config.private_key.reveal(), "pem\n");
  EXPECT_TRUE(config.verify_ssl);
  EXPECT_FALSE(InstallationConfig::from_json(json_of(R"(,"verify_ssl":false)")).verify_ssl);
  EXPECT_TRUE(InstallationConfig::from_json(json_of(R"(,"verify_ssl":null)")).verify_ssl);
}

TEST(InstallationConfigTest, ReadsJsonWithNamesInCamelCase) {
  const InstallationConfig config = InstallationConfig::from_json(
      json_of(R"(,"consumerKey":"key","privateKey":"pem","verifySsl":false)"));
  EXPECT_EQ(config.consumer_key, "key");
  EXPECT_EQ(config.private_key.reveal(), "pem");
  EXPECT_FALSE(config.verify_ssl);
}

TEST(InstallationConfigTest, RefusesJsonOfAnotherShapeWithoutQuotingIt) {
  for (const auto& [text, pointer] :
       {std::pair<std::string, std::string>{"", ""},
        {"[]", ""},
        {"\"s3cret\"", ""},
        {"{\"url\":", ""},
        {"{\"private_key\":\"s3cret\xFF\"}", ""},
        {std::string(100'000, '['), ""},
        {R"({"url":1})", "/url"},
        {R"({"consumer_key":{}})", "/consumer_key"},
        {R"({"private_key":["s3cret"]})", "/private_key"},
        {R"({"verify_ssl":"false"})", "/verify_ssl"},
        {R"({"private_key":"s3cret","privateKey":"s3cret"})", "/privateKey"}}) {
    try {
      (void)InstallationConfig::from_json(text);
      ADD_FAILURE() << text.substr(0, 100);
    } catch (const DecodeError& error) {
      EXPECT_EQ(error.pointer(), pointer) << text.substr(0, 100);
      EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
    }
  }
}

TEST(ExternalIdTest, IsTheHostAndTheConsumerKeyCutTo64Characters) {
  EXPECT_EQ(external_id("https://bitbucket.example.com",
                        "a-very-long-consumer-key-that-when-combined-with-host-would-overflow"),
            "bitbucket.example.com:a-very-long-consumer-key-that-when-combine");
  EXPECT_EQ(external_id("https://bitbucket.example.com/git/", "key"), "bitbucket.example.com:key");
  EXPECT_EQ(external_id("http://127.0.0.1:7990/bitbucket", "key"), "127.0.0.1:7990:key");
  EXPECT_EQ(external_id("https://[::1]:8443", "key"), "[::1]:8443:key");
  EXPECT_EQ(external_id("https://me:s3cret@git.example.com", "key"), "git.example.com:key");
}

TEST(ExternalIdTest, IsNotCutWithinACharacter) {
  const std::string start = "https://" + std::string(61, 'h');
  EXPECT_EQ(external_id(start, "a\xC3\xBC\xC3\xBC"), std::string(61, 'h') + ":a\xC3\xBC");
  EXPECT_EQ(external_id(start, "a\xF0\x9F\x94\x91z"), std::string(61, 'h') + ":a\xF0\x9F\x94\x91");
  EXPECT_EQ(external_id("https://h", std::string(1000, '\x80')).size(), 64u);
}

TEST(InstallationJsonTest, GivesBackAnInstallation) {
  const Installation installation = connected().installation;
  const std::string text = to_json(installation);
  EXPECT_EQ(read_installation(text), installation);
  EXPECT_THAT(text, HasSubstr(R"("base_url":"https://bitbucket.example.com/git")"));
  EXPECT_THAT(text, HasSubstr(R"("verify_ssl":false)"));
}

TEST(InstallationJsonTest, GivesBackAnIdentityWhoseSecretsItSeals) {
  const Identity identity = connected().identity;
  const std::string text = to_json(identity, sealers::careful());
  EXPECT_EQ(read_identity(text, sealers::careful()), identity);
  for (const char* secret : {"acs-tkn", "acs-scrt", "BEGIN"})
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  EXPECT_THAT(text, Not(HasSubstr(keys::rsa_pkcs8().substr(40, 40))));
  EXPECT_THROW((void)read_identity(text, sealers::careful('x')), std::runtime_error);
}

TEST(InstallationJsonTest, NeedsASealer) {
  EXPECT_THROW((void)to_json(connected().identity, {}), InvalidArgument);
  EXPECT_THROW((void)read_identity(to_json(connected().identity, sealers::careful()), {}),
               InvalidArgument);
}

TEST(InstallationJsonTest, RefusesWhatIsNotComplete) {
  const auto pointer = [](auto read) -> std::string {
    try {
      (void)read();
    } catch (const DecodeError& error) {
      return error.pointer();
    }
    return "no error";
  };
  const auto without = [](std::string text, const std::string& name) {
    return keys::replaced(std::move(text), '"' + name + '"', "\"x\"");
  };
  for (const char* name : {"external_id", "name", "base_url", "domain_name", "verify_ssl"})
    EXPECT_EQ(pointer([&] {
                return read_installation(without(to_json(connected().installation), name));
              }),
              std::string("/") + name);
  for (const char* name :
       {"external_id", "consumer_key", "private_key", "access_token", "access_token_secret"})
    EXPECT_EQ(pointer([&] {
                return read_identity(
                    without(to_json(connected().identity, sealers::careful()), name),
                    sealers::careful());
              }),
              std::string("/") + name);
  EXPECT_EQ(pointer([] { return read_installation("{"); }), "");
}

TEST(InstallationJsonTest, RefusesBytesThatAreNotText) {
  Installation installation = connected().installation;
  installation.name = "\xFF";
  EXPECT_THROW((void)to_json(installation), InvalidArgument);
  const Sealer binary{.seal = [](const Secret&) { return std::string("\xFE\xFF"); }, .unseal = {}};
  EXPECT_THROW((void)to_json(connected().identity, binary), InvalidArgument);
}

/// A server, and what is stored of it.
struct StoredServer {
  std::unique_ptr<testing::GitServer> server = test::signed_server();
  ConnectedInstallation stored = connected();

  StoredServer() {
    stored.installation.base_url = server->base_url();
    stored.identity.consumer_key = "release-bot";
    stored.identity.private_key = server_test::key().private_pem();
    stored.identity.access_token = server->issue_access_token("release-bot", "ann").token;
  }
};

TEST(MakeClientTest, CallsTheServerWithTheStoredIdentity) {
  const StoredServer world;
  EXPECT_EQ(make_client(world.stored).repos.get({"PRJ", "demo"}).slug, "demo");
  EXPECT_EQ(world.server->requests().back().user, "ann");
  EXPECT_EQ(world.server->requests().back().authentication, "oauth");
}

TEST(MakeClientTest, ChecksTheCertificateAsTheInstallationSays) {
  StoredServer world;
  for (const bool verify : {true, false}) {
    world.stored.installation.verify_ssl = verify;
    ConnectionOptions connection;
    connection.tls.verify = !verify;
    std::vector<bool> unverified;
    connection.observer = [&](const Attempt& attempt) {
      unverified.push_back(attempt.peer_unverified);
    };
    (void)make_client(world.stored, connection).server.application_properties();
    EXPECT_THAT(unverified, ElementsAre(!verify));
  }
}

TEST(MakeClientTest, SaysWhichCredentialsCannotBeUsed) {
  const auto fields = [](auto change) {
    ConnectedInstallation stored = connected();
    change(stored);
    std::vector<std::string> out;
    try {
      (void)make_client(stored);
    } catch (const InvalidConfiguration& error) {
      for (const FieldError& field : error.errors()) out.push_back(field.field);
    }
    return out;
  };
  EXPECT_THAT(fields([](auto& c) { c.identity.access_token = {}; }), ElementsAre("access_token"));
  EXPECT_THAT(fields([](auto& c) { c.identity.private_key = "x"; }), ElementsAre("private_key"));
  EXPECT_THAT(fields([](auto& c) { c.identity.consumer_key = ""; }), ElementsAre("consumer_key"));
  EXPECT_THAT(fields([](auto& c) {
                c.installation.base_url = "x";
                c.identity.private_key = "x";
              }),
              ElementsAre("url", "private_key"));
  ConnectionOptions connection;
  connection.timeout = std::chrono::milliseconds(0);
  EXPECT_THROW((void)make_client(connected(), connection), InvalidArgument);
}

}  // namespace
}  // namespace bitbucket
