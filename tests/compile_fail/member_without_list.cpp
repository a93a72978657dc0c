#include "json/writer.hpp"

namespace mine {
struct Inner {
  std::string name;
};
#ifndef FAIL
template <class F>
void fields(Inner& i, F& f) {
  f("name", i.name);
}
#endif
struct Outer {
  std::vector<Inner> inner;
};
template <class F>
void fields(Outer& o, F& f) {
  f("inner", o.inner);
}
}  // namespace mine

std::string use() { return bitbucket::json::write_document(mine::Outer{}); }
