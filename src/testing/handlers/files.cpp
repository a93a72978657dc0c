#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "testing/base/refusal.hpp"
#include "testing/handlers/family.hpp"
#include "testing/rest/revisions.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Files at a commit.
class Files final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void browse(Call& call);
  void raw(Call& call);
};

std::span<const Route> Files::routes() const {
  static const Route all[] = {
      route<&Files::browse>("GET", "projects/{project}/repos/{repo}/browse/{path...}"),
      route<&Files::raw>("GET", "projects/{project}/repos/{repo}/raw/{path...}",
                         {.any_answer = true}),
  };
  return all;
}

std::string content_type(const std::string& path, const std::string& content) {
  if (content.find('\0') != std::string::npos) {
    for (const auto& [extension, type] : {std::pair{".png", "image/png"},
                                          {".jpg", "image/jpeg"},
                                          {".gif", "image/gif"},
                                          {".pdf", "application/pdf"}}) {
      if (lower(path).ends_with(extension)) return type;
    }
    return "application/octet-stream";
  }
  return "text/plain;charset=UTF-8";
}

Refusal no_such_path(const std::string& path, const std::string& commit) {
  return refusal(404, "The path \"" + path + "\" does not exist at revision \"" + commit + '"',
                 "com.atlassian.bitbucket.content.NoSuchPathException");
}

const char* type_word(git::ObjectType type) {
  if (type == git::ObjectType::blob) return "FILE";
  return type == git::ObjectType::tree ? "DIRECTORY" : "SUBMODULE";
}

/// Returns a number of the query, or a default when it is absent or cannot be used.
std::size_t number(const Call& call, std::string_view name, std::size_t otherwise) {
  const auto value = parse_integer(call.value(name));
  return value && *value >= 0 ? static_cast<std::size_t>(*value) : otherwise;
}

/// Returns the page of lines that the query asks for.
Json lines_page(const Call& call, const std::string& content) {
  constexpr std::size_t most = 5000;
  const std::size_t start = number(call, "start", 0);
  const std::size_t limit = std::clamp<std::size_t>(number(call, "limit", 500), 1, most);
  Json lines = Json::array();
  std::size_t line = 0;
  for (std::size_t at = 0; at < content.size(); ++line) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    if (line >= start && line - start < limit)
      lines.push_back({{"text", content.substr(at, end - at)}});
    at = end + 1;
  }
  const std::size_t size = lines.size();
  const bool last = start + size >= line;
  Json page{{"lines", std::move(lines)}, {"start", start}, {"size", size}, {"limit", limit}};
  page["isLastPage"] = last;
  page["nextPageStart"] = last ? Json() : Json(start + size);
  return page;
}

void Files::browse(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::string commit = resolve(*repository, call.value("at"));
  const std::string path = call.param("path");
  const git::Blob blob = repository->git.file(commit, path);
  if (blob.type == git::ObjectType::missing) throw no_such_path(path, commit);
  if (call.flag("type")) return answer_json(call.response, {{"type", type_word(blob.type)}});
  if (blob.type != git::ObjectType::blob) {
    throw refusal(501, "This server shows files, but no directories and no submodules.",
                  "java.lang.UnsupportedOperationException");
  }
  answer_json(call.response, lines_page(call, blob.content));
}

void Files::raw(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::string commit = resolve(*repository, call.value("at"));
  const std::string path = call.param("path");
  auto blob = std::make_shared<git::Blob>(repository->git.file(commit, path));
  if (blob->type != git::ObjectType::blob) throw no_such_path(path, commit);
  call.response.set("Content-Type", content_type(path, blob->content));
  call.response.set("X-Content-Type-Options", "nosniff");
  call.response.stream = [blob](const ByteSink& sink) {
    constexpr std::size_t piece = 64u << 10;
    for (std::size_t at = 0; at < blob->content.size(); at += piece) {
      if (!sink(std::string_view(blob->content).substr(at, piece))) return false;
    }
    return true;
  };
}

}  // namespace

std::unique_ptr<Family> make_files(Services& services) { return std::make_unique<Files>(services); }

}  // namespace bitbucket::inline v0_1::testing::embedded
