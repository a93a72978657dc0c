#include "json/query.hpp"

namespace mine {
enum class Order { server_default, newest };
#ifndef FAIL
bitbucket::EnumWords<Order> enum_words(Order);
#endif
struct Filter {
  Order order{};
};
template <class F>
void fields(Filter& o, F& f) {
  f("order", o.order);
}
}  // namespace mine

void use(bitbucket::Parameters& query) { bitbucket::json::append_fields(query, mine::Filter{}); }
