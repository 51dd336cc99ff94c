# One target per library from Debian 12 (scripts/install-packages has the package names).

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ICU REQUIRED COMPONENTS i18n uc data)
find_package(spdlog REQUIRED)
find_package(pugixml REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)

# On every target alike: a translation unit that sees other macros than the *_impl.cpp files of
# server/net would break the one-definition rule.
add_library(huiyin_boost INTERFACE)
target_link_libraries(huiyin_boost INTERFACE Boost::headers Boost::url Threads::Threads)
target_compile_definitions(
  huiyin_boost INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                         BOOST_ASIO_NO_DEPRECATED)

add_library(huiyin_json INTERFACE)
target_link_libraries(huiyin_json INTERFACE huiyin_boost Boost::json)

# Debian ships neither a CMake nor a pkg-config file for the connector.
find_path(MYSQLCPPCONN_INCLUDE mysql_driver.h REQUIRED)
find_library(MYSQLCPPCONN_LIBRARY NAMES libmysqlcppconn.so.7 mysqlcppconn REQUIRED)
add_library(huiyin_mysql INTERFACE)
target_include_directories(huiyin_mysql SYSTEM INTERFACE "${MYSQLCPPCONN_INCLUDE}")
target_link_libraries(huiyin_mysql INTERFACE "${MYSQLCPPCONN_LIBRARY}" huiyin_boost)

find_path(MUSTACHE_INCLUDE mustache.hpp PATH_SUFFIXES kainjow REQUIRED)
add_library(huiyin_mustache INTERFACE)
