#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>

#include "tests/net/certificates.h"
#include "tests/net/client_fixture.h"
#include "tests/net/server_fixture.h"

namespace huiyin::net::testing {
namespace {

// Our client against our server, with certificates made for the occasion.
class TlsTest : public ClientTest {
 protected:
  void SetUp() override {
    files_.issue("server", "DNS:localhost", 100);
    server_options_.address = "127.0.0.1:0";
    server_options_.certificate = files_.file("server.pem");
    server_options_.key = files_.file("server.key");
    options_.ca_file = files_.ca_file();
  }
  void start() {
    server_ = Server::start(server_options_, [](HttpRequest request, Respond respond) {
      respond(answer_text(request.secure ? "secure " + request.body : "plain"));
    });
  }
  std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(server_->port()) + "/?token=secret";
  }
  // Handshakes with OpenSSL itself; the certificate's serial number, or -1 when refused.
  long serial(int max_version = 0) {
    RawSocket socket{server_->port()};
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);  // so that the server, not we, refuses what is old
    if (max_version != 0) SSL_CTX_set_max_proto_version(context, max_version);
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, socket.descriptor());
    long result = -1;
    if (SSL_connect(ssl) == 1) {
      X509* peer = SSL_get1_peer_certificate(ssl);
      result = ASN1_INTEGER_get(X509_get0_serialNumber(peer));
      X509_free(peer);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    return result;
  }

  Certificates files_;
  ServerOptions server_options_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, ClientAndServerTalk) {
  start();
  for (int i = 0; i < 5; ++i) {
    const auto body = std::string(static_cast<std::size_t>(i) * 40'000, 'a');
    const auto result = wait(post(url("localhost"), body));
    EXPECT_EQ(result.fault, Fault::none) << result.detail;
    EXPECT_EQ(result.response.body, "secure " + body);
  }
  EXPECT_EQ(server_->counters().accepted, 1U) << "the connection is kept";
}

TEST_F(TlsTest, AddressLiteralsAreVerifiedToo) {
  files_.issue("server", "IP:127.0.0.1", 101);
  start();
  EXPECT_EQ(wait(post(url("127.0.0.1"))).fault, Fault::none);
  const auto wrong = wait(post(url("localhost")));
  EXPECT_EQ(wrong.fault, Fault::refused);
}

struct RefusalCase {
  const char* label;
  const char* subject_alt;
  bool expired;
  bool trusted;
  const char* detail;
};

TEST_F(TlsTest, BadCertificatesAreRefusedAndNothingIsSent) {
  const RefusalCase cases[] = {
      {"wrong_name", "DNS:platform.example", false, true, "hostname mismatch"},
      {"expired", "DNS:localhost", true, true, "certificate has expired"},
      {"not_trusted", "DNS:localhost", false, false, "unable to get local issuer certificate"},
      {"address_for_name", "IP:127.0.0.1", false, true, "hostname mismatch"},
  };
  for (const auto& row : cases) {
    files_.issue("server", row.subject_alt, 102, row.expired);
    options_.ca_file = row.trusted ? files_.ca_file() : "";
    create();
    start();
    const auto result = wait(post(url("localhost")));
    EXPECT_EQ(result.fault, Fault::refused) << row.label;
    EXPECT_NE(result.detail.find(row.detail), std::string::npos) << result.detail;
    EXPECT_EQ(result.detail.find("secret"), std::string::npos);
    EXPECT_EQ(server_->counters().requests, 0U) << row.label;
  }
}

TEST_F(TlsTest, PlainServerIsRefusedByATlsClient) {
  RawServer server{[](RawSocket& socket, int) {
    socket.read_some();
    socket.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  }};
  const auto result = wait(post("https://localhost:" + std::to_string(server.port()) + "/"));
  EXPECT_EQ(result.fault, Fault::refused) << result.detail;
}

TEST_F(TlsTest, HandshakeThatIsNotAnsweredIsRefusedInTime) {
  options_.connect = 80ms;
  RawServer server{[](RawSocket& socket, int) { socket.read_all(); }};
  const auto result = wait(post("https://localhost:" + std::to_string(server.port()) + "/"));
  EXPECT_EQ(result.fault, Fault::refused);
  EXPECT_NE(result.detail.find("timed out"), std::string::npos) << result.detail;
}

TEST_F(TlsTest, OnlyTls12AndNewer) {
  start();
  EXPECT_EQ(serial(TLS1_1_VERSION), -1);
  EXPECT_EQ(serial(TLS1_2_VERSION), 100);
  EXPECT_EQ(serial(TLS1_3_VERSION), 100);
}

TEST_F(TlsTest, ReloadGivesTheNewCertificateToNewConnections) {
  start();
  EXPECT_EQ(wait(post(url("localhost"), "before")).response.body, "secure before");
  EXPECT_EQ(serial(), 100);
  files_.issue("server", "DNS:localhost", 200);
  EXPECT_EQ(serial(), 100);
  server_->reload_tls();
  EXPECT_EQ(serial(), 200);
  EXPECT_EQ(wait(post(url("localhost"), "after")).response.body, "secure after");

  // A half-written file: the old pair stays.
  std::ofstream{files_.file("server.pem")} << "-----BEGIN CERTIFICATE-----\n";
  EXPECT_THROW(server_->reload_tls(), std::runtime_error);
  EXPECT_EQ(serial(), 200);
  // Another key than the certificate's.
  files_.issue("server", "DNS:localhost", 300);
  files_.issue("other", "DNS:localhost", 301);
  std::filesystem::copy_file(files_.file("other.key"), files_.file("server.key"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW(server_->reload_tls(), std::runtime_error);
  EXPECT_EQ(serial(), 200);
}

TEST_F(TlsTest, FilesThatCannotBeUsedAreNamed) {
  server_options_.key = files_.file("absent.key");
  try {
    start();
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string{error.what()}.find("absent.key"), std::string::npos);
  }
  server_options_.key.clear();
  EXPECT_THROW(start(), std::runtime_error);
  options_.ca_file = files_.file("absent.pem");
  EXPECT_THROW(create(), std::runtime_error);
}

TEST_F(TlsTest, SilentHandshakeIsClosedAtItsDeadline) {
  server_options_.limits.handshake = 60ms;
  start();
  RawSocket socket{server_->port()};
  EXPECT_EQ(socket.read_all(), "");
  EXPECT_TRUE(eventually([this] { return server_->counters().timeouts == 1; }));
}

TEST_F(TlsTest, PlainRequestOnATlsPortIsNotServed) {
  start();
  RawSocket socket{server_->port()};
  socket.send(kGet);
  EXPECT_EQ(count_answers(socket.read_all()), 0);
  EXPECT_EQ(server_->counters().requests, 0U);
}

TEST_F(TlsTest, DrainAndDestructorEndTlsConnections) {
  start();
  EXPECT_EQ(wait(post(url("localhost"))).fault, Fault::none);
  server_->drain(3s);
  EXPECT_EQ(server_->counters().open, 0U);
  EXPECT_EQ(wait(post(url("localhost"))).fault, Fault::refused);
}

}  // namespace
}  // namespace huiyin::net::testing
