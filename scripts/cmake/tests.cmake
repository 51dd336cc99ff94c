# tests/ROOM/*.cpp with at least one *_test.cpp become the executable test_ROOM and one ctest entry.

find_package(GTest REQUIRED)

file(GLOB fakes CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fakes/*.cpp")
if(fakes)
  add_library(huiyin_fakes STATIC ${fakes})
  target_link_libraries(huiyin_fakes PUBLIC huiyin_pipeline GTest::gmock)
else()
  add_library(huiyin_fakes INTERFACE)
endif()

# huiyin_test(ROOM LINKS target... [TIMEOUT seconds])
function(huiyin_test room)
  cmake_parse_arguments(TEST "" "TIMEOUT" "LINKS" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${room}/*.cpp"
                                      "${CMAKE_SOURCE_DIR}/tests/${room}/*/*.cpp")
  if(NOT "${sources}" MATCHES "_test\\.cpp")
    return()
  endif()
  add_executable(test_${room} ${sources})
  target_include_directories(test_${room} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(test_${room} PRIVATE ${TEST_LINKS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(test_${room} PRIVATE
    HUIYIN_SOURCE_DIR="${CMAKE_SOURCE_DIR}" HUIYIN_BINARY="${CMAKE_BINARY_DIR}/huiyin")
  add_test(NAME ${room} COMMAND test_${room} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${room} PROPERTIES TIMEOUT ${TEST_TIMEOUT})
  if(TARGET huiyin AND "${room}" MATCHES "^(flow|faults|app)$")
    add_dependencies(test_${room} huiyin)  # these start HUIYIN_BINARY
  endif()
endfunction()

# The pure rooms are tested without the fakes, so that a fake cannot smuggle an arrow in.
huiyin_test(cases LINKS huiyin_cases)
huiyin_test(intake LINKS huiyin_intake)
huiyin_test(desk LINKS huiyin_desk)
huiyin_test(net LINKS huiyin_net)
huiyin_test(ops LINKS huiyin_ops)
huiyin_test(arrows LINKS Threads::Threads)
huiyin_test(handlers LINKS huiyin_handlers)
huiyin_test(store LINKS huiyin_store huiyin_fakes TIMEOUT 300)
huiyin_test(pipeline LINKS huiyin_pipeline huiyin_fakes TIMEOUT 300)
huiyin_test(web LINKS huiyin_web huiyin_fakes)
huiyin_test(app LINKS huiyin_app huiyin_fakes TIMEOUT 300)
huiyin_test(flow LINKS huiyin_app huiyin_fakes TIMEOUT 1200)
huiyin_test(faults LINKS huiyin_app huiyin_fakes TIMEOUT 600)
# The whole county on a real database; plays its processes with the pipeline's rig.
huiyin_test(model LINKS huiyin_app huiyin_fakes TIMEOUT 900)
if(TARGET test_model)
  target_sources(test_model PRIVATE "${CMAKE_SOURCE_DIR}/tests/pipeline/rig.cpp")
endif()
