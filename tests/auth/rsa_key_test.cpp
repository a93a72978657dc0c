#include "auth/rsa_key.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <bitbucket/error.hpp>

#include "auth/base64.hpp"
#include "auth/keys.hpp"

namespace bitbucket::auth {
namespace {

using testing::HasSubstr;

std::string signature(const std::string& pem, const std::string& passphrase = "") {
  const RsaKey key{Secret(pem), Secret(passphrase)};
  std::string out;
  base64_encode(out, key.sign_sha1("message"));
  return out;
}

/// Returns the refusal; also checks that it quotes nothing and that OpenSSL's error queue is clean.
std::string refusal(const std::string& text, const std::string& passphrase = "") {
  ERR_clear_error();
  std::string what = "no refusal";
  try {
    (void)RsaKey{Secret(text), Secret(passphrase)};
  } catch (const InvalidArgument& error) {
    what = error.what();
  }
  EXPECT_EQ(ERR_peek_error(), 0u) << what;
  for (std::size_t i = 0; i + 12 <= text.size(); i += 6) {
    const std::string part = text.substr(i, 12);
    if (part.find_first_of(" -") != std::string::npos) continue;
    EXPECT_EQ(what.find(part), std::string::npos);
  }
  return what;
}

std::string cut_body(std::string pem, std::size_t characters) {
  const std::size_t end = pem.find("\n-----END");
  return pem.erase(end - characters, characters);
}

std::string in_one_line(const std::string& pem, const std::string& line_end) {
  return keys::replaced(pem, "\n", line_end);
}

TEST(RsaKeyTest, MakesSignaturesThatOpenSslVerifies) {
  EXPECT_TRUE(keys::verifies("message", signature(keys::rsa_pkcs8())));
  EXPECT_FALSE(keys::verifies("massage", signature(keys::rsa_pkcs8())));
  EXPECT_EQ((RsaKey{Secret(keys::rsa_pkcs8()), Secret()}.bits()), 2048);
}

TEST(RsaKeyTest, ReadsEveryFormThatPeopleHave) {
  const std::string expected = signature(keys::rsa_pkcs8());
  for (const std::string& pem : {keys::rsa_pkcs8(), keys::rsa_pkcs1()}) {
    EXPECT_EQ(signature(pem), expected);
    EXPECT_EQ(signature(in_one_line(pem, "\r\n")), expected) << "CRLF";
    EXPECT_EQ(signature(in_one_line(pem, "\r")), expected) << "CR";
    EXPECT_EQ(signature(in_one_line(pem, "\\n")), expected) << "escaped";
    EXPECT_EQ(signature(in_one_line(pem, "\\r\\n")), expected) << "CRLF escaped";
    EXPECT_EQ(signature(in_one_line(pem, "\\\\n")), expected) << "escaped twice";
    EXPECT_EQ(signature('"' + in_one_line(pem, "\\n") + '"'), expected) << "quoted";
    EXPECT_EQ(signature(in_one_line(pem, " ")), expected) << "one line";
    EXPECT_EQ(signature("\n \t" + pem + "\n\n "), expected) << "white space around";
    EXPECT_EQ(signature("\xEF\xBB\xBF" + pem), expected) << "byte order mark";
    EXPECT_EQ(signature(keys::base64(pem)), expected) << "base64";
    EXPECT_EQ(signature(" " + keys::base64(in_one_line(pem, "\r\n")) + "\n"), expected);
    EXPECT_EQ(signature("Bag Attributes\n    localKeyID: 01\n" + pem), expected)
        << "PKCS#12 output";
    EXPECT_EQ(signature(keys::rsa_public() + pem), expected) << "after another block";
    EXPECT_EQ(signature(keys::replaced(pem, "\n", "\n  ")), expected) << "indented";
  }
}

TEST(RsaKeyTest, ReadsAKeyWhoseLabelIsWrong) {
  const std::string expected = signature(keys::rsa_pkcs8());
  EXPECT_EQ(signature(keys::replaced(keys::rsa_pkcs8(), "PRIVATE KEY", "RSA PRIVATE KEY")),
            expected);
  EXPECT_EQ(signature(keys::replaced(keys::rsa_pkcs1(), "RSA PRIVATE KEY", "PRIVATE KEY")),
            expected);
}

TEST(RsaKeyTest, OpensEncryptedKeysWithThePassphrase) {
  const std::string expected = signature(keys::rsa_pkcs8());
  for (const std::string& pem : {keys::rsa_encrypted_pkcs8(), keys::rsa_encrypted_traditional()}) {
    EXPECT_EQ(signature(pem, "correct horse"), expected);
    EXPECT_EQ(signature(in_one_line(pem, "\r\n"), "correct horse"), expected);
    EXPECT_EQ(signature(in_one_line(pem, "\\n"), "correct horse"), expected);
    EXPECT_EQ(signature(in_one_line(pem, "\\r\\n"), "correct horse"), expected);
    EXPECT_EQ(signature(keys::base64(pem), "correct horse"), expected);
  }
  EXPECT_EQ(signature(keys::rsa_pkcs8(), "not needed"), expected);
}

TEST(RsaKeyTest, SaysThatAPassphraseIsMissingOrWrong) {
  for (const std::string& pem : {keys::rsa_encrypted_pkcs8(), keys::rsa_encrypted_traditional()}) {
    EXPECT_THAT(refusal(pem), HasSubstr("encrypted and there is no passphrase"));
    // One wrong passphrase in 256 yields a valid padding; the key derivation of PKCS#8 is slow on
    // purpose.
    const int tries = pem.find("Proc-Type") != std::string::npos ? 1000 : 20;
    for (int i = 0; i < tries; ++i)
      ASSERT_THAT(refusal(pem, "wrong " + std::to_string(i)), HasSubstr("does not decrypt"));
    EXPECT_THAT(refusal(pem, std::string(5000, 'x')), HasSubstr("does not decrypt"));
  }
}

TEST(RsaKeyTest, SaysThatOpenSslDoesNotSupportTheCipher) {
  const std::string traditional = keys::rsa_encrypted_traditional();
  for (const char* cipher : {"DES-CBC", "NO-SUCH-CBC"})
    EXPECT_THAT(refusal(keys::replaced(traditional, "AES-128-CBC", cipher), "correct horse"),
                HasSubstr("does not support"))
        << cipher;
  EXPECT_THAT(
      refusal(keys::replaced(traditional, "AES-128-CBC,", "AES-128-CBC,xx"), "correct horse"),
      HasSubstr("'DEK-Info' line"));
  // Replaces the object identifier of AES-256-CBC with an unknown one.
  const std::string body = keys::body(keys::rsa_encrypted_pkcs8());
  const std::string known("\x60\x86\x48\x01\x65\x03\x04\x01\x2a", 9);
  const std::string unknown("\x60\x86\x48\x01\x65\x03\x04\x01\x7f", 9);
  EXPECT_THAT(refusal("-----BEGIN ENCRYPTED PRIVATE KEY-----\n" +
                          keys::base64(keys::replaced(body, known, unknown)) +
                          "\n-----END ENCRYPTED PRIVATE KEY-----\n",
                      "correct horse"),
              HasSubstr("does not support"));
}

TEST(RsaKeyTest, SaysWhatWasFoundInsteadOfAnRsaPrivateKey) {
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal(" \n\t"), HasSubstr("is empty"));
  EXPECT_THAT(refusal("hunter2"), HasSubstr("is not PEM"));
  EXPECT_THAT(refusal(keys::rsa_public()), HasSubstr("is a public key"));
  EXPECT_THAT(refusal(keys::ec_pkcs8()), HasSubstr("is an EC key"));
  EXPECT_THAT(refusal(keys::ec_traditional()), HasSubstr("is an EC key"));
  EXPECT_THAT(refusal(keys::ed25519()), HasSubstr("Ed25519"));
  EXPECT_THAT(refusal(keys::pss()), HasSubstr("RSA-PSS"));
  EXPECT_THAT(refusal(keys::rsa_of(512)), HasSubstr("512 bits"));
  EXPECT_THAT(refusal(keys::rsa_of(1024)), HasSubstr("no refusal"));
  EXPECT_THAT(refusal(keys::rsa_der()), HasSubstr("binary (DER"));
  EXPECT_THAT(refusal(keys::base64(keys::rsa_der())), HasSubstr("without its BEGIN and END lines"));
  EXPECT_THAT(refusal("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 me@host"),
              HasSubstr("OpenSSH public"));
  EXPECT_THAT(refusal("PuTTY-User-Key-File-2: ssh-rsa\n"), HasSubstr("PuTTY"));
  EXPECT_THAT(refusal("/etc/release-bot/key.pem"), HasSubstr("read_file"));
  EXPECT_THAT(refusal("release-bot.pem"), HasSubstr("read_file"));
}

TEST(RsaKeyTest, NamesOtherKindsOfPem) {
  const auto block = [](const std::string& label) {
    return "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----\n";
  };
  EXPECT_THAT(refusal(block("OPENSSH PRIVATE KEY")), HasSubstr("ssh-keygen -p -m PEM"));
  EXPECT_THAT(refusal(block("CERTIFICATE")), HasSubstr("is a certificate;"));
  EXPECT_THAT(refusal(block("CERTIFICATE REQUEST")), HasSubstr("certificate request"));
  EXPECT_THAT(refusal(block("DSA PRIVATE KEY")), HasSubstr("DSA"));
  EXPECT_THAT(refusal(block("PGP PRIVATE KEY BLOCK")), HasSubstr("PGP"));
  EXPECT_THAT(refusal(block("RSA PUBLIC KEY")), HasSubstr("is a public key"));
  EXPECT_THAT(refusal(block("SOMETHING ELSE")), HasSubstr("PEM, but not a private key"));
  EXPECT_THAT(refusal(block("PRIVATE KEY")), HasSubstr("damaged"));
}

TEST(RsaKeyTest, TellsATruncatedKeyFromADamagedOne) {
  for (const std::string& pem :
       {keys::rsa_pkcs8(), keys::rsa_pkcs1(), keys::rsa_encrypted_pkcs8()}) {
    EXPECT_THAT(refusal(pem.substr(0, pem.size() / 2)), HasSubstr("cut short"));
    EXPECT_THAT(refusal(pem.substr(30)), HasSubstr("beginning is missing"));
    const std::size_t end = pem.find("\n-----END");
    const std::size_t odd = pem[end - 1] == '=' ? 8 : 4;  // whole groups of base64
    EXPECT_THAT(refusal(cut_body(pem, odd + 64 + 1), "x"), HasSubstr("cut short"));
    EXPECT_THAT(refusal(cut_body(pem, 7), "x"), HasSubstr("base64 are missing"));
    EXPECT_THAT(refusal(keys::replaced(pem, "M", "\xC3\xA9")), HasSubstr("not base64"));
  }
  EXPECT_THAT(refusal("-----BEGIN PRIVATE KEY"), HasSubstr("not complete"));
  EXPECT_THAT(refusal("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"),
              HasSubstr("nothing between"));
}

TEST(RsaKeyTest, NoticesAKeyWhoseNumbersDoNotMatch) {
  const std::string expected = signature(keys::rsa_pkcs8());
  int refused = 0;
  for (std::size_t at = 40; at < keys::rsa_der().size(); at += 16) {
    std::string der = keys::rsa_der();
    der[at] = static_cast<char>(der[at] ^ 1);
    const std::string pem =
        "-----BEGIN PRIVATE KEY-----\n" + keys::base64(der) + "\n-----END PRIVATE KEY-----\n";
    if (const std::string what = refusal(pem); what != "no refusal") {
      EXPECT_THAT(what, HasSubstr("damaged"));
      ++refused;
    } else {
      EXPECT_EQ(signature(pem), expected) << at;  // OpenSSL does not need this number
    }
  }
  EXPECT_GT(refused, 10);
}

TEST(RsaKeyTest, LeavesTheErrorsOfOthersInOpenSslsQueue) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, 1);
  EXPECT_THROW((RsaKey{Secret(keys::rsa_public()), Secret()}), InvalidArgument);
  EXPECT_THROW((RsaKey{Secret(cut_body(keys::rsa_pkcs8(), 72)), Secret()}), InvalidArgument);
  EXPECT_EQ(ERR_GET_LIB(ERR_get_error()), ERR_LIB_USER);
  EXPECT_EQ(ERR_get_error(), 0u);
}

}  // namespace
}  // namespace bitbucket::auth
