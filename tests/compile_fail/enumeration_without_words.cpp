#include <bitbucket/open_enum.hpp>

namespace mine {
enum class Color { unknown, red };
#ifndef FAIL
bitbucket::EnumWords<Color> enum_words(Color);
#endif

struct Label {
  bitbucket::Open<Color> color;
};
}  // namespace mine
