#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/codec.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/model/page.hpp>

namespace bitbucket::inline v0_1 {

/// A place in a walk, from which a later walk can continue; see Paged::position().
struct PagePosition {
  std::int64_t start = 0;  ///< cursor of the page
  std::size_t offset = 0;  ///< rows of that page that the walk has passed
  bool at_end = false;     ///< the walk has ended
  friend bool operator==(const PagePosition&, const PagePosition&) = default;
};

namespace detail {

/// What a page says about itself.
struct PageHead {
  std::optional<std::int64_t> size, limit, start, next;
  std::optional<bool> last;
  std::size_t rows = 0;  // how many it really has
};

template <class T>
PageHead head_of(const Page<T>& page) {
  return {page.size,         page.limit,        page.start, page.next_page_start,
          page.is_last_page, page.values.size()};
}

/// Gets the pages of one walk.  The walk needs at most `wanted` more rows, and the source requests
/// no page beyond them.
class BITBUCKET_EXPORT PageSource {
 public:
  static constexpr std::size_t everything = static_cast<std::size_t>(-1);

  PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;
  virtual ~PageSource();

  virtual void start_at(std::int64_t start) = 0;
  /// Returns the body of the next page, which is valid until the next call.
  virtual std::string& fetch(std::size_t wanted) = 0;
  /// Accepts or refuses the page's head, and requests the page after it when `wanted` more rows
  /// need one.
  virtual void accept(const PageHead& head, std::size_t wanted) = 0;
  /// Throws `error` again with the name of its request in the text.
  [[noreturn]] virtual void fail(const DecodeError& error) = 0;
  [[nodiscard]] virtual bool at_end() const = 0;
  [[nodiscard]] virtual std::int64_t page_start() const = 0;  // of the last page fetched
  [[nodiscard]] virtual std::int64_t next_start() const = 0;
  [[nodiscard]] virtual std::optional<std::int64_t> server_limit() const = 0;
};

}  // namespace detail

/// All rows of a paged operation, as a lazy C++20 input range that can be walked once.
///
/// Nothing is sent before begin().  While a page is consumed, the next page, and only that one, is
/// on its way; with PagingOptions::prefetch = 0 it is requested only when it is needed.  When a
/// page fails, begin() or ++ throws; another call of begin() continues with that page.
/// PagingOptions::max_empty_pages bounds how many empty pages may follow one another.
/// Leaving the loop abandons requests under way.  Not thread-safe; a range may outlive its client.
template <class T>
class Paged {
 public:
  /// A place in the walk, which all iterators of a range share.
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;  ///< required by C++20
    using value_type = T;                              ///< type of a row
    using difference_type = std::ptrdiff_t;            ///< required by C++20

    iterator() = default;
    /// Returns the row, which may be moved from.
    T& operator*() const { return walk_->page.values[walk_->index]; }
    /// Returns the row's address.
    T* operator->() const { return &**this; }
    /// Moves to the next row; may wait for a page, and throws when that page fails.
    iterator& operator++() {
      if (!walk_->exhausted()) ++walk_->index;  // exhausted here: the last load() failed
      walk_->load();
      return *this;
    }
    /// Moves to the next row, as the prefix form does.
    void operator++(int) { ++*this; }
    /// Returns whether no row is left.
    friend bool operator==(const iterator& it, std::default_sentinel_t) {
      return !it.walk_ || it.walk_->exhausted();
    }

    /// @cond
   private:
    friend class Paged;
    /// Where a row of a Walk comes from; the rows behind it follow it on the server too.
    struct Origin {
      std::size_t row = 0;
      PagePosition position = {};
    };
    struct Walk {
      std::unique_ptr<detail::PageSource> source;
      Page<T> page;                 // several pages after put_back()
      std::vector<Origin> origins;  // of the first row of each page in `page`
      std::size_t index = 0;
      std::size_t skip = 0;  // rows of the first page that an earlier walk has passed
      std::size_t wanted = detail::PageSource::everything;  // rows from `index` on

      [[nodiscard]] bool exhausted() const { return index == page.values.size(); }
      [[nodiscard]] PagePosition position_of(std::size_t row) const;
      void load();
      /// Appends the wanted part of what is left of the page to `rows`.
      void take(std::vector<T>& rows, std::vector<Origin>& their_origins);
      /// Puts taken rows back in front of what is left.
      void put_back(std::vector<T> rows, std::vector<Origin> their_origins);
    };
    /// Limits a walk to `n` rows while it lives.
    struct Limit {
      Walk& walk;
      Limit(Walk& limited, std::size_t n) : walk(limited) { walk.wanted = n; }
      Limit(const Limit&) = delete;
      Limit& operator=(const Limit&) = delete;
      ~Limit() { walk.wanted = detail::PageSource::everything; }
    };
    explicit iterator(Walk* walk) : walk_(walk) {}
    Walk* walk_ = nullptr;
    /// @endcond
  };

  /// Walks over the pages that `source` gets.
  explicit Paged(std::unique_ptr<detail::PageSource> source)
      : walk_(std::make_unique<typename iterator::Walk>()) {
    walk_->source = std::move(source);
  }

  /// Begins where an earlier walk over the same operation stood.  Call it before begin().
  Paged from(const PagePosition& position) && {
    if (position.start < 0) throw InvalidArgument("a page position cannot be negative");
    walk_->source->start_at(position.at_end ? -1 : position.start);
    walk_->skip = position.offset;
    return std::move(*this);
  }

  /// Sends the first request and waits for its page.
  iterator begin() {
    walk_->load();
    return iterator(walk_.get());
  }
  /// Marks the end of the walk, which is reached when no row is left.
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Returns the remaining rows, or the first `n` of them, and requests no page or row more than it
  /// needs.  When it throws, the walk stays where it was: another to_vector() or begin() has all
  /// those rows again.
  std::vector<T> to_vector(std::size_t n = detail::PageSource::everything) {
    std::vector<T> rows;
    std::vector<typename iterator::Origin> origins;
    auto& walk = *walk_;
    const typename iterator::Limit limit(walk, n);
    try {
      while (walk.wanted > 0) {
        walk.load();
        if (walk.exhausted()) break;
        walk.take(rows, origins);
      }
    } catch (...) {
      walk.put_back(std::move(rows), std::move(origins));
      throw;
    }
    return rows;
  }

  /// Returns the place of the current row, with which a later walk can begin through from().  Rows
  /// may repeat or be missed when rows were added or removed on the server in between.
  [[nodiscard]] PagePosition position() const {
    const auto& source = *walk_->source;
    if (!walk_->exhausted()) return walk_->position_of(walk_->index);
    if (source.at_end()) return {.at_end = true};
    return {source.next_start(), walk_->skip};
  }

  /// Returns the limit that the server applied instead of a larger one that was requested.
  [[nodiscard]] std::optional<std::int64_t> server_limit() const {
    return walk_->source->server_limit();
  }

 private:
  std::unique_ptr<typename iterator::Walk> walk_;
};

/// @cond
template <class T>
void Paged<T>::iterator::Walk::load() {
  while (index >= page.values.size() && !source->at_end()) {
    // Free the rows that were read first, so that the next page can reuse their memory.
    page = Page<T>();
    index = 0;
    // Saturates, because a caller may pass any offset.
    std::string& body = source->fetch(wanted > detail::PageSource::everything - skip
                                          ? detail::PageSource::everything
                                          : wanted + skip);
    Page<T> next;
    try {
      JsonCodec<Page<T>>::read(body, next);
    } catch (const DecodeError& error) {
      source->fail(error);
    }
    const std::size_t fresh = next.values.size() - (std::min)(skip, next.values.size());
    source->accept(detail::head_of(next), wanted == detail::PageSource::everything
                                              ? wanted
                                              : wanted - (std::min)(wanted, fresh));
    origins.assign(1, {0, {source->page_start()}});
    page = std::move(next);
    index = page.values.size() - fresh;
    skip -= index;
  }
}

template <class T>
PagePosition Paged<T>::iterator::Walk::position_of(std::size_t row) const {
  auto origin = std::prev(origins.end());
  while (origin->row > row) --origin;
  PagePosition position = origin->position;
  position.offset += row - origin->row;
  return position;
}

template <class T>
void Paged<T>::iterator::Walk::take(std::vector<T>& rows, std::vector<Origin>& their_origins) {
  const std::size_t count = (std::min)(page.values.size() - index, wanted);
  their_origins.push_back({rows.size(), position_of(index)});
  for (const Origin& origin : origins)
    if (origin.row > index && origin.row < index + count)
      their_origins.push_back({rows.size() + origin.row - index, origin.position});
  if (rows.empty() && index == 0 && count == page.values.size()) {
    rows = std::move(page.values);
    page.values.clear();
    index = 0;
  } else {
    const auto first = page.values.begin() + static_cast<std::ptrdiff_t>(index);
    rows.insert(rows.end(), std::make_move_iterator(first),
                std::make_move_iterator(first + static_cast<std::ptrdiff_t>(count)));
    index += count;
  }
  if (wanted != detail::PageSource::everything) wanted -= count;
}

template <class T>
void Paged<T>::iterator::Walk::put_back(std::vector<T> rows, std::vector<Origin> their_origins) {
  if (rows.empty()) return;
  wanted = detail::PageSource::everything;
  if (!exhausted()) take(rows, their_origins);
  page.values = std::move(rows);
  origins = std::move(their_origins);
  index = 0;
}
/// @endcond

}  // namespace bitbucket::inline v0_1
