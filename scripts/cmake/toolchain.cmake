# Language, warnings, sanitisers and the tools that make builds quick.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Line tables suffice for stack traces; full debug information doubles the compile time of
# coroutines.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1")

add_compile_options(
  -Wall -Wextra -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Wno-missing-field-initializers # GCC 12 warns even of designated members that have a default
  -Werror=return-type -Werror=unused-result -Werror=non-virtual-dtor -Werror=switch
  -fdiagnostics-color=auto)

# ---- sanitisers: "", "address,undefined" or "thread" -----------------------------------------------
set(HUIYIN_SANITIZE "" CACHE STRING "value for -fsanitize=: address,undefined | thread | empty")
set_property(CACHE HUIYIN_SANITIZE PROPERTY STRINGS "" "address,undefined" "thread")
if(HUIYIN_SANITIZE)
  # Instrumented code makes GCC 12 warn of uninitialised reads inside libstdc++ itself, and of the
  # coroutine frames that Asio allocates.
  add_compile_options(-fsanitize=${HUIYIN_SANITIZE} -fno-omit-frame-pointer
                      -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
  add_link_options(-fsanitize=${HUIYIN_SANITIZE})
  if(HUIYIN_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)  # Asio's fences only order what its mutexes order already
  endif()
  if(HUIYIN_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

# Measured with ASan at -O1 -g1: UBSan doubles the compile time of coroutines (4.4 s to 8.8 s a file),
# and there are half a dozen of them, so one build with both is cheaper than two. Only Boost's own
# sources are left out (10 s instead of 25 s): they are not what is tested here.
if(HUIYIN_SANITIZE MATCHES "undefined")
  set_property(SOURCE "${CMAKE_SOURCE_DIR}/server/net/beast_impl.cpp"
               PROPERTY COMPILE_OPTIONS -fno-sanitize=undefined)
endif()

# ---- ccache and mold, when they are there ----------------------------------------------------------
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without the base directory and the hash of the working directory, no two build directories and
  # no two clones would share an object.
  set(CMAKE_CXX_COMPILER_LAUNCHER env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=true
                                  "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
