#include <bitbucket/secret.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <bitbucket/error.hpp>

namespace {

constexpr char marker[] = "HeapMarkerThatNobodyElseUses";
bool watching = false;
int found_in_freed = 0;

void watch(void* block) noexcept {
  if (!watching || !block) return;
  const std::size_t size = malloc_usable_size(block);
  if (memmem(block, size, marker, sizeof marker - 1)) ++found_in_freed;
}

}  // namespace

// Searches every block that is freed while `watching` for the marker.
void* operator new(std::size_t size) {
  if (void* block = std::malloc(size ? size : 1)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  watch(block);
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  watch(block);
  std::free(block);
}

namespace bitbucket {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Secret>);
static_assert(Printable<std::string>);
static_assert(!std::is_convertible_v<Secret, std::string>);

/// Builds a Secret in a buffer of its own, so that the test can look at its memory afterwards.
struct Stage {
  alignas(Secret) unsigned char memory[sizeof(Secret)] = {};
  template <class... A>
  Secret* make(A&&... arguments) {
    return new (memory) Secret(std::forward<A>(arguments)...);
  }
  [[nodiscard]] bool holds(const char* text) const {
    return memmem(memory, sizeof memory, text, std::strlen(text)) != nullptr;
  }
};

TEST(SecretTest, HoldsAndComparesItsText) {
  EXPECT_EQ(Secret("abc").reveal(), "abc");
  EXPECT_TRUE(Secret("abc") == Secret(std::string("abc")));
  EXPECT_FALSE(Secret("abc") == Secret("abd"));
  EXPECT_FALSE(Secret("abc") == Secret("abcd"));
  EXPECT_TRUE(Secret() == Secret(""));
  EXPECT_TRUE(Secret(static_cast<const char*>(nullptr)).empty());
  EXPECT_EQ(Secret(std::string_view("a\0b", 3)).reveal().size(), 3u);
}

TEST(SecretTest, LeavesNothingInItsObjectWhenDestroyed) {
  Stage stage;
  Secret* secret = stage.make("short one");
  ASSERT_TRUE(stage.holds("short one"));
  secret->~Secret();
  EXPECT_FALSE(stage.holds("rt one"));
}

TEST(SecretTest, LeavesNothingOfAShortTextWhenALongOneTakesItsPlace) {
  Stage stage;
  Secret* secret = stage.make("abcdefghijklmno");
  *secret = Secret(std::string(100, 'x'));
  EXPECT_FALSE(stage.holds("jklmn"));  // the half that a long string's bookkeeping does not cover
  *secret = Secret("abcdefghijklmno");
  const Secret other(std::string(100, 'y'));
  *secret = other;
  EXPECT_FALSE(stage.holds("jklmn"));
  secret->~Secret();
}

TEST(SecretTest, LeavesNothingBehindWhenMoved) {
  Stage stage;
  Secret* secret = stage.make("abcdefghijklmno");
  const Secret target(std::move(*secret));
  EXPECT_EQ(target.reveal(), "abcdefghijklmno");
  EXPECT_FALSE(stage.holds("bcdefg"));
  EXPECT_TRUE(secret->empty());
  secret->~Secret();

  Stage second;
  secret = second.make("abcdefghijklmno");
  Secret assigned("previous");
  assigned = std::move(*secret);
  EXPECT_EQ(assigned.reveal(), "abcdefghijklmno");
  EXPECT_FALSE(second.holds("bcdefg"));
  secret->~Secret();
}

TEST(SecretTest, SurvivesAssignmentToItself) {
  Secret secret("abc");
  Secret& same = secret;
  secret = same;
  EXPECT_EQ(secret.reveal(), "abc");
  secret = std::move(same);
  EXPECT_EQ(secret.reveal(), "abc");
}

TEST(SecretTest, FreesNoBlockThatStillHoldsIt) {
  static char text[4096];
  std::memset(text, 'x', sizeof text - 1);
  std::memcpy(text + 2000, marker, sizeof marker - 1);
  found_in_freed = 0;
  watching = true;
  {
    const Secret one((std::string_view(text)));
    Secret two(one);
    Secret three(std::move(two));
    two = three;
    two = Secret("short");
    three = Secret(std::string(10000, 'z'));
    Secret four{std::string(text)};
    four = one;
  }
  EXPECT_EQ(found_in_freed, 0);
  { const std::string plain(text); }  // proves that the search works
  watching = false;
  EXPECT_GE(found_in_freed, 1);
}

class ReadFileTest : public testing::Test {
 protected:
  ReadFileTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("bitbucket-secret-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~ReadFileTest() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& content) const {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }
  static std::string refusal(const std::string& path) {
    try {
      (void)read_file(path);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "no refusal";
  }
  std::filesystem::path folder_;
};

TEST_F(ReadFileTest, ReturnsTheContentUnchanged) {
  EXPECT_EQ(read_file(write("key", "line\r\nline\n\r\n")).reveal(), "line\r\nline")
      << "the line breaks at the end are not part of a token";
  EXPECT_TRUE(read_file(write("empty", "")).empty());
  EXPECT_EQ(read_file(write("limit", std::string(1u << 20, 'a'))).reveal().size(), 1u << 20);
}

TEST_F(ReadFileTest, NamesTheFileThatItCannotRead) {
  const std::string missing = (folder_ / "missing.pem").string();
  EXPECT_NE(refusal(missing).find(missing), std::string::npos) << refusal(missing);
  EXPECT_NE(refusal(folder_.string()).find("irectory"), std::string::npos)
      << refusal(folder_.string());
  EXPECT_NE(refusal(write("large", std::string((1u << 20) + 1, 'a'))).find("1 MiB"),
            std::string::npos);
  EXPECT_NE(refusal("").find("not a file name"), std::string::npos);
}

TEST_F(ReadFileTest, FreesNoBlockThatStillHoldsTheContent) {
  const std::string path = write("key", std::string(5000, 'x') + marker);
  found_in_freed = 0;
  watching = true;
  { const Secret content = read_file(path); }
  watching = false;
  EXPECT_EQ(found_in_freed, 0);
}

}  // namespace
}  // namespace bitbucket
