# The three words the folders use: tangi_library, tangi_test, tangi_fuzz.

add_library(tangi_flags INTERFACE)
target_compile_features(tangi_flags INTERFACE c_std_17)
target_compile_definitions(tangi_flags INTERFACE _GNU_SOURCE TANGI_VERSION="${PROJECT_VERSION}")
target_include_directories(tangi_flags INTERFACE ${PROJECT_SOURCE_DIR}/bridge
                                                 ${PROJECT_SOURCE_DIR})
target_compile_options(
  tangi_flags
  INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes
            -Wmissing-prototypes -Wold-style-definition -Wcast-qual -Wundef -Wvla
            $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation> $<$<BOOL:${TANGI_WERROR}>:-Werror>)
if(TANGI_SANITIZE)
  target_compile_options(tangi_flags INTERFACE -fsanitize=${TANGI_SANITIZE}
                                               -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tangi_flags INTERFACE -fsanitize=${TANGI_SANITIZE})
else()
  target_compile_options(tangi_flags INTERFACE -fstack-protector-strong)
endif()

# A folder's code. USES names what it may call: the arrows of bridge/README.md.
function(tangi_library name)
  cmake_parse_arguments(A "" "" "SOURCES;USES" ${ARGN})
  add_library(tangi_${name} STATIC ${A_SOURCES})
  target_link_libraries(tangi_${name} PUBLIC tangi_flags ${A_USES})
endfunction()

# tangi_test(core/test_intake USES tangi_core): the test's name is its path. THREADS: it runs more
# than one, so it is also run under TSan.
function(tangi_test path)
  cmake_parse_arguments(A "THREADS" "" "SOURCES;USES;ARGS" ${ARGN})
  if(NOT TANGI_TESTS)
    return()
  endif()
  string(REPLACE "/" "_" target ${path})
  get_filename_component(file ${path} NAME)
  add_executable(${target} ${file}.c ${A_SOURCES})
  target_link_libraries(${target} PRIVATE tangi_flags ${A_USES} PkgConfig::CMOCKA)
  target_compile_definitions(${target} PRIVATE TANGI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${path} COMMAND ${target} ${A_ARGS})
  if(A_THREADS)
    set_tests_properties(${path} PROPERTIES LABELS threads)
    if(NOT TARGET threads)
      add_custom_target(threads)
    endif()
    add_dependencies(threads ${target})
  endif()
endfunction()

# tangi_fuzz(fuzz_report USES tangi_model): one parser of outside bytes; its corpus lies in
# tests/fuzz/corpus/<name>.
function(tangi_fuzz name)
  cmake_parse_arguments(A "" "" "SOURCES;USES" ${ARGN})
  if(NOT TANGI_FUZZ)
    return()
  endif()
  add_executable(${name} ${name}.c ${A_SOURCES})
  target_link_libraries(${name} PRIVATE tangi_flags ${A_USES} -fsanitize=fuzzer)
  target_compile_definitions(${name} PRIVATE TANGI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()
