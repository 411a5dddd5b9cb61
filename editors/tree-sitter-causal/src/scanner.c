// The end of a line, where one ends a statement. Comments behind the statement are left to the parser.

#include "tree_sitter/parser.h"

enum Token { END, CLOSE_PARENTHESIS, CLOSE_BRACKET };

void *tree_sitter_causal_external_scanner_create(void) { return NULL; }
void tree_sitter_causal_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_causal_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_causal_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

bool tree_sitter_causal_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  // Where a bracket may be closed a line may break.
  if (!valid[END] || valid[CLOSE_PARENTHESIS] || valid[CLOSE_BRACKET]) return false;
  lexer->result_symbol = END;
  lexer->mark_end(lexer);
  for (;;) {
    if (lexer->eof(lexer)) return true;
    switch (lexer->lookahead) {
      case ' ':
      case '\t':
      case '\r':
        lexer->advance(lexer, true);
        break;
      case '\n':
      case '#':
        return true;
      case '/':
        lexer->advance(lexer, true);
        if (lexer->lookahead == '/') return true;
        if (lexer->lookahead != '*') return false;
        lexer->advance(lexer, true);
        // Blocks of comment are passed over; what stands behind one on its last line still belongs to the statement.
        for (int32_t before = 0; !(before == '*' && lexer->lookahead == '/'); lexer->advance(lexer, true)) {
          if (lexer->eof(lexer)) return true;
          before = lexer->lookahead;
        }
        lexer->advance(lexer, true);
        break;
      default:
        return false;
    }
  }
}
