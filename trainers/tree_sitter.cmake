# tandem_grammars: the parsers of C and Java (docs/decisions/0024 and 0025). The runtime is Debian's
# libtree-sitter-dev; the grammars are the generated C files in npm's tree-sitter-c and
# tree-sitter-java, which scripts/setup puts into node_modules.
find_path(TREE_SITTER_INCLUDE tree_sitter/api.h)
find_library(TREE_SITTER_LIBRARY tree-sitter)
if(NOT TREE_SITTER_INCLUDE OR NOT TREE_SITTER_LIBRARY)
  message(FATAL_ERROR "libtree-sitter-dev is missing: run scripts/setup pilot")
endif()

add_library(tandem_grammars STATIC)
foreach(language c java)
  set(grammar ${PROJECT_SOURCE_DIR}/node_modules/tree-sitter-${language}/src)
  if(NOT EXISTS ${grammar}/parser.c)
    message(FATAL_ERROR "${grammar}/parser.c is missing: run scripts/setup pilot")
  endif()
  target_sources(tandem_grammars PRIVATE ${grammar}/parser.c)
  # Each brings the header that its generator wrote for it.
  set_source_files_properties(${grammar}/parser.c PROPERTIES INCLUDE_DIRECTORIES ${grammar})
endforeach()
target_include_directories(tandem_grammars PUBLIC ${TREE_SITTER_INCLUDE})
target_link_libraries(tandem_grammars PUBLIC ${TREE_SITTER_LIBRARY})
