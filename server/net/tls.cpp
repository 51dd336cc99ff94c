#include "server/net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/system/error_code.hpp>
#include <stdexcept>

namespace huiyin::net {
namespace {

namespace ssl = boost::asio::ssl;

void restrict(ssl::context& context) {
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(
      native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // 34 KiB less for each idle connection
}

void require(const boost::system::error_code& error, const char* what, const std::string& file) {
  if (error) throw std::runtime_error{std::string{what} + " " + file + ": " + error.message()};
}

}  // namespace

std::shared_ptr<ssl::context> server_tls(const std::string& certificate, const std::string& key) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  restrict(*context);
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate, error);
  require(error, "TLS certificate", certificate);
  // An encrypted key would make OpenSSL ask at the terminal.
  const auto no_password = [](std::size_t, ssl::context::password_purpose) {
    return std::string{};
  };
  context->set_password_callback(no_password, error);
  context->use_private_key_file(key, ssl::context::pem, error);
  require(error, "TLS key", key);
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    ERR_clear_error();
    throw std::runtime_error{"TLS key " + key + " does not belong to certificate " + certificate};
  }
  return context;
}

std::shared_ptr<ssl::context> client_tls(const std::string& ca_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  restrict(*context);
  context->set_verify_mode(ssl::verify_peer);
  boost::system::error_code error;
  context->set_default_verify_paths(error);
  require(error, "TLS trust store", "of the system");
  if (!ca_file.empty()) {
    context->load_verify_file(ca_file, error);
    require(error, "TLS trust anchors", ca_file);
  }
  return context;
}

}  // namespace huiyin::net
