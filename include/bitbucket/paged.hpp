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

#include <bitbucket/error.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/model/page.hpp>
#include <bitbucket/detail/own_codec.hpp>

namespace bitbucket::inline v0_1 {

/// A place in a walk, from which a later one goes on: see Paged::position().
struct PagePosition {
  std::int64_t start = 0;  ///< cursor of the page
  std::size_t offset = 0;  ///< rows of that page that were passed
  bool at_end = false;     ///< the walk was over
  friend bool operator==(const PagePosition&, const PagePosition&) = default;
};

namespace detail {

/// What a page says of itself.
struct PageHead {
  std::optional<std::int64_t> size, limit, start, next;
  std::optional<bool> last;
  std::size_t rows = 0;  // that it really has
};

template <class T>
PageHead head_of(const Page<T>& page) {
  return {page.size, page.limit, page.start, page.next_page_start, page.is_last_page,
          page.values.size()};
}

/// Gets the pages of one walk.  The walk asks for `wanted` rows at most; no page is asked for that
/// it does not need.
class BITBUCKET_EXPORT PageSource {
 public:
  static constexpr std::size_t everything = static_cast<std::size_t>(-1);

  PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;
  virtual ~PageSource();

  virtual void start_at(std::int64_t start) = 0;
  /// Returns the body of the next page; valid until the next call.
  virtual std::string& fetch(std::size_t wanted) = 0;
  /// Takes the page's head, or refuses it; asks for the page after it when `wanted` more rows need
  /// one.
  virtual void accept(const PageHead& head, std::size_t wanted) = 0;
  /// Throws `error` again, saying of which request it is.
  [[noreturn]] virtual void fail(const DecodeError& error) = 0;
  [[nodiscard]] virtual bool at_end() const = 0;
  [[nodiscard]] virtual std::int64_t page_start() const = 0;  // of the page fetched last
  [[nodiscard]] virtual std::int64_t next_start() const = 0;
  [[nodiscard]] virtual std::optional<std::int64_t> server_limit() const = 0;
};

}  // namespace detail

/// All rows of a paged operation, as a lazy C++20 input range that can be walked once.
///
/// Nothing is sent before begin().  While a page is consumed the next one is on its way, and at
/// most one; PagingOptions::prefetch = 0 asks for it only when it is needed.  A page that fails
/// throws from begin() or ++; begin() may then be called again and goes on with that page.
/// PagingOptions::max_empty_pages bounds how many pages in a row may have no row.
/// Leaving the loop abandons what is under way.  Not thread-safe; a range outlives its client.
template <class T>
class Paged {
 public:
  /// A place in the walk; all iterators of a range are at the same one.
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;  ///< what C++20 asks
    using value_type = T;                              ///< of a row
    using difference_type = std::ptrdiff_t;            ///< what C++20 asks

    iterator() = default;
    /// Returns the row, which may be moved from.
    T& operator*() const { return walk_->page.values[walk_->index]; }
    /// Returns the row's address.
    T* operator->() const { return &**this; }
    /// Goes on; may wait for a page and throw what went wrong with it.
    iterator& operator++() {
      if (!walk_->exhausted()) ++walk_->index;  // it is where the last load() failed
      walk_->load();
      return *this;
    }
    /// The same.
    void operator++(int) { ++*this; }
    /// Returns whether no row is left.
    friend bool operator==(const iterator& it, std::default_sentinel_t) {
      return !it.walk_ || it.walk_->exhausted();
    }

    /// @cond
   private:
    friend class Paged;
    /// Where a row of a Walk comes from; those behind it follow it on the server as well.
    struct Origin {
      std::size_t row = 0;
      PagePosition position = {};
    };
    struct Walk {
      std::unique_ptr<detail::PageSource> source;
      Page<T> page;                 // or several, when they were put back
      std::vector<Origin> origins;  // of the first row of each page in `page`
      std::size_t index = 0;
      std::size_t skip = 0;  // rows of the first page that an earlier walk has passed
      std::size_t wanted = detail::PageSource::everything;  // from `index` on

      [[nodiscard]] bool exhausted() const { return index == page.values.size(); }
      [[nodiscard]] PagePosition position_of(std::size_t row) const;
      void load();
      /// Moves the rest of the page, as far as it is wanted, behind `rows`.
      void take(std::vector<T>& rows, std::vector<Origin>& their_origins);
      /// Puts rows that were taken in front of what is left.
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

  /// Walks over what `source` gets.
  explicit Paged(std::unique_ptr<detail::PageSource> source)
      : walk_(std::make_unique<typename iterator::Walk>()) {
    walk_->source = std::move(source);
  }

  /// Begins where an earlier walk over the same operation stood.  To be called before begin().
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
  /// Ends the walk: it is reached when no row is left.
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Returns the rest, or its first `n` rows, asking for no page and no row more than needed.
  /// When it throws, the walk is where it was: another to_vector() or begin() has all rows again.
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

  /// Returns the place of the current row: a later walk from() there begins with it.  Where rows
  /// were added or removed on the server in between, rows may repeat or be missed.
  [[nodiscard]] PagePosition position() const {
    const auto& source = *walk_->source;
    if (!walk_->exhausted()) return walk_->position_of(walk_->index);
    if (source.at_end()) return {.at_end = true};
    return {source.next_start(), walk_->skip};
  }

  /// Returns the limit that the server applied in place of a larger one that was asked for.
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
    // What was read makes room first: its memory is still at hand when the next page needs some.
    page = Page<T>();
    index = 0;
    // Saturates: an offset may be anything that a caller kept somewhere.
    std::string& body = source->fetch(wanted > detail::PageSource::everything - skip
                                          ? detail::PageSource::everything
                                          : wanted + skip);
    Page<T> next;
    try {
      detail::read_answer(body, next);
    } catch (const DecodeError& error) {
      source->fail(error);
    }
    const std::size_t fresh = next.values.size() - (std::min)(skip, next.values.size());
    source->accept(
        detail::head_of(next),
        wanted == detail::PageSource::everything ? wanted : wanted - (std::min)(wanted, fresh));
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
