#include "harness/samples.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace benchmarks {
namespace {

/// The same numbers on every machine.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

template <class... A>
std::string text(const char* format, A... arguments) {
  std::array<char, 2048> out{};
  const int size = std::snprintf(out.data(), out.size(), format, arguments...);
  return {out.data(), static_cast<std::size_t>(size)};
}

/// 40 digits; the last eight say which commit it is.
std::string commit_id(std::size_t i) {
  return text("%016llx%016llx%08zx", static_cast<unsigned long long>(mixed(i)),
              static_cast<unsigned long long>(mixed(i + 1'000'000'007)), i);
}

std::string person(std::uint64_t n) {
  static constexpr std::array<std::array<const char*, 2>, 8> names = {{{"Ada", "Byron"},
                                                                       {"Grace", "Hopper"},
                                                                       {"Edsger", "Dijkstra"},
                                                                       {"Barbara", "Liskov"},
                                                                       {"Konrad", "Zuse"},
                                                                       {"Margaret", "Hamilton"},
                                                                       {"Donald", "Knuth"},
                                                                       {"Alan", "Turing"}}};
  const auto& [first, last] = names[n % names.size()];
  return text(
      R"({"name":"%c%s%d","emailAddress":"%s.%s@example.com","id":%d,"displayName":"%s %s",)"
      R"("active":true,"slug":"%c%s%d","type":"NORMAL"})",
      first[0] + 32, last + 1, static_cast<int>(n % 90 + 10), first, last,
      static_cast<int>(n % 5000 + 101), first, last, first[0] + 32, last + 1,
      static_cast<int>(n % 90 + 10));
}

std::string message(std::size_t i) {
  static constexpr std::array<const char*, 6> subjects = {
      "the order of pages when a repository is empty",
      "a leak in the importer's retry loop",
      "builds on machines with one core",
      "the wording of the access token page",
      "time-outs of webhooks behind a proxy",
      "how renamed files are shown in diffs"};
  static constexpr std::array<const char*, 4> verbs = {"Fix", "Improve", "Document", "Simplify"};
  const std::uint64_t n = mixed(i * 3 + 1);
  std::string out = text("PRJ-%d: %s %s", static_cast<int>(n % 9000), verbs[n / 7 % verbs.size()],
                         subjects[n / 31 % subjects.size()]);
  if (n % 3 != 0)
    out += R"(\n\nThe old way looked at the state before the lock was held, so that two requests )"
           R"(at the same time could both find it free. Now the one that comes second waits.)";
  if (n % 5 == 0) out += R"(\n\nCo-authored-by: \"Konrad Zuse\" <konrad.zuse@example.com>)";
  return out;
}

std::string parent(std::size_t i) {
  const std::string id = commit_id(i);
  return text(R"({"id":"%s","displayId":"%.11s"})", id.c_str(), id.c_str());
}

std::string commit(std::size_t i) {
  const std::string id = commit_id(i);
  const auto time =
      static_cast<long long>(1'700'000'000'000 - static_cast<std::int64_t>(i) * 61'000);
  std::string out = text(R"({"id":"%s","displayId":"%.11s","author":)", id.c_str(), id.c_str());
  out += person(mixed(i));
  out += text(R"(,"authorTimestamp":%lld,"committer":)", time);
  out += person(mixed(i / 4));
  out += text(R"(,"committerTimestamp":%lld,"message":")", time + 1000);
  out += message(i) + R"(","parents":[)" + parent(i + 1);
  if (i % 10 == 3) out += ',' + parent(i + 5);
  out += ']';
  if (i % 5 == 0)
    out += text(R"(,"properties":{"jira-key":["PRJ-%d"]})", static_cast<int>(i % 9000));
  return out + '}';
}

std::string path(std::uint64_t n) {
  static constexpr std::array<const char*, 5> folders = {"src", "include", "tests", "docs",
                                                         "cmake"};
  const char* folder = folders[n % folders.size()];
  const int number = static_cast<int>(n / 5 % 800);
  return text(
      R"({"components":["%s","module%d","file%d.cpp"],"parent":"%s/module%d","name":"file%d.cpp",)"
      R"("extension":"cpp","toString":"%s/module%d/file%d.cpp"})",
      folder, number % 40, number, folder, number % 40, number, folder, number % 40, number);
}

std::string change(std::uint64_t n) {
  static constexpr std::array<const char*, 4> types = {"MODIFY", "ADD", "DELETE", "MOVE"};
  const bool moved = n % 11 == 0;
  const char* type = moved ? types[3] : types[std::min<std::uint64_t>(n / 11 % 8, 2)];
  const std::string id = commit_id(n % 1'000'000);
  std::string out = text(R"({"contentId":"%s","fromContentId":"%s","path":)", id.c_str(),
                         commit_id(n % 999'983).c_str());
  out += path(n);
  out += text(R"(,"executable":%s,"percentUnchanged":%d,"type":"%s","nodeType":"FILE")",
              n % 13 == 0 ? "true" : "false", moved ? 97 : -1, type);
  if (moved)
    out += R"(,"srcPath":)" + path(n / 3) + R"(,"srcExecutable":false,"srcNodeType":"FILE")";
  out += text(
      R"(,"links":{"self":[{"href":"https://git.example.com/projects/PRJ/repos/demo/commits/%s"}]})",
      id.c_str());
  return out + text(R"(,"properties":{"gitChangeType":"%s"}})", type);
}

}  // namespace

void Rows::add(std::string_view json) {
  text_.append(json).append(1, ',');
  ends_.push_back(text_.size());
}

std::string_view Rows::slice(std::size_t first, std::size_t last) const noexcept {
  if (first >= last) return {};
  const std::size_t begin = first == 0 ? 0 : ends_[first - 1];
  return std::string_view(text_).substr(begin, ends_[last - 1] - 1 - begin);
}

PageText page_of(const Rows& rows, std::size_t first_row, std::size_t start, std::size_t limit) {
  const std::size_t from = std::min(first_row + start, rows.size());
  const std::size_t to = std::min(from + limit, rows.size());
  const bool last = to == rows.size();
  PageText out;
  out.head = text(R"({"size":%zu,"limit":%zu,"isLastPage":%s,"values":[)", to - from, limit,
                  last ? "true" : "false");
  out.values = rows.slice(from, to);
  out.tail = last ? text(R"(],"start":%zu,"nextPageStart":null})", start)
                  : text(R"(],"start":%zu,"nextPageStart":%zu})", start, start + to - from);
  return out;
}

Rows sample_commits(std::size_t count) {
  Rows out;
  for (std::size_t i = 0; i < count; ++i) out.add(commit(i));
  return out;
}

Rows sample_changes(std::size_t commit) {
  Rows out;
  const std::uint64_t n = mixed(commit + 77);
  for (std::uint64_t i = 0; i < 1 + n % 5; ++i) out.add(change(mixed(n + i)));
  return out;
}

Rows sample_branches(std::size_t count) {
  Rows out;
  for (std::size_t i = 0; i < count; ++i)
    out.add(text(R"({"id":"refs/heads/feature/PRJ-%zu","displayId":"feature/PRJ-%zu",)"
                 R"("type":"BRANCH","latestCommit":"%s","latestChangeset":"%s","isDefault":%s})",
                 i, i, commit_id(i).c_str(), commit_id(i).c_str(), i == 0 ? "true" : "false"));
  return out;
}

Rows sample_tags(std::size_t count) {
  Rows out;
  for (std::size_t i = 0; i < count; ++i)
    out.add(text(R"({"id":"refs/tags/v1.%zu","displayId":"v1.%zu","type":"TAG",)"
                 R"("latestCommit":"%s","latestChangeset":"%s","hash":"%s"})",
                 i, i, commit_id(i).c_str(), commit_id(i).c_str(), commit_id(i + 9).c_str()));
  return out;
}

std::string sample_repo(std::string_view project, std::string_view slug) {
  const std::string p(project), s(slug);
  const std::string site = "https://git.example.com/";
  return R"({"slug":")" + s + R"(","id":1234,"name":")" + s +
         R"(","description":"Where it all began","hierarchyId":"e3c939f9ef4a7fae272e",)"
         R"("scmId":"git","state":"AVAILABLE","statusMessage":"Available","forkable":true,)"
         R"("project":{"key":")" +
         p +
         R"(","id":17,"name":"The project","description":)"
         R"("Everything of ours","public":false,"type":"NORMAL","links":{"self":[{"href":")" +
         site + "projects/" + p +
         R"("}]}},"public":true,"archived":false,"links":{"clone":)"
         R"([{"href":")" +
         site + "scm/" + p + '/' + s +
         R"(.git","name":"http"},)"
         R"({"href":"ssh://git@git.example.com:7999/)" +
         p + '/' + s +
         R"(.git","name":"ssh"}],)"
         R"("self":[{"href":")" +
         site + "projects/" + p + "/repos/" + s + R"(/browse"}]}})";
}

std::size_t index_of_commit(std::string_view id) {
  std::size_t index = 0;
  if (id.size() == 40) std::from_chars(id.data() + 32, id.data() + 40, index, 16);
  return index;
}

}  // namespace benchmarks
