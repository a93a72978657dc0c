#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bitbucket::test {

/// What the rules say of commits, releases and issues, without a database.  Commits and releases
/// are numbers; a greater number is newer, and 0 is none.
class IssueModel {
 public:
  using Issues = std::set<std::string>;
  struct Commit {
    int number = 0;
    std::optional<Issues> issues;
  };

  void push(const Commit& commit, bool resolves);
  void release(int version, const std::vector<Commit>& commits);
  void resolve_in_next_release(const std::string& issue);
  void reopen(const std::string& issue);
  void set_pull_request(int number, int merge_commit, const Issues& issues);

  /// Lines of the tables and of the events, sorted.
  [[nodiscard]] std::multiset<std::string> links() const;
  [[nodiscard]] std::multiset<std::string> resolutions() const;
  [[nodiscard]] const std::multiset<std::string>& events() const { return events_; }
  void forget_events() { events_.clear(); }
  [[nodiscard]] Issues issues_of(int version) const;

 private:
  struct Resolution {
    std::string type;
    int release = 0, commit = 0;
    std::string author;
  };
  struct PullRequest {
    int merge_commit = 0;
    Issues issues;
  };
  struct Reason {
    int commit = 0;
    std::string author;
  };

  void tell(const std::string& type, const std::string& issue, int release, int commit,
            const std::string& author, int pull_request = 0);
  void store(const std::vector<Commit>& commits, bool resolves);
  void settle(const std::string& issue);
  void resolve(const std::string& issue, int release, const Reason& reason);
  [[nodiscard]] std::optional<Reason> reason_in(const std::set<int>& commits,
                                                const std::string& issue) const;

  std::map<int, Issues> links_;
  std::map<int, std::set<int>> releases_;
  std::vector<int> created_;
  std::map<int, PullRequest> pull_requests_;
  std::map<std::string, Resolution> resolutions_;
  std::multiset<std::string> events_;
};

}  // namespace bitbucket::test
