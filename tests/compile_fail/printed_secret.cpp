#include <ostream>

#include <bitbucket/secret.hpp>

void print(std::ostream& out, const bitbucket::Secret& secret) {
#ifdef FAIL
  out << secret;
#else
  out << secret.reveal();
#endif
}
