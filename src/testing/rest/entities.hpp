#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "testing/base/version.hpp"
#include "testing/state/accounts.hpp"
#include "testing/state/catalog.hpp"

namespace bitbucket::embedded {

using Json = nlohmann::ordered_json;

/// Writes a value as text; names of files may be no UTF-8.
std::string dump(const Json& value);

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
  [[nodiscard]] Json repository(const ServedRepository& repository) const;
  [[nodiscard]] Json commit(const plumbing::CommitData& commit) const;
  [[nodiscard]] Json branch(const plumbing::Ref& ref, const std::string& default_branch) const;
  [[nodiscard]] Json tag(const plumbing::Ref& ref) const;
  [[nodiscard]] Json change(const ServedRepository& repository, const std::string& commit,
                            const plumbing::FileChange& change) const;
  [[nodiscard]] static Json minimal_commit(const std::string& id);
  [[nodiscard]] static Json path(const std::string& path);

  [[nodiscard]] const std::string& base_url() const noexcept { return base_; }
  [[nodiscard]] bool everything_public() const noexcept { return public_; }
  [[nodiscard]] bool archiving() const noexcept { return archiving_; }

 private:
  [[nodiscard]] Json person(const plumbing::Signature& signature) const;
  [[nodiscard]] std::string page_of(const ServedRepository& repository) const;

  std::string base_;
  const Accounts& accounts_;
  bool public_;
  bool archiving_;  ///< this version knows archived repositories
};

}  // namespace bitbucket::embedded
