#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dlfcn.h>

#include <mutex>
#include <set>

#include "http/tls_server.hpp"
#include "http/transfers.hpp"
#include "support/repository_builder.hpp"

// Which files and directories libcurl asks OpenSSL to trust.  The CAs of the system differ from
// machine to machine, so the test watches the calls: libcurl finds these functions before
// OpenSSL's.

namespace {

std::mutex mutex;
std::set<std::string> asked;

void remember(const char* path) {
  const std::scoped_lock lock(mutex);
  asked.insert(path);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int X509_STORE_load_file(X509_STORE* store,
                                                                const char* path) {
  remember(path);
  static const auto real =
      reinterpret_cast<int (*)(X509_STORE*, const char*)>(::dlsym(RTLD_NEXT, __func__));
  return real(store, path);
}

__attribute__((visibility("default"))) int X509_STORE_load_path(X509_STORE* store,
                                                                const char* path) {
  remember(path);
  static const auto real =
      reinterpret_cast<int (*)(X509_STORE*, const char*)>(::dlsym(RTLD_NEXT, __func__));
  return real(store, path);
}

}  // extern "C"

namespace bitbucket::test {
namespace {

using ::testing::ElementsAre;

std::set<std::string> trusted_with(const TlsOptions& tls) {
  {
    const std::scoped_lock lock(mutex);
    asked.clear();
  }
  const TlsServer server{Identity()};
  failure_of(server.url(), {.tls = tls});
  const std::scoped_lock lock(mutex);
  return asked;
}

TEST(CaLocationsTest, NamedLocationsReplaceAllOfTheSystems) {
  const test_support::TempDir folder;
  const std::string file = folder / "ca.pem", directory = folder / "cas";
  test_support::write_file(file, Identity().pem());
  test_support::write_file(folder / "cas/unused", "");
  EXPECT_THAT(trusted_with({.ca_file = file}), ElementsAre(file));
  EXPECT_THAT(trusted_with({.ca_path = directory}), ElementsAre(directory));
  EXPECT_THAT(trusted_with({.ca_file = file, .ca_path = directory}), ElementsAre(file, directory));
  EXPECT_FALSE(trusted_with({}).empty()) << "the CAs of the system";
}

}  // namespace
}  // namespace bitbucket::test
