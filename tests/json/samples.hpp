#pragma once

#include <nlohmann/json.hpp>

// One document per entity with every member that Bitbucket's REST API is documented to send, typed
// from the documentation and not from the field lists.  All values differ.

namespace bitbucket_test {

using nlohmann::ordered_json;

inline ordered_json links(const char* self) { return {{"self", {{{"href", self}}}}}; }

inline ordered_json user() {
  return {{"name", "jdoe"},
          {"emailAddress", "jdoe@example.com"},
          {"id", 101},
          {"displayName", "Jane Doe"},
          {"active", true},
          {"slug", "j.doe"},
          {"type", "SERVICE"},
          {"links", links("https://git.example.com/users/jdoe")},
          {"avatarUrl", "/avatar/1"}};
}

inline ordered_json project() {
  return {{"key", "~JDOE"},       {"id", 11},
          {"name", "Jane's"},     {"description", "personal things"},
          {"public", true},       {"type", "PERSONAL"},
          {"scope", "PROJECT"},   {"owner", user()},
          {"links", links("p1")}, {"avatarUrl", "/avatar/p"}};
}

inline ordered_json plain_repo() {
  return {{"slug", "demo"},
          {"id", 21},
          {"name", "Demo"},
          {"description", "shows it"},
          {"hierarchyId", "e3c939f9ef4a7fae272e"},
          {"scmId", "git"},
          {"state", "INITIALISATION_FAILED"},
          {"statusMessage", "no space"},
          {"forkable", true},
          {"public", true},
          {"archived", true},
          {"project", project()},
          {"defaultBranch", "trunk"},
          {"partition", 3},
          {"scope", "REPOSITORY"},
          {"relatedLinks", {{"r", 1}}},
          {"links",
           {{"clone",
             {{{"href", "ssh://git@git.example.com/demo.git"}, {"name", "ssh"}},
              {{"href", "https://git.example.com/scm/demo.git"}, {"name", "http"}}}},
            {"self", {{{"href", "https://git.example.com/demo/browse"}}}}}}};
}

inline ordered_json repo() {
  ordered_json value = plain_repo();
  value["origin"] = plain_repo();
  value["origin"]["slug"] = "origin";
  return value;
}

inline ordered_json commit() {
  ordered_json committer = user();
  committer["name"] = "build";
  committer["type"] = "NORMAL";
  return {{"id", "0123456789abcdef0123456789abcdef01234567"},
          {"displayId", "0123456789a"},
          {"author", user()},
          {"authorTimestamp", 1700000000001},
          {"committer", committer},
          {"committerTimestamp", 1700000000002},
          {"message", "Title\n\nbody"},
          {"parents", {{{"id", "p1"}, {"displayId", "d1"}}, {{"id", "p2"}, {"displayId", "d2"}}}},
          {"properties", {{"jira-key", {"A-1"}}}}};
}

inline ordered_json path(const char* name) {
  return {{"components", {"src", name}},
          {"parent", "src"},
          {"name", name},
          {"extension", "cpp"},
          {"toString", std::string("src/") + name}};
}

inline ordered_json change() {
  return {{"contentId", "c1"},
          {"fromContentId", "c0"},
          {"path", path("new.cpp")},
          {"srcPath", path("old.cpp")},
          {"executable", true},
          {"srcExecutable", false},
          {"percentUnchanged", 87},
          {"type", "MOVE"},
          {"nodeType", "FILE"},
          {"srcNodeType", "SUBMODULE"},
          {"conflict",
           {{"ourChange", {{"path", path("o.cpp")}, {"srcPath", path("s.cpp")}, {"type", "COPY"}}},
            {"theirChange", {{"path", "t.cpp"}, {"type", "DELETE"}}}}},
          {"links", links("c")},
          {"properties", {{"gitChangeType", "RENAME"}}}};
}

inline ordered_json branch() {
  return {{"id", "refs/heads/main"},  {"displayId", "main"},     {"type", "BRANCH"},
          {"latestCommit", "c1"},     {"latestChangeset", "c2"}, {"isDefault", true},
          {"metadata", {{"m", true}}}};
}

inline ordered_json tag() {
  return {{"id", "refs/tags/v1"}, {"displayId", "v1"},       {"type", "TAG"},
          {"latestCommit", "c1"}, {"latestChangeset", "c2"}, {"hash", "h1"}};
}

inline ordered_json hook() {
  return {{"id", 10},
          {"name", "bot"},
          {"url", "https://bot.example.com"},
          {"active", true},
          {"events", {"pr:merged", "repo:refs_changed"}},
          {"createdDate", 1700000000003},
          {"updatedDate", 1700000000004},
          {"configuration", {{"secret", "shh"}, {"createdBy", "bitbucket"}, {"more", 1}}},
          {"scopeType", "repository"},
          {"sslVerificationRequired", true},
          {"credentials", {{"username", "u"}, {"password", "p"}}},
          {"statistics", {{"s", 1}}}};
}

inline ordered_json application_properties() {
  return {{"version", "8.19.3"},
          {"buildNumber", "8019003"},
          {"buildDate", "1700000000005"},
          {"displayName", "Bitbucket"}};
}

inline ordered_json page_of(const ordered_json& value) {
  return {{"size", 1},         {"limit", 25}, {"isLastPage", false},
          {"values", {value}}, {"start", 50}, {"nextPageStart", 77}};
}

}  // namespace bitbucket_test
