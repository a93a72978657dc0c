#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "server/invoke.hpp"

namespace bitbucket::test {

using SendMethod = std::function<void(const BitbucketServer&)>;

/// Calls the method of each row, by the row's name, with the arguments that invoke() gives the row.
inline const std::map<std::string_view, SendMethod>& methods() {
  static const RepoRef repo = sample<RepoRef>();
  static const HookId hook = sample<HookId>();
  static const std::map<std::string_view, SendMethod> all = {
      {"branches.get_default", [](const auto& c) { (void)c.branches.get_default(repo); }},
      {"branches.list", [](const auto& c) { (void)c.branches.list(repo).to_vector(); }},
      {"commits.changes",
       [](const auto& c) { (void)c.commits.changes(repo, "sample").to_vector(); }},
      {"commits.get", [](const auto& c) { (void)c.commits.get(repo, "sample"); }},
      {"commits.list", [](const auto& c) { (void)c.commits.list(repo).to_vector(); }},
      {"files.raw", [](const auto& c) { (void)c.files.raw(repo, "sample"); }},
      {"hooks.create", [](const auto& c) { c.hooks.create(repo, sample<NewHook>()); }},
      {"hooks.get", [](const auto& c) { (void)c.hooks.get(repo, hook); }},
      {"hooks.list", [](const auto& c) { (void)c.hooks.list(repo).to_vector(); }},
      {"hooks.remove", [](const auto& c) { c.hooks.remove(repo, hook); }},
      {"hooks.test", [](const auto& c) { c.hooks.test(repo, "https://bot.example.com"); }},
      {"hooks.update", [](const auto& c) { c.hooks.update(repo, hook, {.name = "n"}); }},
      {"repos.get", [](const auto& c) { (void)c.repos.get(repo); }},
      {"repos.list", [](const auto& c) { (void)c.repos.list().to_vector(); }},
      {"repos.list_in_project",
       [](const auto& c) { (void)c.repos.list_in_project("sample").to_vector(); }},
      {"repos.update", [](const auto& c) { c.repos.update(repo, {}); }},
      {"server.application_properties",
       [](const auto& c) { (void)c.server.application_properties(); }},
      {"tags.list", [](const auto& c) { (void)c.tags.list(repo).to_vector(); }},
  };
  return all;
}

/// The rows for which the embedded server has no handler.
inline const std::set<std::string_view> without_handler = {};

}  // namespace bitbucket::test
