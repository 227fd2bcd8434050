// Writes docs/data-dictionary.md: build/dev/bin/make_data_dictionary >docs/data-dictionary.md
#include <iostream>

#include "report/csv_tables.h"

int main() {
  std::cout << tandem::report::data_dictionary_markdown();
}
