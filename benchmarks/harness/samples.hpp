#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace benchmarks {

/// Values as a server writes them, rendered once, one after the other.
class Rows {
 public:
  void add(std::string_view json);
  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  /// Returns the rows from `first` to `last`, separated by commas.
  [[nodiscard]] std::string_view slice(std::size_t first, std::size_t last) const noexcept;

 private:
  std::string text_;
  std::vector<std::size_t> ends_;  // behind the comma of each
};

/// A page in three parts, of which the middle one is never copied.
struct PageText {
  std::string head;
  std::string_view values;
  std::string tail;
  [[nodiscard]] std::string str() const { return head + std::string(values) + tail; }
};

/// Returns the rows from the `start`-th of the list that begins with `first_row`, as a page.
PageText page_of(const Rows& rows, std::size_t first_row, std::size_t start, std::size_t limit);

/// About 737 bytes a commit, of which 7 strings need memory of their own.
Rows sample_commits(std::size_t count);
/// The files that a commit changed; every commit has its own few.
Rows sample_changes(std::size_t commit);
Rows sample_branches(std::size_t count);
Rows sample_tags(std::size_t count);
std::string sample_repo(std::string_view project, std::string_view slug);

/// Returns the index of a commit of sample_commits() by its id.
std::size_t index_of_commit(std::string_view id);

}  // namespace benchmarks
