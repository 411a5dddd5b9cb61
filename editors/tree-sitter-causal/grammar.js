// The language of .causal files for editors that use tree-sitter. What counts is grammar/causal.pest; the tests compare the
// words of the two, and every file that the program accepts is parsed with this one too (.ci/seen).
//
// It is more lenient than the language: it need not say what is wrong, only where things stand. Unlike there, a name does
// not end in `_`.

/// <reference types="tree-sitter-cli/dsl" />

const QUANTITIES = ['ate', 'ett', 'nde', 'nie', 'pns', 'pn', 'ps']
const CALLS = ['min', 'max', 'abs', 'mod']
const SUMS = ['sum', '\\sum', 'Σ', '∑']

// A word that counts only before a bracket, with the bracket.
const before = (words, bracket) => token(prec(2, new RegExp(`(${words.join('|')})\\s*\\${bracket}`)))
const list = (rule, separator = ',') => seq(rule, repeat(seq(separator, rule)))

module.exports = grammar({
  name: 'causal',

  word: $ => $.identifier,

  // The end of a line ends a statement, but not inside brackets: the scanner looks whether one could be closed.
  externals: $ => [$._end, ')', ']'],

  // `do(x = 1)` and `do(x = 1 + z)`.
  conflicts: $ => [[$.value, $._operand]],

  extras: $ => [/\s/, $.documentation, $.comment],

  rules: {
    source_file: $ => repeat(choice($.graph, $.model, $.proof, seq($._statement, choice($._end, ';')), ';')),

    _statement: $ => choice($.variables, $.definition, $.table, $.data, $.expectation, $.question),

    // ─── Names and numbers ───

    identifier: _ => /_*[\p{XID_Start}&&[^_]](_*[\p{XID_Continue}₀-₉&&[^_·]])*(\.(_*[\p{XID_Continue}&&[^_·]])+)*/,
    text: _ => /"(\\[^\n]|[^"\\\n])*"/,
    name: $ => choice($.identifier, $.text),
    _names: $ => list($.name),
    primes: _ => token.immediate(/['′]+/),
    variable: $ => seq($.name, optional($.primes)),
    number: _ => /\d+(\.\d+)?/,
    numeral: _ => /-?(\d+(\.\d+)?|\.\d+)/,
    value: $ => choice($.name, seq(optional($._minus), $.number)),
    _minus: _ => choice('-', '−'),

    documentation: _ => token(prec(2, /\/\/\/[^\n]*/)),
    comment: _ => token(prec(1, choice(/\/\/[^\n]*/, /#[^\n]*/, /\/\*[^*]*\*+([^/*][^*]*\*+)*\//))),

    // ─── Graphs ───

    graph: $ => seq(choice('graph', 'dag'), field('name', optional($._graph_name)), '{', repeat(choice($._graph_item, ';')), '}'),
    _graph_name: $ => alias(choice($.identifier, $.text, $.numeral), $.name),
    _graph_item: $ => choice($.latent, $.setting, $.chain, $.node),
    latent: $ => prec.right(seq('latent', list($._graph_name))),
    setting: $ => seq($._graph_name, '=', $._attribute_value),
    node: $ => prec.right(seq($._graph_name, optional($.attributes))),
    chain: $ => prec.right(seq(choice($._node_group, alias('latent', $.name)), repeat1(seq($.edge, $._node_group)), optional($.attributes))),
    _node_group: $ => choice($._graph_name, $.node_group),
    node_group: $ => seq('{', $._graph_name, repeat(seq(optional(','), $._graph_name)), '}'),
    edge: _ => choice('<->', '↔', '->', '→', '<-', '←'),
    attributes: $ => seq('[', repeat(seq($.attribute, optional(choice(',', ';')))), ']'),
    attribute: $ => seq($._graph_name, optional(seq('=', $._attribute_value))),
    _attribute_value: $ => alias(choice($.text, /[\p{XID_Continue}.+%:-]+/), $.value),

    // ─── Questions ───

    question: $ =>
      seq(
        optional($.label),
        choice(
          $.independence,
          $.implications,
          seq(choice($.adjust, $.paths, $.simplify, $.explain, $.sensitivity, $._comparison), optional($._in)),
        ),
      ),
    label: $ => seq(choice($.name, $._opening_name), ':'),
    // Before `:`, `,` and `_||_` the words that open a statement are names.
    _opening_name: $ => alias($._opening, $.name),
    _opening: _ =>
      choice('graph', 'dag', 'var', 'let', 'expect', 'proof', 'adjust', 'implications', 'paths', 'simplify', 'model',
        'explain', 'sensitivity', 'table', 'estimate', 'refute'),
    _in: $ => seq('in', field('graph', $.name)),
    independence: $ => prec.right(seq(choice($._separation, $._opened_separation), optional(seq('in', choice(seq(field('graph', $.name), optional($.cut)), $.cut))))),
    _separation: $ => seq($._names, $._apart),
    _opened_separation: $ => seq($._opening_name, optional(seq(',', $._names)), $._apart),
    _apart: $ => seq(choice('_||_', '⫫'), $._names, optional(seq('|', $._names))),
    cut: $ => seq('[', list($.cut_part, ';'), ']'),
    cut_part: $ => seq(choice('over', 'under'), $._names),
    _comparison: $ => seq($._expression, optional(seq('==', $._expression))),
    adjust: $ => seq('adjust', choice($.p_term, $.name), repeat(seq(choice('with', 'without'), $._names))),
    implications: $ => prec.right(seq('implications', optional(choice($._in, $.name)))),
    paths: $ => seq('paths', $._names, 'to', $._names, optional(seq('|', $._names))),
    simplify: $ => seq('simplify', $._expression),
    explain: $ => seq('explain', list($._condition)),
    sensitivity: $ => seq('sensitivity', $._expression, optional(seq('by', $._names))),

    // ─── Expressions ───

    _expression: $ => choice($.addition, $._product),
    addition: $ => prec.left(seq($._expression, choice('+', $._minus), $._product)),
    _product: $ => choice($.product, $._factor),
    product: $ =>
      prec.left(choice(seq($._product, choice('*', '·', '⋅', '×', '/'), $._factor), seq($._product, $._atom))),
    _factor: $ => choice($.negative, $._atom),
    negative: $ => seq($._minus, $._factor),
    _atom: $ => choice($.p_term, $.e_term, $.sum, $.number, $.group, $.quantity, $.variable),
    group: $ => choice(seq('(', $._expression, ')'), seq('[', $._expression, ']')),
    // A sum takes the rest of its product.
    sum: $ => prec(-1, seq($.sum_opener, list($.variable), '}', $._product)),
    sum_opener: _ => token(prec(2, seq(choice(...SUMS), /[ \t]*_?[ \t]*\{/))),
    p_term: $ => seq(alias($._p, $.operator), $._inside, ')'),
    e_term: $ => seq(alias($._e, $.operator), $._inside, ']'),
    _p: _ => before(['P'], '('),
    _e: _ => before(['E'], '['),
    _inside: $ => seq(list($.reference), optional(seq('|', list($._condition)))),
    _condition: $ => choice($.action, $.reference),
    action: $ => seq('do', '(', list(choice($.policy, $.reference)), ')'),
    reference: $ => seq($.variable, optional($.world), optional(seq('=', $.value))),
    world: $ => choice(seq('[', list($.set_to), ']'), seq('_{', list($.set_to), '}')),
    set_to: $ => seq($.variable, optional(seq('=', choice($.response, $.value)))),
    response: $ => seq($.variable, $.world),
    policy: $ => seq($.variable, choice(seq('~', $._distribution), seq(':=', $._equation), prec.dynamic(-1, seq('=', $._equation)))),
    quantity: $ =>
      seq(alias($._quantity, $.operator), $.cause, ',', $.effect, optional(seq('|', list($.reference))), ')'),
    _quantity: _ => before(QUANTITIES, '('),
    cause: $ => seq($.name, optional(seq('=', $.value, choice('->', '→'), $.value))),
    effect: $ => seq($.name, optional(seq('=', $.value)), optional(seq('via', $._names))),

    // ─── Declarations and data ───

    variables: $ => seq('var', $._names, ':', $._domain),
    _domain: $ => choice($.values, $.range),
    values: $ => seq('{', optional(list($.value)), '}'),
    range: $ => seq(optional($._minus), $.number, '..', optional($._minus), $.number),
    definition: $ => seq('let', field('name', $.name), '=', $._expression),
    table: $ =>
      prec.right(seq('table', field('name', $.name), '=', $.text, optional(seq('{', repeat(seq($.table_item, optional(';'))), '}')))),
    table_item: $ =>
      prec.right(
        choice(
          seq(choice('weights', 'counts'), 'column', $.name),
          seq($.name, optional(seq('=', 'column', $.name)), optional($.bins), optional(seq(':', $._domain))),
        ),
      ),
    bins: $ => seq('bins', '(', list(seq(optional($._minus), $.number)), ')'),
    data: $ =>
      prec.right(
        choice(
          seq('estimate', $.name, 'from', $.name),
          seq('refute', $.name, 'from', $.name, optional(seq('{', repeat(seq($.control, optional(';'))), '}'))),
        ),
      ),
    control: $ => seq('negative', choice('outcome', 'treatment'), $._names),

    // ─── Expectations and proofs ───

    expectation: $ =>
      seq(
        'expect',
        optional('not'),
        choice(
          seq('identifiable', $._expression, optional($._in)),
          $.independence,
          seq($._expression, choice('==', '='), $._expression, optional($._in)),
        ),
      ),
    proof: $ => seq('proof', $._expression, optional($._in), '{', repeat($.step), '}'),
    step: $ => seq('=', $._expression, optional(seq('by', list($.reason)))),
    reason: $ => seq($.rule_name, optional(seq('{', $._separation, optional(seq('in', $.cut)), '}'))),
    rule_name: _ =>
      choice(/rule[ \t]*[123]/, /R[123]/, 'marginalise', 'marginalize', 'M', 'chain', 'product', 'P', 'condition', 'C', 'algebra'),

    // ─── Models ───

    model: $ =>
      seq('model', field('name', $.name), optional(seq('of', $.name)), '{',
        repeat(choice(seq($.mechanism, choice($._end, ';')), ';')), optional($.mechanism), '}'),
    mechanism: $ =>
      seq(
        optional('latent'),
        $.name,
        choice(seq(':=', $._equation), seq('~', $._distribution), seq('|', $._names, '~', choice($.noisy_or, $._distribution))),
      ),
    _distribution: $ => choice($.rows, $.uniform, $.bernoulli, $.normal, $.share, $.name),
    // Weights by value, and distributions by the parents' values.
    rows: $ => seq('{', repeat(seq($.row, optional(choice(',', ';')))), '}'),
    row: $ => seq(choice('else', list(choice('*', $.value))), ':', $._distribution),
    share: $ => prec.right(seq(optional($._minus), $.number, optional(seq('/', $.number)))),
    uniform: $ => prec.right(seq('uniform', optional($._domain))),
    bernoulli: $ => seq('bernoulli', choice($.share, seq('(', $.share, ')'))),
    normal: $ => seq(alias($._normal, $.operator), $._spread, ')'),
    _normal: _ => before(['normal'], '('),
    _spread: $ => seq(optional(seq('mean', $.share, ',')), choice('sd', 'var'), $.share),
    noisy_or: $ => seq('noisy_or', '(', optional(list($.likely)), ')'),
    likely: $ => seq($.name, optional(seq('=', $.value)), ':', $.share),

    _equation: $ => choice($.conditional, $._truth),
    conditional: $ => seq('if', $._truth, 'then', $._truth, 'else', $._equation),
    _truth: $ => choice($.either, $.both, $.denied, $.relation, $._number),
    either: $ => prec.left(1, seq($._truth, 'or', $._truth)),
    both: $ => prec.left(2, seq($._truth, 'and', $._truth)),
    denied: $ => prec(3, seq('not', $._truth)),
    relation: $ => prec.left(4, seq($._number, choice('==', '!=', '≠', '<=', '≤', '>=', '≥', '<', '>'), $._number)),
    _number: $ => choice(alias($.plus, $.addition), $._scaled),
    plus: $ => prec.left(seq($._number, choice('+', $._minus), $._scaled)),
    _scaled: $ => choice(alias($.times, $.product), $._signed),
    times: $ =>
      prec.left(choice(seq($._scaled, choice('*', '·', '⋅', '×', '/'), $._signed), seq($._scaled, $._operand))),
    _signed: $ => choice(alias($.minus, $.negative), $._operand),
    minus: $ => seq($._minus, $._signed),
    _operand: $ => choice($.noise, $.call, $.number, alias($.enclosed, $.group), $.name),
    enclosed: $ => seq('(', $._equation, ')'),
    noise: $ => seq(alias($._noise, $.operator), choice($._spread, $._distribution), ')'),
    _noise: _ => before(['noise'], '('),
    call: $ => seq(alias($._call, $.operator), list($._equation), ')'),
    _call: _ => before(CALLS, '('),
  },
})
