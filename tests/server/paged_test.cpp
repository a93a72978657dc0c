#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>

#include "server/fake_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;

TEST(PagedTest, SendsNothingBeforeBegin) {
  const auto transport = tag_server(5, 10);
  BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.tags.list(demo);
  EXPECT_EQ(transport->started(), 0u);
  tags.begin();
  EXPECT_EQ(transport->started(), 1u);
}

TEST(PagedTest, WalksAllPagesInOrder) {
  BitbucketServer client(fake_options(tag_server(2503, 100)));
  EXPECT_EQ(names(client.tags.list(demo).to_vector()), expected_names(0, 2503));
}

TEST(PagedTest, AsksForOnePageAheadAndNoMore) {
  const auto transport = tag_server(50, 10);
  BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.tags.list(demo);
  auto it = tags.begin();
  EXPECT_EQ(transport->started(), 2u) << "the second page is on its way";
  for (int i = 0; i < 9; ++i) ++it;
  EXPECT_EQ(transport->started(), 2u);
  ++it;
  EXPECT_EQ(it->display_id, "t10");
  EXPECT_EQ(transport->started(), 3u);
}

TEST(PagedTest, WithoutPrefetchAsksOnlyWhenNeeded) {
  const auto transport = tag_server(50, 10);
  BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.with({.paging = {.prefetch = 0}}).tags.list(demo);
  auto it = tags.begin();
  for (int i = 0; i < 9; ++i) ++it;
  EXPECT_EQ(transport->started(), 1u);
  ++it;
  EXPECT_EQ(transport->started(), 2u);
}

TEST(PagedTest, LeavingTheLoopAbandonsRequestsInFlight) {
  const auto transport = tag_server(50, 10);
  BitbucketServer client(fake_options(transport));
  for (const Tag& tag : client.tags.list(demo))
    if (tag.display_id == "t3") break;
  EXPECT_EQ(transport->started(), 2u);
  EXPECT_EQ(transport->abandoned(), 1u);
}

TEST(PagedTest, ToVectorAsksForNoPageAndNoRowItDoesNotNeed) {
  const auto transport = tag_server(5000, 100);
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(names(client.tags.list(demo).to_vector(250)), expected_names(0, 250));
  const auto requests = transport->requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(query_value(requests[0].url, "limit"), "250");
  EXPECT_EQ(query_value(requests[1].url, "limit"), "150");
  EXPECT_EQ(query_value(requests[2].url, "limit"), "50");
  EXPECT_EQ(transport->abandoned(), 0u);
  EXPECT_TRUE(client.tags.list(demo).to_vector(0).empty());
  EXPECT_EQ(transport->started(), 3u) << "no row, no request";
}

TEST(PagedTest, ToVectorContinuesWhereItStopped) {
  BitbucketServer client(fake_options(tag_server(25, 10)));
  Paged<Tag> tags = client.tags.list(demo);
  EXPECT_EQ(names(tags.to_vector(12)), expected_names(0, 12));
  EXPECT_EQ(names(tags.to_vector()), expected_names(12, 25));
  EXPECT_TRUE(tags.to_vector().empty());
}

TEST(PagedTest, LastAsksForExactlyThatManyRows) {
  const auto transport = std::make_shared<FakeTransport>([](const Request& request) {
    EXPECT_EQ(query_value(request.url, "limit"), "2");
    return json_answer(
        R"({"values":[{"id":"a"},{"id":"b"}],"start":0,"limit":2,"isLastPage":false,"nextPageStart":2})");
  });
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(client.commits.last(demo, 2).size(), 2u);
  EXPECT_EQ(transport->started(), 1u);
}

TEST(PagedTest, ContinuesAfterAnEmptyPage) {
  BitbucketServer client(fake_options(FakeTransport::in_turn({
      json_answer(tags_page(0, 0, 25, 25)),
      json_answer(tags_page(25, 1, 25, 50)),
      json_answer(tags_page(50, 0, 25, -1)),
  })));
  EXPECT_EQ(names(client.tags.list(demo).to_vector()), expected_names(25, 26));
}

TEST(PagedTest, FollowsOnlyNextPageStart) {
  // The permission filter leaves gaps: size and limit do not tell where the next page begins.
  const auto transport = FakeTransport::in_turn(
      {json_answer(tags_page(0, 2, 10, 37)), json_answer(tags_page(37, 1, 10, -1))});
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(client.tags.list(demo).to_vector().size(), 3u);
  EXPECT_EQ(query_value(transport->requests()[1].url, "start"), "37");
}

TEST(PagedTest, RefusesACursorThatDoesNotAdvance) {
  BitbucketServer client(fake_options(FakeTransport::in_turn(
      {json_answer(tags_page(0, 2, 10, 2)), json_answer(tags_page(2, 2, 10, 2))})));
  std::size_t rows = 0;
  try {
    for ([[maybe_unused]] const Tag& tag : client.tags.list(demo)) ++rows;
    FAIL() << "an endless loop was not noticed";
  } catch (const DecodeError& error) {
    EXPECT_EQ(error.pointer(), "/nextPageStart");
    EXPECT_THAT(error.what(), HasSubstr("does not advance"));
    EXPECT_THAT(error.what(), HasSubstr("/projects/PRJ/repos/demo/tags"));
  }
  EXPECT_EQ(rows, 4u) << "the rows that arrived were returned";
}

TEST(PagedTest, RefusesAPageThatWasNotAskedFor) {
  BitbucketServer client(fake_options(FakeTransport::in_turn(
      {json_answer(tags_page(0, 1, 10, 10)), json_answer(tags_page(0, 1, 10, 10))})));
  Paged<Tag> tags = client.tags.list(demo);
  auto it = tags.begin();
  EXPECT_THROW(++it, DecodeError);
}

TEST(PagedTest, RefusesToEndWhereMoreRowsAreAnnounced) {
  BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer(
      R"({"values":[{"id":"t0","displayId":"t0"}],"start":0,"isLastPage":false,"nextPageStart":null})")})));
  Paged<Tag> tags = client.tags.list(demo);
  auto it = tags.begin();
  EXPECT_EQ(it->display_id, "t0");
  EXPECT_THROW(++it, DecodeError);
}

/// Returns the error of a walk over one page.
std::string refusal_of_page(const std::string& body) {
  BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer(body)})));
  try {
    client.tags.list(demo).to_vector();
  } catch (const DecodeError& error) {
    return error.pointer() + ": " + error.reason();
  }
  return "accepted";
}

TEST(PagedTest, RefusesAPageThatDoesNotSayWhetherItIsTheLast) {
  const std::string reason =
      ": the page says neither whether it is the last one (isLastPage) nor where the next one "
      "begins (nextPageStart)";
  EXPECT_EQ(refusal_of_page(R"({"values":[{"id":"a"}]})"), reason);
  EXPECT_EQ(refusal_of_page(R"({"values":[{"id":"a"}],"nextPageStart":null})"), reason);
  EXPECT_EQ(refusal_of_page(R"({"values":[{"id":"a"}],"isLastPage":true})"), "accepted");
}

TEST(PagedTest, RefusesAPageWithoutAnArrayOfRows) {
  EXPECT_EQ(refusal_of_page(R"({"isLastPage":true})"), "/values: the member is missing");
  EXPECT_EQ(refusal_of_page(R"({"values":null,"isLastPage":true})"),
            "/values: expected an array, found null");
}

TEST(PagedTest, RefusesAPageWithMoreOrFewerRowsThanItSays) {
  for (const char* size : {"0", "1", "3", "-2"})
    EXPECT_EQ(refusal_of_page(R"({"values":[{"id":"a"},{"id":"b"}],"isLastPage":true,"size":)" +
                              std::string(size) + "}"),
              "/size: the page says that it has " + std::string(size) + " rows, but it has 2");
  EXPECT_EQ(refusal_of_page(R"({"values":[{"id":"a"}],"isLastPage":true,"size":null})"),
            "accepted");
}

TEST(PagedTest, NoticesAClampedLimit) {
  BitbucketServer client(fake_options(tag_server(30, 10)));
  Paged<Tag> tags = client.with({.paging = {.page_size = 500}}).tags.list(demo);
  EXPECT_EQ(tags.server_limit(), std::nullopt);
  tags.begin();
  EXPECT_EQ(tags.server_limit(), 10);
}

TEST(PagedTest, APageThatFailsThrowsFromIncrementAndCanBeAskedForAgain) {
  auto answers = std::vector<Response>{json_answer(tags_page(0, 2, 2, 2)),
                                       json_answer(R"({"errors":[{"message":"broken"}]})", 500),
                                       json_answer(tags_page(2, 1, 2, -1))};
  BitbucketServer client(fake_options(FakeTransport::in_turn(answers)));
  Paged<Tag> tags = client.tags.list(demo);
  auto it = tags.begin();
  ++it;
  EXPECT_THROW(++it, ApiError);
  EXPECT_EQ(names(tags.to_vector()), expected_names(2, 3)) << "continues with the page that failed";
}

TEST(PagedTest, DecodeErrorsNameThePointerAndTheRequest) {
  BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer(
      R"({"values":[{"id":"t0","displayId":"t0"},{"id":"t1","displayId":7}],"isLastPage":true})")})));
  try {
    client.tags.list(demo).to_vector();
    FAIL();
  } catch (const DecodeError& error) {
    EXPECT_EQ(error.pointer(), "/values/1/displayId");
    EXPECT_THAT(error.what(), HasSubstr("GET /rest/api/1.0/projects/PRJ/repos/demo/tags"));
  }
}

TEST(PagedTest, ResumesFromAPosition) {
  BitbucketServer client(fake_options(tag_server(35, 10)));
  PagePosition position;
  {
    Paged<Tag> tags = client.tags.list(demo);
    for (auto it = tags.begin(); it != tags.end(); ++it)
      if (it->display_id == "t17") {
        position = tags.position();
        break;
      }
  }
  EXPECT_EQ(position, (PagePosition{.start = 10, .offset = 7}));
  EXPECT_EQ(names(client.tags.list(demo).from(position).to_vector()), expected_names(17, 35));
  // A later walk may have smaller pages than the one that was left.
  EXPECT_EQ(
      names(client.with({.paging = {.page_size = 3}}).tags.list(demo).from(position).to_vector()),
      expected_names(17, 35));
  EXPECT_EQ(names(client.tags.list(demo).from(position).to_vector(5)), expected_names(17, 22));
}

TEST(PagedTest, KnowsThePositionBeforeTheFirstRowAndAfterTheLast) {
  const auto transport = tag_server(3, 10);
  BitbucketServer client(fake_options(transport));
  Paged<Tag> tags = client.tags.list(demo);
  EXPECT_EQ(tags.position(), PagePosition{});
  tags.to_vector();
  EXPECT_TRUE(tags.position().at_end);
  EXPECT_TRUE(client.tags.list(demo).from(tags.position()).to_vector().empty());
  EXPECT_EQ(transport->started(), 1u) << "a walk that resumes at the end asks for nothing";
}

TEST(PagedTest, OutlivesItsClient) {
  auto client = std::make_unique<BitbucketServer>(fake_options(tag_server(25, 10)));
  Paged<Tag> tags = client->tags.list(demo);
  auto it = tags.begin();
  client.reset();
  EXPECT_EQ(it->display_id, "t0");
  EXPECT_EQ(tags.to_vector().size(), 25u);
}

TEST(PagedTest, IteratorsSurviveAMoveOfTheRange) {
  BitbucketServer client(fake_options(tag_server(25, 10)));
  Paged<Tag> tags = client.tags.list(demo);
  auto it = tags.begin();
  Paged<Tag> moved = std::move(tags);
  ++it;
  EXPECT_EQ(it->display_id, "t1");
}

#if defined(__GNUC__) && !defined(__clang__)
TEST(PagedTest, WorksInAPipeline) {
  BitbucketServer client(fake_options(tag_server(25, 10)));
  std::vector<std::string> found;
  for (const std::string& name :
       client.tags.list(demo) | std::views::transform(&Tag::display_id) |
           std::views::filter([](const std::string& n) { return n.ends_with('4'); }))
    found.push_back(name);
  EXPECT_EQ(found, (std::vector<std::string>{"t4", "t14", "t24"}));
}
#endif

TEST(PagedTest, RefusesOptionsThatCannotWork) {
  BitbucketServer client(fake_options(tag_server(1, 1)));
  EXPECT_THROW(client.with({.paging = {.page_size = 0}}), InvalidArgument);
  EXPECT_THROW(client.with({.paging = {.page_size = -5}}), InvalidArgument);
  EXPECT_THROW(client.with({.paging = {.prefetch = 2}}), InvalidArgument);
  EXPECT_THROW(client.with({.paging = {.max_empty_pages = 0}}), InvalidArgument);
}

static_assert(std::ranges::input_range<Paged<Tag>>);
static_assert(!std::is_copy_constructible_v<Paged<Tag>>);
static_assert(std::is_nothrow_move_constructible_v<Paged<Tag>>);

}  // namespace
}  // namespace bitbucket::test
