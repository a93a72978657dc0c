#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tracking/database.hpp"
#include "tracking/databases.hpp"
#include "tracking/failures.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using tracking::Database;
using tracking::Session;

sockaddr_un socket_in(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder + "/.s.PGSQL.5432").copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

/// Stands between clients and a server, and can cut their connection at the next request.
class Cutter {
 public:
  enum class Cut { nothing, request, answer };

  explicit Cutter(std::string server) : server_(std::move(server)) {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "bitbucket-cut-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("there is no temporary folder");
    folder_ = pattern;
    const sockaddr_un address = socket_in(folder_);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 8) != 0)
      throw std::runtime_error("cannot listen in " + folder_);
    acceptor_ = std::thread([this] {
      for (int client = 0; (client = ::accept(listener_, nullptr, nullptr)) >= 0;)
        pumps_.emplace_back([this, client] { pump(client); });
    });
  }
  Cutter(const Cutter&) = delete;
  Cutter& operator=(const Cutter&) = delete;
  ~Cutter() {  // after its clients are gone
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& each : pumps_) each.join();
    ::close(listener_);
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// Drops the next request, or lets it through and drops its answer.
  void cut(Cut what) { cut_ = what; }

 private:
  void pump(int client) {
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = socket_in(server_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      while (pass(client, server)) {
      }
    ::close(client);
    ::close(server);
  }
  /// Passes on what one side sends; returns false at the end.
  bool pass(int client, int server) {
    pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    ::poll(both, 2, -1);
    const bool asks = both[0].revents != 0;
    char buffer[65536];
    const ssize_t size = ::read(asks ? client : server, buffer, sizeof buffer);
    if (size <= 0) return false;
    if (cut_ == (asks ? Cut::request : Cut::answer)) {
      cut_ = Cut::nothing;
      return false;
    }
    return ::write(asks ? server : client, buffer, static_cast<std::size_t>(size)) == size;
  }

  const std::string server_;
  std::string folder_;
  int listener_ = -1;
  std::atomic<Cut> cut_ = Cut::nothing;
  std::thread acceptor_;
  std::vector<std::thread> pumps_;
};

class LostCommitTest : public ::testing::Test {
 protected:
  /// Writes a row while the connection breaks at COMMIT.
  int write(Cutter::Cut cut) {
    const std::string folder = database_.address().substr(database_.address().find("host=") + 5);
    Cutter cutter(folder);
    TrackingStoreOptions options{
        .database = "postgresql:///" + database_.name() + "?user=tester&host=" + cutter.folder(),
        .lock_timeout = 5s,
        .on_statement = [&](std::string_view statement) {
          if (armed_ && statement == "COMMIT") cutter.cut(cut);
        }};
    Database database(options);
    armed_ = true;
    return database.write("release 1.2", [](Session& session) {
      session.execute("INSERT INTO authors (email) VALUES ('a@example.com')");
      return 7;
    });
  }
  TestDatabase database_{Product::postgresql};
  std::atomic<bool> armed_ = false;
};

TEST_F(LostCommitTest, FindsOutThatTheServerCommitted) {
  EXPECT_EQ(write(Cutter::Cut::answer), 7);
  EXPECT_EQ(database_.query("SELECT count(*) FROM authors"), "1\n");
}

TEST_F(LostCommitTest, FindsOutThatTheServerDidNotCommit) {
  const StoreError error = failure_of([&] { write(Cutter::Cut::request); });
  EXPECT_EQ(error.reason(), StoreError::Reason::unavailable);
  EXPECT_EQ(std::string(error.what()).find("nobody can tell"), std::string::npos) << error.what();
  EXPECT_EQ(database_.query("SELECT count(*) FROM authors"), "0\n");
}

}  // namespace
}  // namespace bitbucket::test
