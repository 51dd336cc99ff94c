# tests/bench/NAME.cpp with tests/bench/NAME/*.cpp becomes bench_NAME. Google Benchmark is linked when
# it is installed.

find_package(benchmark QUIET)
file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/bench/*.cpp")
foreach(source IN LISTS sources)
  get_filename_component(name "${source}" NAME_WE)
  file(GLOB parts CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/bench/${name}/*.cpp")
  add_executable(bench_${name} "${source}" ${parts})
  target_link_libraries(bench_${name} PRIVATE huiyin_app)
  if(benchmark_FOUND)
    target_link_libraries(bench_${name} PRIVATE benchmark::benchmark)
  endif()
  target_compile_definitions(bench_${name} PRIVATE HUIYIN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endforeach()
