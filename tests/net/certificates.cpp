#include "tests/net/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace huiyin::net::testing {
namespace {

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error{what};
}

X509* certificate(EVP_PKEY* key, const char* name, long serial, bool expired) {
  X509* x509 = X509_new();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), -7200);
  X509_gmtime_adj(X509_getm_notAfter(x509), expired ? -3600 : 3600);
  X509_set_pubkey(x509, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return x509;
}

void extend(X509* x509, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr, "certificate extension");
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
}

void write(const std::string& path, X509* x509, EVP_PKEY* key) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  require(file != nullptr, "certificate file");
  const int good = x509 ? PEM_write_X509(file, x509)
                        : PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  require(good == 1, "certificate file");
}

}  // namespace

struct Certificates::Authority {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x509 = certificate(key, "huiyin test authority", 1, false);

  Authority() {
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    extend(x509, x509, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(x509, key, EVP_sha256());
  }
  ~Authority() {
    X509_free(x509);
    EVP_PKEY_free(key);
  }
};

Certificates::Certificates() : authority_{new Authority} {
  std::string pattern = (std::filesystem::temp_directory_path() / "huiyin-tls-XXXXXX").string();
  require(mkdtemp(pattern.data()) != nullptr, "temporary directory");
  directory_ = pattern;
  write(ca_file(), authority_->x509, nullptr);
}

Certificates::~Certificates() {
  delete authority_;
  std::error_code ignored;  // a leftover in the temporary directory fails no test
  std::filesystem::remove_all(directory_, ignored);
}

void Certificates::issue(const std::string& name, const std::string& subject_alt, long serial,
                         bool expired) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x509 = certificate(key, name.c_str(), serial, expired);
  X509_set_issuer_name(x509, X509_get_subject_name(authority_->x509));
  extend(x509, authority_->x509, NID_subject_alt_name, subject_alt);
  require(X509_sign(x509, authority_->key, EVP_sha256()) > 0, "signature");
  write(file(name + ".pem"), x509, nullptr);
  write(file(name + ".key"), nullptr, key);
  X509_free(x509);
  EVP_PKEY_free(key);
}

}  // namespace huiyin::net::testing
