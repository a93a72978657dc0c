#include "json/writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace bitbucket;

struct Body {
  std::string text;
  bool flag = false;
  std::int64_t number = 0;
  double real = 0.5;
  Timestamp time{};
  std::optional<std::string> maybe;
  std::vector<Body> items;
  Boxed<Body> box;
  Open<RefType> type;
  RawJson raw;
  HookId id;
  Secret secret;
};

void fields(Body& b, auto& f) {
  f("text", b.text);
  f("flag", b.flag);
  f("number", b.number);
  f("real", b.real);
  f("time", b.time);
  f("maybe", b.maybe);
  f("items", b.items);
  f("box", b.box);
  f("type", b.type);
  f("raw", b.raw);
  f("id", b.id);
  f("secret", b.secret);
}

NewHook new_hook() {
  return {.name = "n", .url = "https://bot.example.com/hook", .events = {"pr:merged"}};
}

std::string complaint(const NewHook& hook) {
  try {
    JsonCodec<NewHook>::write(hook);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(WriterTest, LeavesOutWhatIsAbsent) {
  EXPECT_EQ(json::write_document(Body{}),
            R"({"text":"","flag":false,"number":0,"real":0.5,"time":0,"items":[],"id":0})");
}

TEST(WriterTest, WritesEveryKindOfMember) {
  Body body;
  body.text = "\"\n\xC3\xA9";
  body.flag = true;
  body.number = 9007199254740993;
  body.time = Timestamp(std::chrono::milliseconds(1700000000123));
  body.maybe = "m";
  body.items.resize(1);
  body.box = Body{};
  body.type = Open<RefType>("NEW_TYPE");
  body.raw.text = "{\"b\":1,\"a\":[2]}";
  body.id = HookId(3);
  body.secret = "s";
  const std::string empty =
      R"({"text":"","flag":false,"number":0,"real":0.5,"time":0,"items":[],"id":0})";
  EXPECT_EQ(json::write_document(body),
            "{\"text\":\"\\\"\\n\xC3\xA9\",\"flag\":true,\"number\":9007199254740993,\"real\":0.5,"
            "\"time\":1700000000123,\"maybe\":\"m\",\"items\":[" +
                empty + "],\"box\":" + empty +
                ",\"type\":\"NEW_TYPE\",\"raw\":{\"b\":1,\"a\":[2]},\"id\":3,\"secret\":\"s\"}");
}

TEST(WriterTest, WritesANewWebhook) {
  NewHook hook = new_hook();
  hook.secret = "shh";
  hook.credentials = HookCredentials{"user", "pass"};
  EXPECT_EQ(
      JsonCodec<NewHook>::write(hook),
      R"({"name":"n","url":"https://bot.example.com/hook","active":true,"events":["pr:merged"],)"
      R"("configuration":{"secret":"shh"},"sslVerificationRequired":true,)"
      R"("credentials":{"username":"user","password":"pass"}})");
}

TEST(WriterTest, WritesANewWebhookWithoutSecrets) {
  EXPECT_EQ(
      JsonCodec<NewHook>::write(new_hook()),
      R"({"name":"n","url":"https://bot.example.com/hook","active":true,"events":["pr:merged"],)"
      R"("sslVerificationRequired":true})");
}

TEST(WriterTest, WritesOfAnUpdateWhatIsSet) {
  const auto body = [](const RepoUpdate& update) { return JsonCodec<RepoUpdate>::write(update); };
  EXPECT_EQ(body({}), "{}");
  EXPECT_EQ(body({.description = "", .archived = false}), R"({"description":"","archived":false})");
  EXPECT_EQ(body({.name = "New", .project = "OPS"}), R"({"name":"New","project":{"key":"OPS"}})");
}

TEST(WriterTest, NamesTheMemberThatIsNotUtf8) {
  NewHook hook = new_hook();
  hook.events.push_back("\xff");
  EXPECT_NE(complaint(hook).find(" at /events/1"), std::string::npos) << complaint(hook);
  hook = new_hook();
  hook.secret = "hidden\xff";
  EXPECT_NE(complaint(hook).find(" at /configuration/secret"), std::string::npos)
      << complaint(hook);
  EXPECT_EQ(complaint(hook).find("hidden"), std::string::npos);
}

TEST(WriterTest, RefusesRawTextThatIsNotJson) {
  Body body;
  body.raw.text = "{";
  EXPECT_THROW(json::write_document(body), InvalidArgument);
}

}  // namespace
