// Files that are written to the disk: whole, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "http/raw_server.hpp"
#include "server/signed_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using bitbucket::test_support::run_git;
using bitbucket::test_support::TempDir;
using bitbucket::test_support::write_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string half_an_answer =
    "HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + std::string(200000, 'x');

class DownloadTest : public ::testing::Test {
 protected:
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      names.push_back(entry.path().filename());
    return names;
  }
  std::string content(const std::string& name) const {
    std::ifstream in(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  mode_t permissions(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(::lstat((folder / name).c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  std::string by_git(const std::string& file) const {
    return run_git(server_test::samples().folder / "PRJ/demo", {"show", file});
  }

  std::unique_ptr<testing::GitServer> server = signed_server();
  const BitbucketServer client{signed_options(*server)};
  const TempDir folder;
};

TEST_F(DownloadTest, WritesTheFileAndReturnsItsSize) {
  const std::string expected = by_git("feature/login:src/main.cpp");
  std::uint64_t told = 0;
  const std::uint64_t size =
      client.files.download(demo, "src/main.cpp", folder / "main.cpp",
                            {.at = "feature/login", .progress = [&](auto bytes) { told = bytes; }});
  EXPECT_EQ(size, expected.size());
  EXPECT_EQ(told, expected.size());
  EXPECT_EQ(content("main.cpp"), expected);
  EXPECT_THAT(files(), ElementsAre("main.cpp"));
  client.files.download(demo, "README.md", folder / "main.cpp");
  EXPECT_EQ(content("main.cpp"), by_git("main:README.md"));
  EXPECT_THAT(files(), ElementsAre("main.cpp"));
}

TEST_F(DownloadTest, AcceptsANameAsLongAsTheFileSystemAllows) {
  const std::string name(255, 'n');
  client.files.download(demo, "README.md", folder / name);
  EXPECT_THAT(files(), ElementsAre(name));
}

TEST_F(DownloadTest, GivesANewFileThePermissionsOfTheUmask) {
  const mode_t before = ::umask(027);
  client.files.download(demo, "README.md", folder / "new");
  ::umask(before);
  EXPECT_EQ(permissions("new"), 0640u);
}

TEST_F(DownloadTest, KeepsThePermissionsOfAFileThatItReplaces) {
  write_file(folder / "old", "secret");
  for (const mode_t mode : {0600u, 0755u}) {
    ASSERT_EQ(::chmod((folder / "old").c_str(), mode), 0);
    client.files.download(demo, "README.md", folder / "old");
    EXPECT_EQ(permissions("old"), mode);
  }
}

TEST_F(DownloadTest, ReplacesASymbolicLinkInsteadOfFollowingIt) {
  write_file(folder / "victim", "untouched");
  std::filesystem::create_symlink(folder / "victim", folder / "link");
  client.files.download(demo, "README.md", folder / "link");
  EXPECT_EQ(content("victim"), "untouched");
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(content("link"), by_git("main:README.md"));
}

TEST_F(DownloadTest, SendsNothingWhenTheFileCannotBeWritten) {
  const std::size_t before = server->requests().size();
  for (const std::filesystem::path& path :
       {folder / "no/such/folder", folder.path(), folder.path() / "", std::filesystem::path(),
        folder / std::string("a\0b", 3), folder / std::string(256, 'n')}) {
    EXPECT_THROW(client.files.download(demo, "README.md", path), InvalidArgument) << path;
  }
  EXPECT_EQ(server->requests().size(), before);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(DownloadTest, LeavesNoFileAfterAnError) {
  write_file(folder / "kept", "as it was");
  EXPECT_THROW(client.files.download(demo, "no/such.txt", folder / "kept"), ApiError);
  EXPECT_THROW(client.files.download(demo, "no/such.txt", folder / "new"), ApiError);
  EXPECT_THAT(files(), ElementsAre("kept"));
  EXPECT_EQ(content("kept"), "as it was");
}

TEST_F(DownloadTest, LeavesNoFileAfterATruncatedTransfer) {
  write_file(folder / "kept", "as it was");
  RawServer cutting([](Connection& connection, int) {
    connection.read_request();
    connection.send(half_an_answer);
  });
  const BitbucketServer cut{{.base_url = cutting.url()}};
  EXPECT_THROW(cut.files.download(demo, "big", folder / "kept"), TransportError);
  EXPECT_THAT(files(), ElementsAre("kept"));
  EXPECT_EQ(content("kept"), "as it was");
}

TEST_F(DownloadTest, LeavesNoFileAfterACancellation) {
  RawServer stalling([](Connection& connection, int) {
    connection.read_request();
    connection.send(half_an_answer);
    connection.wait_for_close();
  });
  std::stop_source source;
  const BitbucketServer whole{{.base_url = stalling.url()}};
  const auto stoppable = whole.with({.stop = source.get_token()});
  EXPECT_THROW(stoppable.files.download(demo, "big", folder / "new",
                                        {.progress = [&](auto) { source.request_stop(); }}),
               Cancelled);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(DownloadTest, LeavesNoFileWhenTheCallerThrows) {
  EXPECT_THROW(client.files.download(demo, "README.md", folder / "new",
                                     {.progress = [](auto) { throw std::logic_error("enough"); }}),
               std::logic_error);
  EXPECT_THAT(files(), IsEmpty());
}

// The limit applies to the whole process, so the test uses a server that writes no file.
TEST_F(DownloadTest, SaysThatTheDiskIsFull) {
  RawServer writing_nothing([](Connection& connection, int) {
    connection.read_request();
    connection.send(half_an_answer);
  });
  const BitbucketServer full{{.base_url = writing_nothing.url()}};
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit eight_bytes{.rlim_cur = 8, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &eight_bytes);
  const auto outcome = attempt([&] { full.files.download(demo, "big", folder / "new"); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error()->what(), HasSubstr("cannot write " + (folder / "new").string()));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(DownloadTest, ASinkNeedsNoRevision) {
  std::string bytes;
  client.files.raw(demo, "README.md", [&](std::string_view piece) { bytes += piece; });
  EXPECT_EQ(bytes, by_git("main:README.md"));
}

}  // namespace
}  // namespace bitbucket::test
