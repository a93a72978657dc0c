#include <string>
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
  void raw(Call& call);
};

std::span<const Route> Files::routes() const {
  static const Route all[] = {
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

void Files::raw(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::string commit = resolve(*repository, call.value("at"));
  const std::string path = call.param("path");
  auto blob = std::make_shared<git::Blob>(repository->git.file(commit, path));
  if (blob->type != git::ObjectType::blob) {
    throw refusal(404, "The path \"" + path + "\" does not exist at revision \"" + commit + '"',
                  "com.atlassian.bitbucket.content.NoSuchPathException");
  }
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
