#pragma once

#include <string>

#include <bitbucket/testing/git_server.hpp>

#include "testing/base/version.hpp"
#include "testing/rest/json.hpp"
#include "testing/state/accounts.hpp"
#include "testing/state/catalog.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Returns what follows "refs/heads/" or "refs/tags/".
std::string display_name(const std::string& ref);

/// The JSON that Bitbucket answers with, written out by hand.
class Entities {
 public:
  Entities(std::string base_url, const Accounts& accounts, const GitServerOptions& options)
      : base_(std::move(base_url)),
        accounts_(accounts),
        public_(options.anonymous_reads),
        archiving_(at_least(options.version, 8, 0)) {}

  [[nodiscard]] Json user(const GitServerUser& user) const;
  [[nodiscard]] Json project(const Project& project) const;
  [[nodiscard]] Json repository(const RepositoryFacts& repository) const;
  [[nodiscard]] Json commit(const git::CommitData& commit) const;
  [[nodiscard]] Json branch(const git::Ref& ref, const std::string& default_branch) const;
  [[nodiscard]] Json tag(const git::Ref& ref) const;
  [[nodiscard]] Json change(const RepositoryFacts& repository, const std::string& commit,
                            const git::FileChange& change) const;

  [[nodiscard]] const std::string& base_url() const noexcept { return base_; }
  [[nodiscard]] bool is_public(const RepositoryFacts& repository) const noexcept {
    return repository.is_public.value_or(public_);
  }
  [[nodiscard]] bool archiving() const noexcept { return archiving_; }

 private:
  [[nodiscard]] Json person(const git::Signature& signature) const;
  [[nodiscard]] std::string page_of(const RepositoryFacts& repository) const;

  std::string base_;
  const Accounts& accounts_;
  bool public_;
  bool archiving_;  ///< this version knows archived repositories
};

}  // namespace bitbucket::inline v0_1::testing::embedded
