#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bitbucket/integration/repository_service.hpp>
#include <nlohmann/json.hpp>

namespace bitbucket::test {

/// Keeps each repository in a file of a folder that several processes share.  A lock, which ends
/// with its process, makes changes follow each other; a rename makes each of them atomic.
class FileRepositoryStore : public RepositoryStore {
 public:
  explicit FileRepositoryStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::optional<AttachedRepository> find(std::string_view external_id) override {
    return read(file(external_id));
  }
  AttachedRepository add(const AttachedRepository& repository) override {
    const Lock lock(folder_);
    if (auto present = find(repository.external_id)) return *std::move(present);
    write(repository);
    return repository;
  }
  bool replace(const AttachedRepository& expected, const AttachedRepository& now) override {
    const Lock lock(folder_);
    if (find(expected.external_id) != expected) return false;
    write(now);
    return true;
  }
  bool remove(const AttachedRepository& expected) override {
    const Lock lock(folder_);
    if (find(expected.external_id) != expected) return false;
    return std::filesystem::remove(file(expected.external_id));
  }
  std::vector<AttachedRepository> list() override {
    std::vector<AttachedRepository> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() != ".json") continue;
      if (auto repository = read(entry.path())) out.push_back(*std::move(repository));
    }
    std::ranges::sort(out, {}, &AttachedRepository::external_id);
    return out;
  }

 private:
  class Lock {
   public:
    explicit Lock(const std::filesystem::path& folder)
        : file_(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
      if (file_ < 0 || ::flock(file_, LOCK_EX) != 0) throw std::runtime_error("cannot lock");
    }
    ~Lock() { ::close(file_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    int file_;
  };

  [[nodiscard]] std::filesystem::path file(std::string_view external_id) const {
    return folder_ / (std::string(external_id) + ".json");
  }
  static std::optional<AttachedRepository> read(const std::filesystem::path& path) {
    std::ifstream in(path);
    if (!in) return std::nullopt;
    const auto object = nlohmann::json::parse(in);
    const auto text = [&](const char* name) { return object.at(name).get<std::string>(); };
    AttachedRepository out{.external_id = text("external_id"),
                           .name = text("name"),
                           .repo = {text("project"), text("slug")},
                           .url = text("url"),
                           .webhook = {},
                           .webhook_secret = text("secret")};
    if (!object.at("webhook").is_null())
      out.webhook = HookId(object.at("webhook").get<std::int64_t>());
    return out;
  }
  void write(const AttachedRepository& repository) const {
    const nlohmann::json object{
        {"external_id", repository.external_id},
        {"name", repository.name},
        {"project", repository.repo.project},
        {"slug", repository.repo.slug},
        {"url", repository.url},
        {"webhook", repository.webhook ? nlohmann::json(repository.webhook->value) : nullptr},
        {"secret", std::string(repository.webhook_secret.reveal())}};
    const auto unfinished = folder_ / "unfinished";  // only one process has the lock
    std::ofstream out(unfinished, std::ios::trunc);
    out << object;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + unfinished.string());
    std::filesystem::rename(unfinished, file(repository.external_id));
  }

  const std::filesystem::path folder_;
};

}  // namespace bitbucket::test
