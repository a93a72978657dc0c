#include "json/time.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace {

using namespace bitbucket;

std::optional<std::int64_t> ms(std::string_view text) {
  json::Time time;
  if (!json::parse_iso8601(text, time)) return std::nullopt;
  return time.time_since_epoch().count();
}

TEST(TimeTest, ReadsEveryFormOfTheZone) {
  constexpr std::int64_t expected = 1537538991000;
  for (const char* text :
       {"2018-09-21T14:09:51Z", "2018-09-21T14:09:51.000Z", "2018-09-21T14:09:51.000+0000",
        "2018-09-21T14:09:51+00:00", "2018-09-21T16:09:51+0200", "2018-09-21T16:09:51+02:00",
        "2018-09-21T16:09:51+02", "2018-09-21T07:39:51-06:30", "2018-09-21T14:09:51-0000"})
    EXPECT_EQ(ms(text), expected) << text;
}

TEST(TimeTest, CutsFractionsToMilliseconds) {
  EXPECT_EQ(ms("1970-01-01T00:00:00.1Z"), 100);
  EXPECT_EQ(ms("1970-01-01T00:00:00.12Z"), 120);
  EXPECT_EQ(ms("1970-01-01T00:00:00.123456789Z"), 123);
  EXPECT_EQ(ms("1969-12-31T23:59:59.999Z"), -1);
}

TEST(TimeTest, KnowsTheCalendar) {
  EXPECT_EQ(ms("2024-02-29T00:00:00Z"), 1709164800000);
  EXPECT_EQ(ms("0001-01-01T00:00:00Z"), -62135596800000);
  EXPECT_EQ(ms("9999-12-31T23:59:59.999Z"), 253402300799999);
  EXPECT_EQ(ms("2016-12-31T23:59:60Z"), 1483228800000);
}

TEST(TimeTest, RefusesEverythingElse) {
  for (const char* text : {"",
                           "2018",
                           "2018-09-21",
                           "2018-09-21T14:09",
                           "2018-09-21T14:09:51",
                           "2018-09-21 14:09:51Z",
                           "2018-09-21T14:09:51.Z",
                           "2018-9-21T14:09:51Z",
                           "2018-13-21T14:09:51Z",
                           "2018-00-21T14:09:51Z",
                           "2018-02-29T14:09:51Z",
                           "2018-09-31T14:09:51Z",
                           "2018-09-21T24:09:51Z",
                           "2018-09-21T14:60:51Z",
                           "2018-09-21T14:09:61Z",
                           "2018-09-21T14:09:51+2",
                           "2018-09-21T14:09:51+02:",
                           "2018-09-21T14:09:51+02:0",
                           "2018-09-21T14:09:51+24:00",
                           "2018-09-21T14:09:51+00:60",
                           "2018-09-21T14:09:51ZZ",
                           "2018-09-21T14:09:51+00:00 ",
                           " 2018-09-21T14:09:51Z",
                           "-018-09-21T14:09:51Z"})
    EXPECT_EQ(ms(text), std::nullopt) << text;
}

}  // namespace
