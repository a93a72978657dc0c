#include "testing/state/catalog.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include <bitbucket/error.hpp>

#include "testing/base/refusal.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_text_bytes = std::size_t{128} << 20;

bool looks_like_repository(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / ".git", ignored) ||
         (fs::exists(path / "HEAD", ignored) && fs::is_directory(path / "objects", ignored));
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && !entry.path().filename().string().starts_with('.')) {
      out.push_back(entry.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string plain_name(const fs::path& path) {
  std::string name = path.filename().string();
  if (name.size() > 4 && name.ends_with(".git")) name.resize(name.size() - 4);
  return name;
}

}  // namespace

std::string repository_slug(std::string_view name) {
  std::string slug;
  for (const char c : lower(name)) {
    const bool kept =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (kept) {
      slug += c;
    } else if (!slug.ends_with('-')) {
      slug += '-';
    }
  }
  return slug;
}

CommitTexts::Text CommitTexts::find(const std::string& id, std::uint64_t version) {
  const std::scoped_lock lock(mutex_);
  if (version != version_) return nullptr;
  const auto found = texts_.find(id);
  return found == texts_.end() ? nullptr : found->second;
}

void CommitTexts::put(const std::string& id, std::uint64_t version, Text text) {
  const std::scoped_lock lock(mutex_);
  if (version != version_ || bytes_ > max_text_bytes) {
    texts_.clear();
    bytes_ = 0;
    version_ = version;
  }
  const std::size_t size = text->size() + id.size();
  if (texts_.emplace(id, std::move(text)).second) bytes_ += size;
}

Catalog::Catalog(fs::path scratch) : scratch_(std::move(scratch)) {}

const fs::path& Catalog::scratch() {
  if (!scratch_.empty()) return scratch_;
  if (!own_scratch_) own_scratch_.emplace();
  return own_scratch_->path();
}

std::size_t Catalog::add_folder(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw std::runtime_error("there is no folder " + folder.string());
  }
  std::size_t count = 0;
  for (const fs::path& project : folders_in(folder)) {
    if (looks_like_repository(project)) continue;
    for (const fs::path& path : folders_in(project)) {
      if (!looks_like_repository(path)) continue;
      add(project.filename().string(), plain_name(path), path);
      ++count;
    }
  }
  if (count == 0 && looks_like_repository(folder)) {
    throw std::runtime_error(folder.string() +
                             " is a repository, not a folder of projects: it needs a project and a "
                             "name of its own");
  }
  if (count == 0) {
    throw std::runtime_error("there is no repository in " + folder.string() +
                             ": it should contain folders (projects) of git repositories");
  }
  return count;
}

void Catalog::add(const std::string& project, const std::string& name, const fs::path& path) {
  if (project.empty() || project == "~" || project == "." || project == ".." ||
      project.find_first_of("/;?#%\\") != std::string::npos) {
    throw InvalidArgument('"' + project + "\" cannot be a project key");
  }
  const std::string slug = repository_slug(name);
  if (slug.empty() || slug == "." || slug == "..") {
    throw InvalidArgument('"' + name + "\" cannot be the name of a repository");
  }
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw std::runtime_error("there is no folder " + path.string());
  const std::unique_lock lock(mutex_);
  RepositoryFacts facts;
  facts.id = static_cast<std::int64_t>(repositories_.size() + 1);
  if (taken(project, slug, facts.id)) {
    throw InvalidArgument("there are two repositories " + project + '/' + slug);
  }
  facts.slug = slug;
  facts.name = name;
  facts.hierarchy = hex(sha1(project + '/' + slug)).substr(0, 20);
  const fs::path own = scratch() / std::to_string(facts.id);
  auto entry = std::make_shared<ServedRepository>(path, own, nullptr);
  const auto found = std::find_if(projects_.begin(), projects_.end(), [&](const auto& p) {
    return equals_ignoring_case(p->key, project);
  });
  if (found == projects_.end()) {
    projects_.push_back(std::make_shared<const Project>(
        Project{static_cast<std::int64_t>(projects_.size() + 1), project}));
    facts.project = projects_.back();
  } else {
    facts.project = *found;
  }
  entry->facts_ = std::make_shared<const RepositoryFacts>(std::move(facts));
  repositories_.push_back(std::move(entry));
}

bool Catalog::taken(std::string_view project, std::string_view slug, std::int64_t id) const {
  return std::any_of(repositories_.begin(), repositories_.end(), [&](const RepositoryPtr& other) {
    const FactsPtr facts = other->facts();
    return facts->id != id && facts->slug == slug &&
           equals_ignoring_case(facts->project->key, project);
  });
}

void Catalog::change(ServedRepository& repository, RepositoryFacts facts) {
  const std::unique_lock lock(mutex_);
  if (taken(facts.project->key, facts.slug, facts.id)) {
    throw refusal(409, "This repository URL is already taken.", "", "name");
  }
  auto next = std::make_shared<const RepositoryFacts>(std::move(facts));
  const std::scoped_lock own(repository.mutex_);
  repository.facts_ = std::move(next);
}

std::shared_ptr<const Project> Catalog::project(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  for (const auto& entry : projects_) {
    if (equals_ignoring_case(entry->key, key)) return entry;
  }
  throw refusal(404, "Project " + std::string(key) + " does not exist.",
                "com.atlassian.bitbucket.project.NoSuchProjectException");
}

RepositoryPtr Catalog::repository(std::string_view project_key, std::string_view slug) const {
  const auto owner = project(project_key);
  const std::shared_lock lock(mutex_);
  for (const RepositoryPtr& entry : repositories_) {
    const FactsPtr facts = entry->facts();
    if (facts->project == owner && equals_ignoring_case(facts->slug, slug)) return entry;
  }
  throw refusal(404, "Repository " + owner->key + '/' + std::string(slug) + " does not exist.",
                "com.atlassian.bitbucket.repository.NoSuchRepositoryException");
}

std::vector<FactsPtr> Catalog::repositories() const {
  std::shared_lock lock(mutex_);
  std::vector<FactsPtr> out;
  for (const RepositoryPtr& entry : repositories_) out.push_back(entry->facts());
  lock.unlock();
  std::sort(out.begin(), out.end(), [](const FactsPtr& a, const FactsPtr& b) {
    return std::make_tuple(lower(a->project->key), a->slug) <
           std::make_tuple(lower(b->project->key), b->slug);
  });
  return out;
}

std::vector<std::shared_ptr<const Project>> Catalog::projects() const {
  std::shared_lock lock(mutex_);
  auto out = projects_;
  lock.unlock();
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return lower(a->key) < lower(b->key); });
  return out;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
