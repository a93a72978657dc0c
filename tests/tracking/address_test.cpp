#include "tracking/address.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <bitbucket/error.hpp>

namespace bitbucket::test {
namespace {

using tracking::parse_address;

std::string refusal(const std::string& address) {
  try {
    parse_address(address);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing";
}

TEST(DatabaseAddressTest, KeepsTheFolderOfARelativePath) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(parse_address("sqlite: a b.db").place, here + "/ a b.db");
  EXPECT_EQ(parse_address("sqlite:file:x?mode=memory").place, here + "/file:x?mode=memory");
  EXPECT_EQ(parse_address("sqlite:/x/y.db").name, "the file /x/y.db");
}

TEST(DatabaseAddressTest, BoundsWhatLibpqWaitsFor) {
  const std::string place = parse_address("postgresql://u@h/db").place;
  for (const char* option :
       {"host='h'", "user='u'", "dbname='db'", "connect_timeout='10'", "tcp_user_timeout='60000'",
        "keepalives_idle='30'", "fallback_application_name='bitbucket-tracking'"})
    EXPECT_NE(place.find(option), std::string::npos) << option << " in " << place;
  const std::string own =
      parse_address("postgres://h/db?connect_timeout=3&application_name=it%27s").place;
  EXPECT_NE(own.find("connect_timeout='3'"), std::string::npos) << own;
  EXPECT_NE(own.find("application_name='it\\'s'"), std::string::npos) << own;
}

TEST(DatabaseAddressTest, NamesADatabaseWithoutItsPassword) {
  EXPECT_EQ(parse_address("postgresql://u:hidden@h:7/db").name, "the PostgreSQL database db at h");
}

TEST(DatabaseAddressTest, RefusesAnAddressWithoutQuotingIt) {
  for (const char* address :
       {"", "sqlite:", "sqlite::memory:", "sqlite:a\"b", "mysql://u:hidden@h/db", "/x/hidden.db",
        "postgresql://u:hid@den@h/db", "postgresql://u:hid/den@h/db",
        "postgresql://u:hidden@h:x/db@", "postgresql://u:hidden@h/db?no_such=option",
        "postgresql://u:hidden@h/%zz"}) {
    const std::string text = refusal(address);
    EXPECT_NE(text, "nothing") << address;
    for (const char* secret : {"hid", "den@", "zz"})
      EXPECT_EQ(text.find(secret), std::string::npos) << text;
  }
  EXPECT_NE(refusal(std::string("sqlite:a\0b", 10)).find("NUL"), std::string::npos);
  EXPECT_EQ(refusal("postgresql:///db?user=a@b"), "nothing");
}

}  // namespace
}  // namespace bitbucket::test
