#include "auth/rsa_key.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <bitbucket/error.hpp>

#include "auth/pem.hpp"

namespace bitbucket::inline v0_1::auth {
namespace {

/// Removes the errors that OpenSSL queues during its lifetime, and no others.
class ErrorScope {
 public:
  ErrorScope() noexcept { ERR_set_mark(); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
  ~ErrorScope() { ERR_pop_to_mark(); }
};

/// Returns OpenSSL's text for the last failure: a constant of the library, never data.
std::string last_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason ? reason : "no reason given";
}

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* p) const noexcept { release(p); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using ContextPtr = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Pkcs8Ptr =
    std::unique_ptr<PKCS8_PRIV_KEY_INFO, Release<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>>;
using SealedPtr = std::unique_ptr<X509_SIG, Release<X509_SIG, X509_SIG_free>>;

const unsigned char* bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

InvalidArgument wrong_passphrase() {
  return InvalidArgument("passphrase does not decrypt private_key (or the key is damaged)");
}

InvalidArgument unsupported_cipher() {
  return InvalidArgument(
      "private_key is encrypted in a way that this OpenSSL does not support; encrypt it again "
      "with: "
      "openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out new.pem");
}

/// True when some failure in OpenSSL's queue is a missing algorithm.  Empties the queue: there is
/// no way to look below its last entry.
bool lacks_algorithm() {
  bool found = false;
  while (const unsigned long code = ERR_get_error()) {
    const int reason = ERR_GET_REASON(code);
    found = found || reason == ERR_R_UNSUPPORTED || reason == EVP_R_UNKNOWN_PBE_ALGORITHM ||
            (ERR_GET_LIB(code) == ERR_LIB_EVP &&
             (reason == EVP_R_UNSUPPORTED_CIPHER || reason == EVP_R_UNSUPPORTED_ALGORITHM ||
              reason == EVP_R_UNSUPPORTED_PRF));
  }
  return found;
}

/// A DER value begins with its length, which tells a truncated key from a damaged one.
void require_complete(std::string_view der) {
  const unsigned char* at = bytes(der);
  long length = 0;
  int tag = 0, tag_class = 0;
  const int form = ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(der.size()));
  const bool too_long = ERR_GET_REASON(ERR_peek_last_error()) == ASN1_R_TOO_LONG;
  if ((form & 0x80) && too_long && !der.empty() && der[0] == 0x30)
    throw InvalidArgument("private_key is cut short: a part of its base64 is missing");
  if ((form & 0x80) || tag != V_ASN1_SEQUENCE)
    throw InvalidArgument("private_key is damaged: its content is not a key");
}

/// Gives the passphrase to PEM_do_header; without a callback, OpenSSL would ask on the terminal.
int give_passphrase(char* buffer, int size, int, void* user) {
  const std::string_view text = static_cast<const Secret*>(user)->reveal();
  if (size < 0 || text.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, text.data(), text.size());
  return static_cast<int>(text.size());
}

void decrypt_traditional(PemKey& pem, const Secret& passphrase) {
  EVP_CIPHER_INFO cipher{};
  if (!PEM_get_EVP_CIPHER_INFO(pem.headers.data(), &cipher)) {
    if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_UNSUPPORTED_ENCRYPTION)
      throw unsupported_cipher();
    throw InvalidArgument("private_key is damaged: its 'DEK-Info' line cannot be read");
  }
  if (!cipher.cipher) throw InvalidArgument("private_key is damaged: it names no cipher");
  if (passphrase.empty())
    throw InvalidArgument("private_key is encrypted and there is no passphrase: set `passphrase`");
  long size = static_cast<long>(pem.der.text.size());
  Secret copy(passphrase);
  if (!PEM_do_header(&cipher, reinterpret_cast<unsigned char*>(pem.der.text.data()), &size,
                     &give_passphrase, &copy)) {
    throw lacks_algorithm() ? unsupported_cipher() : wrong_passphrase();
  }
  pem.der.text.resize(static_cast<std::size_t>(size));
}

/// Reads the nine integers of an RSAPrivateKey (RFC 8017, A.1.2) from its DER.
bool read_integers(std::string_view der, std::array<std::string_view, 9>& out) {
  const unsigned char* at = bytes(der);
  long length = 0;
  int tag = 0, tag_class = 0;
  if (ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(der.size())) !=
          V_ASN1_CONSTRUCTED ||
      tag != V_ASN1_SEQUENCE)
    return false;
  const unsigned char* const end = at + length;
  for (std::string_view& integer : out) {
    if (ASN1_get_object(&at, &length, &tag, &tag_class, end - at) != 0 || tag != V_ASN1_INTEGER)
      return false;
    integer = {reinterpret_cast<const char*>(at), static_cast<std::size_t>(length)};
    at += length;
  }
  return true;
}

/// Builds the key from its numbers, not with OpenSSL's own decoders, which free copies of the whole
/// DER without overwriting them.
KeyPtr open_pkcs1(std::string_view der) {
  static constexpr std::array<const char*, 9> names = {nullptr,  // the version
                                                       OSSL_PKEY_PARAM_RSA_N,
                                                       OSSL_PKEY_PARAM_RSA_E,
                                                       OSSL_PKEY_PARAM_RSA_D,
                                                       OSSL_PKEY_PARAM_RSA_FACTOR1,
                                                       OSSL_PKEY_PARAM_RSA_FACTOR2,
                                                       OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                                       OSSL_PKEY_PARAM_RSA_EXPONENT2,
                                                       OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
  std::array<std::string_view, 9> integers;
  if (!read_integers(der, integers) || integers[0] != std::string_view("\0", 1)) return nullptr;
  std::vector<Scrubbed> numbers;
  numbers.reserve(names.size());
  std::array<OSSL_PARAM, 9> parameters{};
  for (std::size_t i = 1; i < names.size(); ++i) {
    std::string& number = numbers.emplace_back(integers[i].size() + 16).text;
    number.assign(integers[i]);
    if constexpr (std::endian::native == std::endian::little)
      std::reverse(number.begin(), number.end());
    parameters[i - 1] = OSSL_PARAM_construct_BN(
        names[i], reinterpret_cast<unsigned char*>(number.data()), number.size());
  }
  parameters[8] = OSSL_PARAM_construct_end();
  const ContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.data()) <= 0)
    return nullptr;
  return KeyPtr(key);
}

KeyPtr key_of(const PKCS8_PRIV_KEY_INFO& info) {
  const ASN1_OBJECT* kind = nullptr;
  const unsigned char* content = nullptr;
  int size = 0;
  if (PKCS8_pkey_get0(&kind, &content, &size, nullptr, &info) == 1 &&
      OBJ_obj2nid(kind) == NID_rsaEncryption)
    if (KeyPtr key =
            open_pkcs1({reinterpret_cast<const char*>(content), static_cast<std::size_t>(size)}))
      return key;
  // Any other key is parsed only to say what it is.
  KeyPtr key(EVP_PKCS82PKEY(&info));
  if (!key)
    throw need_rsa("private_key is a kind of key that OpenSSL does not know, or is damaged");
  return key;
}

KeyPtr open_encrypted_pkcs8(std::string_view der, const Secret& passphrase) {
  const unsigned char* at = bytes(der);
  const SealedPtr sealed(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!sealed) throw InvalidArgument("private_key is damaged: its content is not an encrypted key");
  if (passphrase.empty())
    throw InvalidArgument("private_key is encrypted and there is no passphrase: set `passphrase`");
  const std::string_view text = passphrase.reveal();
  if (text.size() > 1024) throw wrong_passphrase();
  const Pkcs8Ptr info(PKCS8_decrypt(sealed.get(), text.data(), static_cast<int>(text.size())));
  if (!info) throw lacks_algorithm() ? unsupported_cipher() : wrong_passphrase();
  return key_of(*info);
}

/// The label of a block is often wrong about PKCS#1 and PKCS#8, so both are tried.
KeyPtr open_plain(std::string_view der) {
  const unsigned char* at = bytes(der);
  const Pkcs8Ptr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  if (info) return key_of(*info);
  return open_pkcs1(der);
}

KeyPtr open(const Secret& text, const Secret& passphrase) {
  PemKey pem = find_private_key(text);
  if (pem.encrypted_pkcs8) {
    require_complete(pem.der.text);
    return open_encrypted_pkcs8(pem.der.text, passphrase);
  }
  const bool encrypted = !pem.headers.empty();
  if (encrypted)
    decrypt_traditional(pem, passphrase);
  else
    require_complete(pem.der.text);
  KeyPtr key = open_plain(pem.der.text);
  if (!key && encrypted) throw wrong_passphrase();  // a wrong one may yield a valid padding
  if (!key) throw InvalidArgument("private_key is damaged: its content is not an RSA private key");
  return key;
}

void require_rsa(const EVP_PKEY& key) {
  switch (EVP_PKEY_get_base_id(&key)) {
    case EVP_PKEY_RSA:
      break;
    case EVP_PKEY_RSA_PSS:
      throw need_rsa(
          "private_key is an RSA-PSS key, which must not make the signatures of OAuth 1");
    case EVP_PKEY_EC:
      throw need_rsa("private_key is an EC key; Bitbucket's OAuth 1 needs RSA");
    case EVP_PKEY_DSA:
      throw need_rsa("private_key is a DSA key; Bitbucket's OAuth 1 needs RSA");
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
      throw need_rsa("private_key is an Ed25519 or Ed448 key; Bitbucket's OAuth 1 needs RSA");
    default:
      throw need_rsa("private_key is not an RSA key; Bitbucket's OAuth 1 needs RSA");
  }
  const int bits = EVP_PKEY_get_bits(&key);
  if (bits < 1024)
    throw need_rsa("private_key is an RSA key of only " + std::to_string(bits) +
                   " bits; at least 1024 are needed, and 2048 are usual");
}

/// DigestInfo of SHA-1 (RFC 8017 section 9.2).  We build it ourselves because OpenSSL refuses to
/// sign with SHA-1 by name where the system's policy forbids SHA-1 signatures (RHEL 9).
using DigestInfo = std::array<unsigned char, 35>;

DigestInfo digest_info(std::string_view message, const EVP_MD& sha1) {
  DigestInfo out = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                    0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
  if (!EVP_Digest(message.data(), message.size(), out.data() + 15, nullptr, &sha1, nullptr))
    throw Error("OpenSSL cannot compute a SHA-1 digest: " + last_reason());
  return out;
}

}  // namespace

RsaKey::RsaKey(const Secret& text, const Secret& passphrase) {
  const ErrorScope errors;
  KeyPtr key = open(text, passphrase);
  require_rsa(*key);
  key_ = std::move(key);
  sha1_.reset(EVP_MD_fetch(nullptr, "SHA1", nullptr), EVP_MD_free);
  if (!sha1_) throw Error("this OpenSSL offers no SHA-1, which OAuth 1 with RSA-SHA1 needs");
  ContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  if (!context || EVP_PKEY_sign_init(context.get()) <= 0 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) <= 0)
    throw Error("OpenSSL refuses to sign with RSA PKCS#1 v1.5: " + last_reason());
  prepared_ = std::move(context);
  prove();
}

void RsaKey::prove() const {
  // A damaged key would make signatures that Bitbucket refuses as signature_invalid, which does not
  // tell the reason.
  const std::string_view message = "OAuth";
  std::string signature;
  try {
    signature = sign_sha1(message);
  } catch (const Error& error) {
    throw InvalidArgument(error.what());
  }
  const DigestInfo info = digest_info(message, *sha1_);
  const ContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) <= 0 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) <= 0 ||
      EVP_PKEY_verify(context.get(), bytes(signature), signature.size(), info.data(),
                      info.size()) != 1)
    throw InvalidArgument("private_key is damaged: its public and private parts do not match");
}

std::string RsaKey::sign_sha1(std::string_view message) const {
  const ErrorScope errors;
  const DigestInfo info = digest_info(message, *sha1_);
  // A context serves one thread at a time; copying the prepared one costs well below one percent of
  // a signature, so there is no pool.
  const ContextPtr context(EVP_PKEY_CTX_dup(prepared_.get()));
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = out.size();
  if (!context || EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                info.data(), info.size()) <= 0)
    throw Error(
        "OpenSSL cannot sign with private_key; either the system's crypto policy (FIPS) "
        "forbids RSA-SHA1 signatures or the key is damaged: " +
        last_reason());
  out.resize(size);
  return out;
}

int RsaKey::bits() const noexcept { return EVP_PKEY_get_bits(key_.get()); }

}  // namespace bitbucket::inline v0_1::auth
