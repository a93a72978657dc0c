#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/server.hpp>

namespace bitbucket::inline v0_1 {

/// A file in a repository, at a branch, tag or commit.
struct SourcePlace {
  std::string path;  ///< "src/main.cpp", not encoded
  std::string ref;   ///< "main", without "refs/heads/"; empty for the default branch
  friend bool operator==(const SourcePlace&, const SourcePlace&) = default;
};

/// Returns the page that shows a file:
/// "https://git.example.com/projects/PRJ/repos/demo/browse/src/main.cpp?at=main".
BITBUCKET_EXPORT std::string source_url(std::string_view base_url, const RepoRef& repo,
                                        const SourcePlace& place);
/// Returns the file that such an address shows; nothing when the address is of another server or
/// repository.
BITBUCKET_EXPORT std::optional<SourcePlace> source_place(std::string_view base_url,
                                                         const RepoRef& repo, std::string_view url);

/// Returns the page of a file if it exists; nothing when it does not (400, 401 or 404).  Other
/// errors are thrown.  HEAD /rest/api/1.0/projects/{project}/repos/{repo}/browse/{path}?at=
BITBUCKET_EXPORT std::optional<std::string> find_source(const BitbucketServer& client,
                                                        std::string_view base_url,
                                                        const RepoRef& repo,
                                                        const SourcePlace& place);

/// Returns the page of a file of a stack trace: at `version`, or on `default_branch` if the file is
/// not there.  Skips an empty version; an empty `default_branch` means that of the server.
/// Percent-decodes `path`.
BITBUCKET_EXPORT std::optional<std::string> stacktrace_link(
    const BitbucketServer& client, std::string_view base_url, const RepoRef& repo,
    std::string_view path, std::string_view version, std::string_view default_branch);

/// A CODEOWNERS file.
struct CodeOwners {
  std::string file_path;  ///< ".bitbucket/CODEOWNERS"
  std::string html_url;   ///< the page that shows it
  std::string raw;        ///< its text
  friend bool operator==(const CodeOwners&, const CodeOwners&) = default;
};

/// Returns the CODEOWNERS of a repository at a branch, tag or commit (the default branch when
/// empty); nothing when there is none, or when its text cannot be read.
BITBUCKET_EXPORT std::optional<CodeOwners> find_code_owners(const BitbucketServer& client,
                                                            std::string_view base_url,
                                                            const RepoRef& repo,
                                                            std::string_view ref = {});

}  // namespace bitbucket::inline v0_1
