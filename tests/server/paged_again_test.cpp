#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/fake_client.hpp"
#include "support/demo.hpp"

// Walks that continue after an error: no row is lost, and no row comes twice.

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;

/// 25 tags in pages of 10, of which the third fails once.
std::shared_ptr<FakeTransport> server_that_fails_once() {
  auto failed = std::make_shared<bool>(false);
  return std::make_shared<FakeTransport>([failed](const Request& request) {
    const int start = std::stoi(query_value(request.url, "start"));
    if (start == 20 && !std::exchange(*failed, true)) return json_answer("{}", 500);
    const int limit = std::min(10, std::stoi(query_value(request.url, "limit")));
    const int rows = std::min(limit, 25 - start);
    return json_answer(tags_page(start, rows, limit, start + rows < 25 ? start + rows : -1));
  });
}

TEST(PagedAgainTest, ToVectorCanBeTriedAgain) {
  BitbucketServer client(fake_options(server_that_fails_once()));
  Paged<Tag> tags = client.tags.list(demo);
  EXPECT_THROW(tags.to_vector(), ApiError);
  EXPECT_EQ(names(tags.to_vector()), expected_names(0, 25));
}

TEST(PagedAgainTest, ToVectorOfSomeRowsCanBeTriedAgain) {
  BitbucketServer client(fake_options(server_that_fails_once()));
  Paged<Tag> tags = client.tags.list(demo);
  EXPECT_THROW(tags.to_vector(22), ApiError);
  EXPECT_EQ(names(tags.to_vector(12)), expected_names(0, 12));
  EXPECT_EQ(names(tags.to_vector(12)), expected_names(12, 24));
  EXPECT_EQ(names(tags.to_vector()), expected_names(24, 25));
}

TEST(PagedAgainTest, ALoopAfterAFailedToVectorSeesEveryRow) {
  BitbucketServer client(fake_options(server_that_fails_once()));
  Paged<Tag> tags = client.tags.list(demo);
  EXPECT_EQ(tags.begin()->display_id, "t0");
  EXPECT_EQ(names(tags.to_vector(3)), expected_names(0, 3));
  EXPECT_THROW(tags.to_vector(), ApiError);
  std::vector<Tag> rows;
  for (Tag& tag : tags) rows.push_back(std::move(tag));
  EXPECT_EQ(names(rows), expected_names(3, 25));
}

TEST(PagedAgainTest, KnowsThePositionOfEveryRowThatAFailedToVectorGaveBack) {
  const PagePosition begin{.start = 0, .offset = 4};
  for (int passed = 0; passed < 16; ++passed) {
    BitbucketServer client(fake_options(server_that_fails_once()));
    Paged<Tag> tags = client.tags.list(demo).from(begin);
    EXPECT_THROW(tags.to_vector(), ApiError);
    EXPECT_EQ(tags.position(), begin);
    EXPECT_EQ(tags.to_vector(static_cast<std::size_t>(passed)).size(), passed);
    const PagePosition position = tags.position();
    if (passed < 6) {
      EXPECT_EQ(position, (PagePosition{.start = 0, .offset = 4u + passed}));
    } else if (passed < 16) {
      EXPECT_EQ(position, (PagePosition{.start = 10, .offset = passed - 6u}));
    }
    EXPECT_EQ(names(client.tags.list(demo).from(position).to_vector()),
              expected_names(4 + passed, 25));
    EXPECT_EQ(names(tags.to_vector()), expected_names(4 + passed, 25));
  }
}

TEST(PagedAgainTest, ToVectorGivesBackWhatASecondFailureInterrupts) {
  int failures = 0;
  const auto transport = std::make_shared<FakeTransport>([&failures](const Request& request) {
    const int start = std::stoi(query_value(request.url, "start"));
    if (start > 0 && failures < start) return ++failures, json_answer("{}", 500);
    return json_answer(tags_page(start, 1, 1, start < 3 ? start + 1 : -1));
  });
  BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.with({.paging = {.prefetch = 0}}).tags.list(demo);
  for (int i = 0; i < 3; ++i) EXPECT_THROW(tags.to_vector(), ApiError);
  EXPECT_EQ(tags.position(), PagePosition{});
  EXPECT_EQ(names(tags.to_vector()), expected_names(0, 4));
}

/// Pages without a row, each of which names a next one; a row comes at `first_row`.
std::shared_ptr<FakeTransport> server_of_empty_pages(int first_row) {
  return std::make_shared<FakeTransport>([=](const Request& request) {
    const int start = std::stoi(query_value(request.url, "start"));
    return json_answer(start < first_row ? tags_page(start, 0, 1, start + 1)
                                         : tags_page(start, 1, 1, -1));
  });
}

TEST(PagedAgainTest, BoundsEmptyPagesInARow) {
  const auto transport = server_of_empty_pages(1'000'000);
  BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.tags.list(demo);
  try {
    tags.begin();
    FAIL() << "an endless walk was not noticed";
  } catch (const DecodeError& error) {
    EXPECT_EQ(error.pointer(), "/values");
    EXPECT_THAT(error.what(), HasSubstr("1000 consecutive pages have no rows"));
    EXPECT_THAT(error.what(), HasSubstr("max_empty_pages"));
    EXPECT_THAT(error.what(), HasSubstr("begin() continues"));
    EXPECT_THAT(error.what(), HasSubstr("position()"));
  }
  EXPECT_LE(transport->started(), 1001u);
  EXPECT_EQ(tags.position(), (PagePosition{.start = 1000}));
}

TEST(PagedAgainTest, ContinuesAfterTooManyEmptyPages) {
  BitbucketServer client(fake_options(server_of_empty_pages(25)));
  const BitbucketServer strict = client.with({.paging = {.max_empty_pages = 10}});
  Paged<Tag> tags = strict.tags.list(demo);
  EXPECT_THROW(tags.begin(), DecodeError);
  const PagePosition behind_ten = tags.position();
  EXPECT_THROW(tags.begin(), DecodeError);
  EXPECT_EQ(names(tags.to_vector()), expected_names(25, 26));

  EXPECT_EQ(behind_ten, (PagePosition{.start = 10}));
  Paged<Tag> later = strict.tags.list(demo).from(behind_ten);
  EXPECT_THROW(later.to_vector(), DecodeError);
  EXPECT_EQ(names(later.to_vector()), expected_names(25, 26));
}

TEST(PagedAgainTest, CountsOnlyEmptyPagesInARow) {
  const auto transport = std::make_shared<FakeTransport>([](const Request& request) {
    const int start = std::stoi(query_value(request.url, "start"));
    return json_answer(tags_page(start, start % 3 == 2 ? 1 : 0, 1, start < 29 ? start + 1 : -1));
  });
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(client.with({.paging = {.max_empty_pages = 3}}).tags.list(demo).to_vector().size(),
            10u);
  EXPECT_THROW(client.with({.paging = {.max_empty_pages = 2}}).tags.list(demo).to_vector(),
               DecodeError);
}

}  // namespace
}  // namespace bitbucket::test
